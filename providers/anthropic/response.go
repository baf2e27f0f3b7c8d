package anthropic

import (
	"cmp"
	"encoding/json"
	"net/http"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// decode reads the body of a unary reply.
func (p *Provider) decode(call adapter.Call, resp *http.Response, body []byte) (*providers.Response, error) {
	id := requestID(resp)
	m := &sdk.Message{}
	if err := json.Unmarshal(body, m); err != nil {
		return nil, call.Malformed(resp, id, "it is not a message in JSON", err)
	}
	if string(m.Type) == "error" {
		return nil, p.apiError(call, resp, body, nil)
	}
	if len(m.Content) == 0 && m.StopReason == "" {
		return nil, call.Malformed(resp, id, "it is a message without content", nil)
	}
	c := parseCounts(m.Usage.RawJSON())
	return &providers.Response{
		ID: m.ID, RequestID: id, Provider: p.name, Model: cmp.Or(c.served(), m.Model),
		Choices: []providers.Choice{{
			Message:         providers.Message{Role: providers.RoleAssistant, Parts: p.parts(m)},
			FinishReason:    finishReason(string(m.StopReason)),
			RawFinishReason: string(m.StopReason),
			StopSequence:    m.StopSequence,
		}},
		Usage:       c.ledger(providers.UsageReported),
		ServiceTier: tierOf(&m.Usage), Region: regionOf(&m.Usage),
		Raw: m,
	}, nil
}

// tierOf is the tier that served the call. The fast speed has prices of its own,
// whatever the tier.
func tierOf(u *sdk.Usage) string {
	if u.Speed == "fast" {
		return "fast"
	}
	return string(u.ServiceTier)
}

// regionOf is where the model ran, unless that was anywhere.
func regionOf(u *sdk.Usage) string {
	switch u.InferenceGeo {
	case "global", "not_available":
		return ""
	}
	return u.InferenceGeo
}

func (p *Provider) parts(m *sdk.Message) []providers.Part {
	var parts []providers.Part
	for i := range m.Content {
		if part := p.part(&m.Content[i]); part != nil {
			parts = append(parts, part)
		}
	}
	if why := m.StopDetails.Explanation; why != "" {
		parts = append(parts, providers.Refusal{Text: why})
	}
	return parts
}

// part returns a content block as a part; nil for an empty text.
func (p *Provider) part(b *sdk.ContentBlockUnion) providers.Part {
	raw := json.RawMessage(b.RawJSON())
	switch b.Type {
	case "text":
		t := providers.Text{Text: b.Text, Citations: array(b.JSON.Citations.Raw())}
		if t.Text == "" && t.Citations == nil {
			return nil
		}
		return t
	case "thinking":
		return providers.Reasoning{Provider: p.name, Text: b.Thinking, Signature: b.Signature}
	case "redacted_thinking":
		return providers.Reasoning{Provider: p.name, Encrypted: b.Data}
	case "tool_use":
		return providers.ToolCall{ID: b.ID, Name: b.Name, Arguments: string(b.Input), Signature: callerOf(raw)}
	}
	return providers.Opaque{Provider: p.name, Type: b.Type, JSON: raw}
}

// callerOf returns the signature of a tool call: who made it, if that was not
// the model itself.
func callerOf(block json.RawMessage) []byte {
	var c caller
	if json.Unmarshal(block, &c) != nil {
		return nil
	}
	var by struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(c.Caller, &by) != nil || by.Type == "direct" || by.Type == "" {
		c.Caller = nil
	}
	if c.Caller == nil && c.ToolsetName == "" {
		return nil
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return nil
	}
	return raw
}

// array returns a JSON array that has elements, or nil.
func array(raw string) json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal([]byte(raw), &list) != nil || len(list) == 0 {
		return nil
	}
	return json.RawMessage(raw)
}

// finishReason returns the conventions' name of a reason; one without a
// counterpart ("pause_turn") stays as it came.
func finishReason(reason string) providers.FinishReason {
	switch reason {
	case "":
		return providers.FinishError
	case "end_turn", "stop_sequence":
		return providers.FinishStop
	case "max_tokens", "model_context_window_exceeded":
		return providers.FinishLength
	case "tool_use":
		return providers.FinishToolCall
	case "refusal":
		return providers.FinishContentFilter
	}
	return providers.FinishReason(reason)
}
