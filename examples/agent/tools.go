package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"

	"github.com/llmotel/sdk/llmotel"
)

// tool is something that the model can use. It takes one argument.
type tool struct {
	name, description, argument string
	run                         func(ctx context.Context, argument string) (any, error)
}

// tools are in the order in which they are of use.
var tools = []tool{
	{"find_order", "Where an order is and who carries it.", "order_id", findOrder},
	{"estimate_delivery", "When a carrier delivers what it has now.", "carrier", estimateDelivery},
}

func findOrder(_ context.Context, id string) (any, error) {
	if id != "1042" {
		return nil, errNotFound
	}
	return map[string]string{"status": "in transit", "place": "Rotterdam", "carrier": "Nordpost"}, nil
}

func estimateDelivery(_ context.Context, carrier string) (any, error) {
	if carrier != "Nordpost" {
		return nil, errNotFound
	}
	return map[string]string{"carrier": carrier, "arrives": "Thursday before noon"}, nil
}

var (
	errNotFound  = errors.New("not found")
	errArguments = errors.New("the arguments are not as described")
)

// useTool runs a tool under a span of its own and returns what to tell the model.
func useTool(ctx context.Context, id, name, arguments string) string {
	for _, t := range tools {
		if t.name != name {
			continue
		}
		ctx, span := llmotel.StartTool(ctx, llmotel.ToolCall{Name: name, ID: id, Type: "function", Description: t.description, Arguments: arguments})
		defer span.Abort() //nolint:revive // the loop ends here: a panic leaves no open span
		result, err := t.call(ctx, arguments)
		span.End(result, err)
		if err != nil {
			return "error: " + err.Error()
		}
		return result
	}
	return "error: there is no such tool" // no span: the model made the name up
}

func (t tool) call(ctx context.Context, arguments string) (string, error) {
	var parsed map[string]string
	if json.Unmarshal([]byte(arguments), &parsed) != nil {
		return "", errArguments
	}
	result, err := t.run(ctx, parsed[t.argument])
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(result)
	return string(text), err
}

// definitions are the tools as OpenAI wants them described.
func definitions() []openai.ChatCompletionToolUnionParam {
	out := make([]openai.ChatCompletionToolUnionParam, 0, len(tools))
	for _, t := range tools {
		out = append(out, openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
			Name: t.name, Description: openai.String(t.description),
			Parameters: shared.FunctionParameters{
				"type": "object", "properties": map[string]any{t.argument: map[string]any{"type": "string"}}, "required": []string{t.argument},
			},
		}))
	}
	return out
}
