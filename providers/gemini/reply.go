package gemini

import (
	"encoding/json"
	"strconv"
	"time"
)

// reply is a whole answer, or an event of a stream, as the wire has it.
type reply struct {
	ResponseID   string      `json:"responseId"`
	ModelVersion string      `json:"modelVersion"`
	CreateTime   string      `json:"createTime"`
	Candidates   []candidate `json:"candidates"`
	Feedback     struct {
		BlockReason word `json:"blockReason"`
	} `json:"promptFeedback"`
	Usage json.RawMessage `json:"usageMetadata"`
	Error json.RawMessage `json:"error"`
}

// candidate is one of the answers, or a piece of it.
type candidate struct {
	Index   int `json:"index"`
	Content struct {
		Parts []json.RawMessage `json:"parts"`
	} `json:"content"`
	FinishReason word            `json:"finishReason"`
	Logprobs     json.RawMessage `json:"logprobsResult"`
	// What the candidate says of its sources.
	Citations  json.RawMessage `json:"citationMetadata"`
	Grounding  json.RawMessage `json:"groundingMetadata"`
	URLContext json.RawMessage `json:"urlContextMetadata"`
}

// word is an enumeration value: its name, or its number as text, which services
// send if a client or gateway asks for it.
type word string

var _ json.Unmarshaler = (*word)(nil)

// UnmarshalJSON never fails: what is neither text nor a number is empty.
func (w *word) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*w = word(s)
	} else if _, err := strconv.ParseInt(string(data), 10, 32); err == nil {
		*w = word(data)
	}
	return nil
}

func (r *reply) created() time.Time {
	t, err := time.Parse(time.RFC3339Nano, r.CreateTime)
	if err != nil {
		return time.Time{}
	}
	return t
}

// sources returns what a candidate says of its sources as a JSON array, or nil.
func (c *candidate) sources() json.RawMessage {
	var list []object
	for _, s := range []struct {
		name string
		raw  json.RawMessage
	}{
		{"citationMetadata", c.Citations}, {"groundingMetadata", c.Grounding}, {"urlContextMetadata", c.URLContext},
	} {
		if len(s.raw) > 2 && s.raw[0] == '{' {
			list = append(list, object{s.name: s.raw})
		}
	}
	if list == nil {
		return nil
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return nil
	}
	return raw
}
