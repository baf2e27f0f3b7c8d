package openai

import (
	"fmt"
	"strings"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"

	"github.com/llmotel/sdk/providers"
)

// typeReasoningDetails is the Opaque type of OpenRouter's structured thinking,
// a field of the message rather than a part of it.
const typeReasoningDetails = "reasoning_details"

func (e *encoder) messages(req *providers.Request) ([]sdk.ChatCompletionMessageParamUnion, error) {
	out := make([]sdk.ChatCompletionMessageParamUnion, 0, len(req.Messages)+1)
	if len(req.System) > 0 {
		out = append(out, sdk.ChatCompletionMessageParamUnion{OfSystem: e.system(req.System, "")})
	}
	for i := range req.Messages {
		m := &req.Messages[i]
		field := fmt.Sprintf("messages[%d]", i)
		var err error
		switch m.Role {
		case providers.RoleSystem:
			var texts []providers.Text
			if texts, err = e.systemTexts(m, field); err == nil {
				out = append(out, sdk.ChatCompletionMessageParamUnion{OfSystem: e.system(texts, m.Name)})
			}
		case providers.RoleAssistant:
			out, err = e.assistant(out, m, field)
		default:
			out, err = e.user(out, m, field)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// systemTexts returns the parts of a system message, which are texts.
func (e *target) systemTexts(m *providers.Message, field string) ([]providers.Text, error) {
	texts := make([]providers.Text, len(m.Parts))
	for j, p := range m.Parts {
		t, ok := p.(providers.Text)
		if !ok {
			return nil, e.Unsupported(fmt.Sprintf("%s.parts[%d]", field, j), "system messages hold text only")
		}
		texts[j] = t
	}
	return texts, nil
}

func (e *encoder) system(texts []providers.Text, name string) *sdk.ChatCompletionSystemMessageParam {
	m := &sdk.ChatCompletionSystemMessageParam{Name: text(name)}
	if s, ok := e.plain(texts); ok {
		m.Content.OfString = sdk.String(s)
		return m
	}
	for _, t := range texts {
		m.Content.OfArrayOfContentParts = append(m.Content.OfArrayOfContentParts, e.text(t))
	}
	return m
}

// plain returns the only text, if it needs no form but a string.
func (e *encoder) plain(texts []providers.Text) (string, bool) {
	if len(texts) != 1 || texts[0].Cache != nil && e.opts.CacheBreakpoints {
		return "", false
	}
	return texts[0].Text, true
}

// user appends a user or tool message. Tool results are messages of their own
// on the wire, so the message is split where one begins or ends.
func (e *encoder) user(out []sdk.ChatCompletionMessageParamUnion, m *providers.Message, field string) ([]sdk.ChatCompletionMessageParamUnion, error) {
	if m.Role == providers.RoleTool && m.Name != "" {
		return nil, e.Unsupported(field+".name", "tool messages have no name")
	}
	var parts []sdk.ChatCompletionContentPartUnionParam
	flush := func() {
		if len(parts) == 0 {
			return
		}
		u := &sdk.ChatCompletionUserMessageParam{Name: text(m.Name)}
		if t := parts[0].OfText; len(parts) == 1 && t != nil && t.PromptCacheBreakpoint == (sdk.ChatCompletionContentPartTextPromptCacheBreakpointParam{}) {
			u.Content.OfString = sdk.String(t.Text)
		} else {
			u.Content.OfArrayOfContentParts = parts
		}
		out, parts = append(out, sdk.ChatCompletionMessageParamUnion{OfUser: u}), nil
	}
	for j, p := range m.Parts {
		at := fmt.Sprintf("%s.parts[%d]", field, j)
		if r, ok := p.(providers.ToolResult); ok {
			flush()
			tm, err := e.toolResult(r, at)
			if err != nil {
				return nil, err
			}
			out = append(out, sdk.ChatCompletionMessageParamUnion{OfTool: tm})
			continue
		}
		part, err := e.userPart(p, at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	flush()
	return out, nil
}

func (e *encoder) toolResult(r providers.ToolResult, field string) (*sdk.ChatCompletionToolMessageParam, error) {
	m := &sdk.ChatCompletionToolMessageParam{ToolCallID: r.CallID}
	parts := make([]sdk.ChatCompletionContentPartTextParam, len(r.Parts))
	for k, p := range r.Parts {
		at := fmt.Sprintf("%s.parts[%d]", field, k)
		switch p := p.(type) {
		case providers.Text:
			if s, ok := e.plain([]providers.Text{p}); ok && len(r.Parts) == 1 {
				m.Content.OfString = sdk.String(s)
				return m, nil
			}
			parts[k] = e.text(p)
		case providers.Opaque:
			if !e.mine(p.Provider) {
				return nil, e.Unsupported(at, "is a part of another vendor")
			}
			parts[k] = param.Override[sdk.ChatCompletionContentPartTextParam](p.JSON)
		default:
			return nil, e.Unsupported(at, "tool results hold text only; put media into a user message")
		}
	}
	if len(parts) == 0 {
		m.Content.OfString = sdk.String("")
		return m, nil
	}
	m.Content.OfArrayOfContentParts = parts
	return m, nil
}

func (e *encoder) assistant(out []sdk.ChatCompletionMessageParamUnion, m *providers.Message, field string) ([]sdk.ChatCompletionMessageParamUnion, error) {
	a := &sdk.ChatCompletionAssistantMessageParam{Name: text(m.Name)}
	type contentPart = sdk.ChatCompletionAssistantMessageParamContentArrayOfContentPartUnion
	var content []contentPart
	var reasoning strings.Builder
	extra := map[string]any{}
	for j, p := range m.Parts {
		at := fmt.Sprintf("%s.parts[%d]", field, j)
		switch p := p.(type) {
		case providers.Text:
			t := e.text(p)
			content = append(content, contentPart{OfText: &t})
		case providers.Refusal:
			content = append(content, contentPart{OfRefusal: &sdk.ChatCompletionContentPartRefusalParam{Refusal: p.Text}})
		case providers.ToolCall:
			a.ToolCalls = append(a.ToolCalls, toolCall(p))
		case providers.Audio:
			if p.ID == "" {
				return nil, e.Unsupported(at, "audio of an earlier answer is sent back by its id")
			}
			a.Audio.ID = p.ID
		case providers.Reasoning:
			if p.Provider == "" || e.mine(p.Provider) {
				reasoning.WriteString(p.Text)
			}
		case providers.Opaque:
			if p.Type != typeReasoningDetails || !e.mine(p.Provider) {
				return nil, e.Unsupported(at, "is a part of another vendor, or one that is not sent back")
			}
			extra[typeReasoningDetails] = p.JSON
		default:
			return nil, e.Unsupported(at, "assistant messages hold text, refusals, tool calls and audio")
		}
	}
	switch {
	case len(content) == 1 && content[0].OfText != nil:
		a.Content.OfString = sdk.String(content[0].OfText.Text)
	case len(content) > 0:
		a.Content.OfArrayOfContentParts = content
	case len(a.ToolCalls) == 0 && a.Audio.ID == "":
		a.Content.OfString = sdk.String("")
	}
	if reasoning.String() != "" && e.reasoningField != "" {
		extra[e.reasoningField] = reasoning.String()
	}
	if len(extra) > 0 {
		a.SetExtraFields(extra)
	}
	return append(out, sdk.ChatCompletionMessageParamUnion{OfAssistant: a}), nil
}
