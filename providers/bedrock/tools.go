package bedrock

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
)

func (e *encoder) tools(in *input, req *providers.Request) error {
	if len(req.Tools) == 0 {
		return nil
	}
	c := &types.ToolConfiguration{Tools: make([]types.Tool, 0, len(req.Tools))}
	for i := range req.Tools {
		t := &req.Tools[i]
		if t.Builtin != nil {
			tool, err := e.builtin(t.Builtin, fmt.Sprintf("tools[%d].builtin", i))
			if err != nil {
				return err
			}
			c.Tools = append(c.Tools, tool)
			continue
		}
		schema := json.RawMessage(`{"type":"object"}`)
		if len(t.Parameters) > 0 {
			schema = t.Parameters
		}
		c.Tools = append(c.Tools, &types.ToolMemberToolSpec{Value: types.ToolSpecification{
			Name: &t.Name, Description: text(t.Description), Strict: t.Strict,
			InputSchema: &types.ToolInputSchemaMemberJson{Value: document(schema)},
		}})
		if point := cachePoint(t.Cache); point != nil {
			c.Tools = append(c.Tools, &types.ToolMemberCachePoint{Value: *point})
		}
	}
	switch req.ToolChoice.Mode {
	case providers.ToolChoiceAuto:
	case providers.ToolChoiceRequired:
		c.ToolChoice = &types.ToolChoiceMemberAny{}
	case providers.ToolChoiceNamed:
		c.ToolChoice = &types.ToolChoiceMemberTool{Value: types.SpecificToolChoice{Name: &req.ToolChoice.Name}}
	default:
		return e.Unsupported("toolChoice.mode", "Converse cannot forbid the use of tools; leave them out")
	}
	in.ToolConfig = c
	return nil
}

// builtin returns a tool that the service runs: {"systemTool":{"name":...}}.
func (e *encoder) builtin(o *providers.Opaque, field string) (types.Tool, error) {
	if o.Provider != Name {
		return nil, e.Unsupported(field, "is a tool of another vendor")
	}
	var w struct {
		SystemTool struct {
			Name string `json:"name"`
		} `json:"systemTool"`
	}
	if err := json.Unmarshal(o.JSON, &w); err != nil || w.SystemTool.Name == "" {
		return nil, e.Unsupported(field, "is not a systemTool with a name")
	}
	return &types.ToolMemberSystemTool{Value: types.SystemTool{Name: &w.SystemTool.Name}}, nil
}
