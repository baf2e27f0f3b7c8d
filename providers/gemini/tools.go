package gemini

import (
	"encoding/json"
	"fmt"

	"github.com/llmotel/sdk/providers"
)

// declaration is a function on offer.
type declaration struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parametersJsonSchema,omitempty"`
}

// tools sets tools and toolConfig: all functions in one entry, each tool of the
// service in its own.
func (e *encoder) tools(req *providers.Request) error {
	var functions []declaration
	var builtin []any
	for i := range req.Tools {
		t := &req.Tools[i]
		if t.Builtin == nil {
			functions = append(functions, declaration{t.Name, t.Description, t.Parameters})
			continue
		}
		if !e.p.mine(t.Builtin.Provider) {
			return e.Unsupported(fmt.Sprintf("tools[%d].builtin", i), "is a tool of another vendor")
		}
		builtin = append(builtin, t.Builtin.JSON)
	}
	if functions != nil {
		builtin = append(builtin, object{"functionDeclarations": functions})
	}
	if builtin != nil {
		e.body["tools"] = builtin
	}
	choice, err := e.toolChoice(req, functions)
	if err != nil {
		return err
	}
	config := object{}
	if choice != nil {
		config["functionCallingConfig"] = choice
	}
	if e.opts.Retrieval != nil {
		config["retrievalConfig"] = e.opts.Retrieval
	}
	if len(config) > 0 {
		e.body["toolConfig"] = config
	}
	return nil
}

func (e *encoder) toolChoice(req *providers.Request, functions []declaration) (object, error) {
	switch req.ToolChoice.Mode {
	case providers.ToolChoiceNone:
		return object{"mode": "NONE"}, nil
	case providers.ToolChoiceRequired:
		return object{"mode": "ANY"}, nil
	case providers.ToolChoiceNamed:
		for _, f := range functions {
			if f.Name == req.ToolChoice.Name {
				return object{"mode": "ANY", "allowedFunctionNames": []string{f.Name}}, nil
			}
		}
		return nil, e.Unsupported("toolChoice.name", "tools that the service runs cannot be forced")
	}
	return nil, nil
}
