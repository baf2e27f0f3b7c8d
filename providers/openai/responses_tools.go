package openai

import (
	"encoding/json"
	"fmt"

	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
)

// noParameters is the schema of functions without arguments; the API wants one.
var noParameters = json.RawMessage(`{"type":"object","properties":{}}`)

func (e *itemEncoder) tools(tools []providers.Tool) ([]responses.ToolUnionParam, error) {
	if len(tools) == 0 {
		return nil, nil
	}
	out := make([]responses.ToolUnionParam, len(tools))
	for i := range tools {
		t := &tools[i]
		if t.Builtin != nil {
			if !e.mine(t.Builtin.Provider) {
				return nil, e.Unsupported(fmt.Sprintf("tools[%d].builtin", i), "is a tool of another vendor")
			}
			out[i] = param.Override[responses.ToolUnionParam](t.Builtin.JSON)
			continue
		}
		f := &responses.FunctionToolParam{Name: t.Name, Description: text(t.Description), Strict: opt(t.Strict)}
		schema := t.Parameters
		if len(schema) == 0 {
			schema = noParameters
		}
		// Not by the Parameters field, whose map would reorder the schema.
		f.SetExtraFields(map[string]any{"parameters": schema})
		out[i].OfFunction = f
	}
	return out, nil
}

func (e *itemEncoder) toolChoice(req *providers.Request) (out responses.ResponseNewParamsToolChoiceUnion) {
	if e.own.ToolChoice != nil {
		return *e.own.ToolChoice
	}
	switch req.ToolChoice.Mode {
	case providers.ToolChoiceAuto:
	case providers.ToolChoiceNone, providers.ToolChoiceRequired:
		out.OfToolChoiceMode = param.NewOpt(responses.ToolChoiceOptions(req.ToolChoice.Mode))
	case providers.ToolChoiceNamed:
		return namedTool(req.Tools, req.ToolChoice.Name)
	}
	return out
}

// namedTool returns the choice of one tool, whose form depends on its type.
func namedTool(tools []providers.Tool, name string) (out responses.ResponseNewParamsToolChoiceUnion) {
	var def struct {
		Type        string `json:"type"`
		ServerLabel string `json:"server_label"`
	}
	for i := range tools {
		if t := &tools[i]; t.Name == name && t.Builtin != nil {
			_ = json.Unmarshal(t.Builtin.JSON, &def) // without a type it is taken for a function
			break
		}
	}
	switch def.Type {
	case "", "function":
		out.OfFunctionTool = &responses.ToolChoiceFunctionParam{Name: name}
	case "custom":
		out.OfCustomTool = &responses.ToolChoiceCustomParam{Name: name}
	case "mcp":
		out.OfMcpTool = &responses.ToolChoiceMcpParam{ServerLabel: def.ServerLabel}
	default:
		out.OfHostedTool = &responses.ToolChoiceTypesParam{Type: responses.ToolChoiceTypesType(def.Type)}
	}
	return out
}
