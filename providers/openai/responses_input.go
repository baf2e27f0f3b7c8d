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

type (
	inputItem    = responses.ResponseInputItemUnionParam
	inputContent = responses.ResponseInputContentUnionParam
)

func (e *itemEncoder) input(req *providers.Request) ([]inputItem, error) {
	out := make([]inputItem, 0, len(req.Messages)+1)
	if e.marked(req.System) {
		out = append(out, e.system(req.System))
	}
	for i := range req.Messages {
		m := &req.Messages[i]
		field := fmt.Sprintf("messages[%d]", i)
		if m.Name != "" {
			return nil, e.Unsupported(field+".name", "messages of the Responses API have no name")
		}
		var err error
		switch m.Role {
		case providers.RoleSystem:
			var texts []providers.Text
			if texts, err = e.systemTexts(m, field); err == nil {
				out = append(out, e.system(texts))
			}
		case providers.RoleAssistant:
			out, err = e.assistant(out, m, field)
		default:
			out, err = e.user(out, m, field, req.Tools)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (e *itemEncoder) system(texts []providers.Text) inputItem {
	parts := make([]inputContent, len(texts))
	for i := range texts {
		parts[i].OfInputText = e.inputText(texts[i])
	}
	return message(responses.EasyInputMessageRoleSystem, parts)
}

// message returns a message, with plain text as a string.
func message(role responses.EasyInputMessageRole, parts []inputContent) inputItem {
	m := &responses.EasyInputMessageParam{Role: role}
	if s, ok := only(parts); ok {
		m.Content.OfString = s
	} else {
		m.Content.OfInputItemContentList = parts
	}
	return inputItem{OfMessage: m}
}

// only returns the text of a single part that needs no form but a string.
func only(parts []inputContent) (s param.Opt[string], ok bool) {
	if len(parts) != 1 || parts[0].OfInputText == nil || parts[0].OfInputText.PromptCacheBreakpoint.Mode != "" {
		return s, false
	}
	return sdk.String(parts[0].OfInputText.Text), true
}

// user appends what a user or tool message holds. Results of tools and the
// items of Opaque parts stand apart from messages, so the message is split
// where one begins or ends.
func (e *itemEncoder) user(out []inputItem, m *providers.Message, field string, tools []providers.Tool) ([]inputItem, error) {
	var parts []inputContent
	flush := func() {
		if len(parts) > 0 {
			out, parts = append(out, message(responses.EasyInputMessageRoleUser, parts)), nil
		}
	}
	for j, p := range m.Parts {
		at := fmt.Sprintf("%s.parts[%d]", field, j)
		switch p := p.(type) {
		case providers.ToolResult:
			flush()
			item, err := e.toolResult(p, at, tools)
			if err != nil {
				return nil, err
			}
			out = append(out, item)
			continue
		case providers.Opaque:
			if typ := typeOf(p.JSON); e.mine(p.Provider) && typ != "" && !strings.HasPrefix(typ, "input_") {
				flush()
				out = append(out, param.Override[inputItem](p.JSON))
				continue
			}
		}
		part, err := e.content(p, at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	flush()
	return out, nil
}

// content returns a part of a user message or of a tool's result.
func (e *itemEncoder) content(p providers.Part, field string) (out inputContent, err error) {
	switch p := p.(type) {
	case providers.Text:
		out.OfInputText = e.inputText(p)
	case providers.Image:
		out.OfInputImage = e.inputImage(p)
	case providers.File:
		out.OfInputFile = e.inputFile(p)
	case providers.Opaque:
		if !e.mine(p.Provider) || typeOf(p.JSON) == "" {
			return out, e.Unsupported(field, "is a part of another vendor or another API")
		}
		out = param.Override[inputContent](p.JSON)
	default:
		return out, e.Unsupported(field, "is a part that messages to the Responses API cannot hold")
	}
	return out, err
}

func (e *itemEncoder) inputText(t providers.Text) *responses.ResponseInputTextParam {
	out := &responses.ResponseInputTextParam{Text: t.Text}
	if ttl, ok := e.breakpoint(t.Cache); ok {
		out.PromptCacheBreakpoint = responses.NewResponseInputTextPromptCacheBreakpointParam()
		out.PromptCacheBreakpoint.Ttl = ttl
	}
	return out
}

func (e *itemEncoder) inputImage(p providers.Image) *responses.ResponseInputImageParam {
	out := &responses.ResponseInputImageParam{
		Detail: responses.ResponseInputImageDetail(p.Detail), FileID: text(p.FileID), ImageURL: text(p.URI),
	}
	if len(p.Data) > 0 {
		out.ImageURL = sdk.String(dataURI(p.Media))
	}
	if ttl, ok := e.breakpoint(p.Cache); ok {
		out.PromptCacheBreakpoint = responses.NewResponseInputImagePromptCacheBreakpointParam()
		out.PromptCacheBreakpoint.Ttl = ttl
	}
	return out
}

func (e *itemEncoder) inputFile(p providers.File) *responses.ResponseInputFileParam {
	out := &responses.ResponseInputFileParam{FileID: text(p.FileID), FileURL: text(p.URI), Filename: text(p.Name)}
	if len(p.Data) > 0 {
		out.FileData = sdk.String(dataURI(p.Media))
		out.Filename = sdk.String(first(p.Name, "file")) // the service refuses data without a name
	}
	if ttl, ok := e.breakpoint(p.Cache); ok {
		out.PromptCacheBreakpoint = responses.NewResponseInputFilePromptCacheBreakpointParam()
		out.PromptCacheBreakpoint.Ttl = ttl
	}
	return out
}

// toolResult returns the output of a function, or of a custom tool where the
// call or the tool says so.
func (e *itemEncoder) toolResult(r providers.ToolResult, field string, tools []providers.Tool) (inputItem, error) {
	parts := make([]inputContent, len(r.Parts))
	for k, p := range r.Parts {
		var err error
		if parts[k], err = e.content(p, fmt.Sprintf("%s.parts[%d]", field, k)); err != nil {
			return inputItem{}, err
		}
	}
	// Both kinds have the same forms of output, for which the SDK has two types.
	output := map[string]any{"output": parts}
	if s, ok := only(parts); ok {
		output["output"] = s.Value
	} else if len(parts) == 0 {
		output["output"] = ""
	}
	if e.custom[r.CallID] || r.Name != "" && custom(tools, r.Name) {
		item := &responses.ResponseCustomToolCallOutputParam{CallID: r.CallID}
		item.SetExtraFields(output)
		return inputItem{OfCustomToolCallOutput: item}, nil
	}
	item := &responses.ResponseInputItemFunctionCallOutputParam{CallID: sdk.String(r.CallID)}
	item.SetExtraFields(output)
	return inputItem{OfFunctionCallOutput: item}, nil
}

// typeOf returns the type of an item or content part, "" if it is neither.
func typeOf(raw json.RawMessage) string {
	var w struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &w) != nil {
		return ""
	}
	return w.Type
}
