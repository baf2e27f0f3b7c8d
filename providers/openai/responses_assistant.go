package openai

import (
	"encoding/json"
	"fmt"
	"strings"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
)

type outputContent = responses.ResponseOutputMessageContentUnionParam

// assistant appends the items of an earlier answer in their order: texts and
// refusals of one phase that stand together are one message, as is the thinking of
// one id one item; all else is an item each.
func (e *itemEncoder) assistant(out []inputItem, m *providers.Message, field string) ([]inputItem, error) {
	var parts []outputContent
	var phase string // of parts
	flush := func() {
		if len(parts) > 0 {
			out, parts = append(out, answered(parts, phase)), nil
		}
	}
	say := func(c outputContent, its string) {
		if its != phase {
			flush()
			phase = its
		}
		parts = append(parts, c)
	}
	for j := 0; j < len(m.Parts); j++ {
		at := fmt.Sprintf("%s.parts[%d]", field, j)
		switch p := m.Parts[j].(type) {
		case providers.Text:
			say(outputContent{OfOutputText: &responses.ResponseOutputTextParam{Text: p.Text}}, p.Phase)
		case providers.Refusal:
			say(outputContent{OfRefusal: &responses.ResponseOutputRefusalParam{Refusal: p.Text}}, p.Phase)
		case providers.ToolCall:
			flush()
			out = append(out, e.functionCall(p))
		case providers.Reasoning:
			whole := pieces(m.Parts[j:], p)
			j += len(whole) - 1
			if item := e.thinking(whole); item != nil {
				flush()
				out = append(out, inputItem{OfReasoning: item})
			}
		case providers.Opaque:
			if !e.mine(p.Provider) || typeOf(p.JSON) == "" {
				return nil, e.Unsupported(at, "is a part of another vendor or another API")
			}
			flush()
			out = append(out, param.Override[inputItem](p.JSON))
		default:
			return nil, e.Unsupported(at, "answers sent back to the Responses API hold text, refusals, reasoning and tool calls")
		}
	}
	flush()
	return out, nil
}

// answered returns a message of the model, with plain text as a string.
func answered(parts []outputContent, phase string) inputItem {
	if t := parts[0].OfOutputText; len(parts) == 1 && t != nil {
		m := &responses.EasyInputMessageParam{Role: responses.EasyInputMessageRoleAssistant, Phase: responses.EasyInputMessagePhase(phase)}
		m.Content.OfString = sdk.String(t.Text)
		return inputItem{OfMessage: m}
	}
	return inputItem{OfOutputMessage: &responses.ResponseOutputMessageParam{Content: parts, Phase: responses.ResponseOutputMessagePhase(phase)}}
}

// functionCall returns a call of an earlier answer. Arguments of functions are
// objects; a string is the input of a custom tool.
func (e *itemEncoder) functionCall(c providers.ToolCall) inputItem {
	var input string
	if strings.HasPrefix(c.Arguments, `"`) && json.Unmarshal([]byte(c.Arguments), &input) == nil {
		if e.custom == nil {
			e.custom = map[string]bool{}
		}
		e.custom[c.ID] = true
		return inputItem{OfCustomToolCall: &responses.ResponseCustomToolCallParam{CallID: c.ID, Name: c.Name, Input: input}}
	}
	return inputItem{OfFunctionCall: &responses.ResponseFunctionToolCallParam{CallID: c.ID, Name: c.Name, Arguments: c.Arguments}}
}

// pieces returns the reasoning that parts begin with, first and what follows it of
// the same item.
func pieces(parts []providers.Part, first providers.Reasoning) []providers.Reasoning {
	whole := []providers.Reasoning{first}
	for _, p := range parts[1:] {
		r, ok := p.(providers.Reasoning)
		if !ok || r.ID == "" || r.ID != first.ID || r.Provider != first.Provider {
			break
		}
		whole = append(whole, r)
	}
	return whole
}

// thinking returns a reasoning item, nil where it cannot be sent back: ids and
// encrypted thinking mean nothing to another service, not even one of the same
// protocol, nor does an id without encrypted thinking where nothing is stored.
func (e *itemEncoder) thinking(whole []providers.Reasoning) *responses.ResponseReasoningItemParam {
	r := whole[0]
	for _, piece := range whole[1:] {
		r.Encrypted = first(r.Encrypted, piece.Encrypted)
	}
	if r.Provider != "" && r.Provider != e.name || r.Encrypted == "" && (r.ID == "" || !e.store) {
		return nil
	}
	item := &responses.ResponseReasoningItemParam{
		ID: r.ID, EncryptedContent: text(r.Encrypted), Summary: []responses.ResponseReasoningItemSummaryParam{},
	}
	for _, piece := range whole {
		switch {
		case piece.Text == "":
		case r.Encrypted != "" || e.name == Name || e.name == NameAzure:
			item.Summary = append(item.Summary, responses.ResponseReasoningItemSummaryParam{Text: piece.Text})
		default: // services with open models show the thinking itself
			item.Content = append(item.Content, responses.ResponseReasoningItemContentParam{Text: piece.Text})
		}
	}
	return item
}
