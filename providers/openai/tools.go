package openai

import (
	"encoding/json"
	"fmt"
	"strings"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/shared"

	"github.com/llmotel/sdk/providers"
)

func (e *encoder) tools(tools []providers.Tool) ([]sdk.ChatCompletionToolUnionParam, error) {
	if len(tools) == 0 {
		return nil, nil
	}
	out := make([]sdk.ChatCompletionToolUnionParam, len(tools))
	for i := range tools {
		t := &tools[i]
		if t.Builtin != nil {
			if !e.mine(t.Builtin.Provider) {
				return nil, e.Unsupported(fmt.Sprintf("tools[%d].builtin", i), "is a tool of another vendor")
			}
			out[i] = param.Override[sdk.ChatCompletionToolUnionParam](t.Builtin.JSON)
			continue
		}
		f := shared.FunctionDefinitionParam{
			Name: t.Name, Description: text(t.Description), Strict: opt(t.Strict),
		}
		if len(t.Parameters) > 0 {
			// Not by the Parameters field, whose map would reorder the schema.
			f.SetExtraFields(map[string]any{"parameters": t.Parameters})
		}
		out[i].OfFunction = &sdk.ChatCompletionFunctionToolParam{Function: f}
	}
	return out, nil
}

// mine reports whether opaque values of that vendor can be sent here: the
// service's own, and OpenAI's, whose protocol it is.
func (e *target) mine(vendor string) bool { return vendor == e.name || vendor == Name }

func (e *encoder) toolChoice(req *providers.Request) (out sdk.ChatCompletionToolChoiceOptionUnionParam) {
	if e.opts.ToolChoice != nil {
		return *e.opts.ToolChoice
	}
	switch req.ToolChoice.Mode {
	case providers.ToolChoiceAuto:
	case providers.ToolChoiceNone, providers.ToolChoiceRequired:
		out.OfAuto = sdk.String(string(req.ToolChoice.Mode))
	case providers.ToolChoiceNamed:
		name := req.ToolChoice.Name
		if custom(req.Tools, name) {
			out.OfCustomToolChoice = &sdk.ChatCompletionNamedToolChoiceCustomParam{
				Custom: sdk.ChatCompletionNamedToolChoiceCustomCustomParam{Name: name},
			}
		} else {
			out.OfFunctionToolChoice = &sdk.ChatCompletionNamedToolChoiceParam{
				Function: sdk.ChatCompletionNamedToolChoiceFunctionParam{Name: name},
			}
		}
	}
	return out
}

// custom reports whether the named tool is one with free-form input.
func custom(tools []providers.Tool, name string) bool {
	for i := range tools {
		if tools[i].Name == name && tools[i].Builtin != nil {
			var def struct {
				Type string `json:"type"`
			}
			return json.Unmarshal(tools[i].Builtin.JSON, &def) == nil && def.Type == "custom"
		}
	}
	return false
}

// toolCall returns a call of an earlier answer. Arguments of functions are
// objects; a string is the input of a custom tool.
func toolCall(c providers.ToolCall) sdk.ChatCompletionMessageToolCallUnionParam {
	var input string
	if strings.HasPrefix(c.Arguments, `"`) && json.Unmarshal([]byte(c.Arguments), &input) == nil {
		return sdk.ChatCompletionMessageToolCallUnionParam{OfCustom: &sdk.ChatCompletionMessageCustomToolCallParam{
			ID:     c.ID,
			Custom: sdk.ChatCompletionMessageCustomToolCallCustomParam{Name: c.Name, Input: input},
		}}
	}
	return sdk.ChatCompletionMessageToolCallUnionParam{OfFunction: &sdk.ChatCompletionMessageFunctionToolCallParam{
		ID:       c.ID,
		Function: sdk.ChatCompletionMessageFunctionToolCallFunctionParam{Name: c.Name, Arguments: c.Arguments},
	}}
}
