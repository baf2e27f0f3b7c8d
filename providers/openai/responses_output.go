package openai

import (
	"encoding/json"
	"strings"

	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
)

// The types of output items that have a part of their own; all others become
// Opaque.
const (
	itemMessage    = "message"
	itemReasoning  = "reasoning"
	itemFunction   = "function_call"
	itemCustomCall = "custom_tool_call"
)

// paragraph stands between the parts of a summary, which become one text.
const paragraph = "\n\n"

// items returns the parts of an answer in the order of its items, the log
// probabilities of its texts, and whether it calls a tool of the program's.
func (p *Provider) items(output []responses.ResponseOutputItemUnion) (parts []providers.Part, logprobs []byte, called bool) {
	var gathered logprobList
	for i := range output {
		item := &output[i]
		called = called || calls(item.Type)
		if item.Type != itemMessage {
			parts = append(parts, p.item(item))
			continue
		}
		for j := range item.Content {
			parts = append(parts, content(&item.Content[j], p.name))
			gathered.add(&item.Content[j])
		}
	}
	return parts, gathered.json(), called
}

// calls reports whether items of the type are calls of the program's tools.
func calls(itemType string) bool { return itemType == itemFunction || itemType == itemCustomCall }

// item returns the part of an item that is no message.
func (p *Provider) item(item *responses.ResponseOutputItemUnion) providers.Part {
	switch item.Type {
	case itemFunction:
		return providers.ToolCall{ID: item.CallID, Name: item.Name, Arguments: item.Arguments.OfString}
	case itemCustomCall:
		return customCall(item.CallID, item.Name, item.Input)
	case itemReasoning:
		return providers.Reasoning{Provider: p.name, ID: item.ID, Text: thought(item), Encrypted: item.EncryptedContent}
	}
	return opaque(p.name, item.Type, item.RawJSON())
}

// thought returns the summary of the thinking, or else the thinking itself,
// which services with open models show.
func thought(item *responses.ResponseOutputItemUnion) string {
	texts := make([]string, 0, len(item.Summary))
	for i := range item.Summary {
		texts = append(texts, item.Summary[i].Text)
	}
	if len(texts) == 0 {
		for i := range item.Content {
			texts = append(texts, item.Content[i].Text)
		}
	}
	return strings.Join(texts, paragraph)
}

// content returns a part of a message.
func content(c *responses.ResponseOutputMessageContentUnion, provider string) providers.Part {
	switch c.Type {
	case "output_text":
		return providers.Text{Text: c.Text, Citations: annotations(c.JSON.Annotations)}
	case "refusal":
		return providers.Refusal{Text: c.Refusal}
	}
	return opaque(provider, c.Type, c.RawJSON())
}

func opaque(provider, typ, raw string) providers.Part {
	return providers.Opaque{Provider: provider, Type: typ, JSON: json.RawMessage(raw)}
}

// logprobList gathers the log probabilities of the texts of an answer.
type logprobList []json.RawMessage

func (l *logprobList) add(c *responses.ResponseOutputMessageContentUnion) {
	var list []json.RawMessage
	if present(c.JSON.Logprobs) && json.Unmarshal([]byte(c.JSON.Logprobs.Raw()), &list) == nil {
		*l = append(*l, list...)
	}
}

// json returns them as one array, or nil.
func (l logprobList) json() []byte {
	if len(l) == 0 {
		return nil
	}
	b, err := json.Marshal(l)
	if err != nil {
		return nil
	}
	return b
}
