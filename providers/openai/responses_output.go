package openai

import (
	"encoding/json"

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

// items returns the parts of an answer in the order of its items, the log
// probabilities of its texts, and whether it calls a tool of the program's.
func (p *Provider) items(output []responses.ResponseOutputItemUnion) (parts []providers.Part, logprobs []byte, called bool) {
	var gathered logprobList
	for i := range output {
		item := &output[i]
		called = called || calls(item.Type)
		switch item.Type {
		case itemMessage:
		case itemReasoning:
			parts = append(parts, p.thinking(item)...)
			continue
		default:
			parts = append(parts, p.item(item))
			continue
		}
		for j := range item.Content {
			parts = append(parts, content(&item.Content[j], p.name, string(item.Phase)))
			gathered.add(&item.Content[j])
		}
	}
	return parts, gathered.json(), called
}

// calls reports whether items of the type are calls of the program's tools.
func calls(itemType string) bool { return itemType == itemFunction || itemType == itemCustomCall }

// item returns the part of an item that is one part.
func (p *Provider) item(item *responses.ResponseOutputItemUnion) providers.Part {
	switch item.Type {
	case itemFunction:
		return providers.ToolCall{ID: item.CallID, Name: item.Name, Arguments: item.Arguments.OfString}
	case itemCustomCall:
		return customCall(item.CallID, item.Name, item.Input)
	}
	return opaque(p.name, item.Type, item.RawJSON())
}

// thinking returns a reasoning item as a part for each of its texts, of which the
// last has the encrypted form; a single one if it has no texts.
func (p *Provider) thinking(item *responses.ResponseOutputItemUnion) []providers.Part {
	texts := thoughts(item)
	parts := make([]providers.Part, len(texts))
	for i, text := range texts {
		r := providers.Reasoning{Provider: p.name, ID: item.ID, Text: text}
		if i == len(texts)-1 {
			r.Encrypted = item.EncryptedContent
		}
		parts[i] = r
	}
	return parts
}

// thoughts returns the summaries of the thinking, or else the thinking itself,
// which services with open models show. It is one empty text if there is neither.
func thoughts(item *responses.ResponseOutputItemUnion) []string {
	texts := make([]string, 0, len(item.Summary)+1)
	for i := range item.Summary {
		texts = append(texts, item.Summary[i].Text)
	}
	if len(texts) == 0 {
		for i := range item.Content {
			texts = append(texts, item.Content[i].Text)
		}
	}
	if len(texts) == 0 {
		texts = append(texts, "")
	}
	return texts
}

// content returns a part of a message.
func content(c *responses.ResponseOutputMessageContentUnion, provider, phase string) providers.Part {
	switch c.Type {
	case "output_text":
		return providers.Text{Text: c.Text, Citations: annotations(c.JSON.Annotations), Phase: phase}
	case "refusal":
		return providers.Refusal{Text: c.Refusal, Phase: phase}
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
