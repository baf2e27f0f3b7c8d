package providers_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
)

const canary = "canary-5512"

func valid() *providers.Request {
	return &providers.Request{Model: "m", Messages: []providers.Message{providers.UserText(canary)}}
}

func TestValidate(t *testing.T) {
	part := func(role providers.Role, p providers.Part) func(*providers.Request) {
		return func(r *providers.Request) {
			r.Messages = append(r.Messages, providers.Message{Role: role, Parts: []providers.Part{p}})
		}
	}
	user := func(p providers.Part) func(*providers.Request) { return part(providers.RoleUser, p) }
	tool := func(ts ...providers.Tool) func(*providers.Request) {
		return func(r *providers.Request) { r.Tools = ts }
	}
	schema := json.RawMessage(`{"type":"object"}`)
	negative, nan, inf, two := -1.0, math.NaN(), math.Inf(1), 2.0
	less := int64(-1)
	cases := []struct {
		name  string
		spoil func(*providers.Request)
		field string
	}{
		{"no model", func(r *providers.Request) { r.Model = "" }, "model"},
		{"blank model", func(r *providers.Request) { r.Model = " \t" }, "model"},
		{"no messages", func(r *providers.Request) { r.Messages = nil }, "messages"},
		{"no role", func(r *providers.Request) { r.Messages[0].Role = "" }, "messages[0].role"},
		{"unknown role", func(r *providers.Request) { r.Messages[0].Role = canary }, "messages[0].role"},
		{"no parts", func(r *providers.Request) { r.Messages[0].Parts = nil }, "messages[0].parts"},
		{"nil part", user(nil), "messages[1].parts[0]"},
		{"pointer part", user(&providers.Text{Text: canary}), "messages[1].parts[0]"},
		{"empty image", user(providers.Image{}), "messages[1].parts[0]"},
		{"image twice", user(providers.Image{Media: providers.Media{URI: canary, FileID: canary}}), "messages[1].parts[0]"},
		{"data without type", user(providers.Image{Media: providers.Media{Data: []byte(canary)}}), "messages[1].parts[0]"},
		{"empty audio", user(providers.Audio{ID: "a"}), "messages[1].parts[0]"},
		{"empty file", user(providers.File{Name: canary}), "messages[1].parts[0]"},
		{"call by the user", user(providers.ToolCall{ID: "1", Name: "f"}), "messages[1].parts[0]"},
		{"call without id", part(providers.RoleAssistant, providers.ToolCall{Name: "f"}), "messages[1].parts[0]"},
		{"call without name", part(providers.RoleAssistant, providers.ToolCall{ID: "1"}), "messages[1].parts[0]"},
		{"call with bad JSON", part(providers.RoleAssistant, providers.ToolCall{ID: "1", Name: "f", Arguments: `{"` + canary}), "messages[1].parts[0]"},
		{"result without call", part(providers.RoleTool, providers.TextResult(canary, "f", "x")), "messages[1].parts[0]"},
		{"result without id", part(providers.RoleTool, providers.ToolResult{}), "messages[1].parts[0]"},
		{"result by the assistant", part(providers.RoleAssistant, providers.TextResult("1", "f", "x")), "messages[1].parts[0]"},
		{"result before its call", func(r *providers.Request) {
			part(providers.RoleTool, providers.TextResult("1", "f", "x"))(r)
			part(providers.RoleAssistant, providers.ToolCall{ID: "1", Name: "f"})(r)
		}, "messages[1].parts[0]"},
		{"result with a bad part", func(r *providers.Request) {
			part(providers.RoleAssistant, providers.ToolCall{ID: "1", Name: "f"})(r)
			part(providers.RoleTool, providers.ToolResult{CallID: "1", Parts: []providers.Part{providers.Reasoning{Text: canary}}})(r)
		}, "messages[2].parts[0]"},
		{"result with an empty image", func(r *providers.Request) {
			part(providers.RoleAssistant, providers.ToolCall{ID: "1", Name: "f"})(r)
			part(providers.RoleTool, providers.ToolResult{CallID: "1", Parts: []providers.Part{providers.Image{}}})(r)
		}, "messages[2].parts[0]"},
		{"result with an opaque part of nobody", func(r *providers.Request) {
			part(providers.RoleAssistant, providers.ToolCall{ID: "1", Name: "f"})(r)
			part(providers.RoleTool, providers.ToolResult{CallID: "1", Parts: []providers.Part{providers.Opaque{JSON: schema}}})(r)
		}, "messages[2].parts[0]"},
		{"reasoning by the user", user(providers.Reasoning{Text: canary}), "messages[1].parts[0]"},
		{"refusal by the user", user(providers.Refusal{Text: canary}), "messages[1].parts[0]"},
		{"opaque of nobody", part(providers.RoleAssistant, providers.Opaque{JSON: schema}), "messages[1].parts[0]"},
		{"opaque without JSON", part(providers.RoleAssistant, providers.Opaque{Provider: "p"}), "messages[1].parts[0]"},

		{"tool without name", tool(providers.Tool{}), "tools[0].name"},
		{"tool twice", tool(providers.Tool{Name: canary}, providers.Tool{Name: canary}), "tools[1].name"},
		{"tool twice beside a builtin", tool(
			providers.Tool{Name: "f"}, providers.Tool{Name: "f", Builtin: &providers.Opaque{Provider: "p", JSON: schema}}, providers.Tool{Name: "f"},
		), "tools[2].name"},
		{"tool with bad schema", tool(providers.Tool{Name: "f", Parameters: json.RawMessage(`[]`)}), "tools[0].parameters"},
		{"tool with cut schema", tool(providers.Tool{Name: "f", Parameters: json.RawMessage(`{"` + canary)}), "tools[0].parameters"},
		{"builtin of nobody", tool(providers.Tool{Name: "f", Builtin: &providers.Opaque{JSON: schema}}), "tools[0].builtin"},
		{"builtin without JSON", tool(providers.Tool{Name: "f", Builtin: &providers.Opaque{Provider: "p"}}), "tools[0].builtin"},
		{"required without tools", func(r *providers.Request) { r.ToolChoice.Mode = providers.ToolChoiceRequired }, "toolChoice.mode"},
		{"unknown mode", func(r *providers.Request) { r.ToolChoice.Mode = "any" }, "toolChoice.mode"},
		{"unknown tool", func(r *providers.Request) {
			r.ToolChoice = providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: canary}
		}, "toolChoice.name"},

		{"format", func(r *providers.Request) { r.Format = &providers.Format{Type: canary} }, "format.type"},
		{"schema without name", func(r *providers.Request) {
			r.Format = &providers.Format{Type: providers.FormatJSONSchema, Schema: schema}
		}, "format.name"},
		{"name without schema", func(r *providers.Request) {
			r.Format = &providers.Format{Type: providers.FormatJSONSchema, Name: canary}
		}, "format.schema"},

		{"output tokens", func(r *providers.Request) { r.MaxOutputTokens = -1 }, "maxOutputTokens"},
		{"choices", func(r *providers.Request) { r.Choices = -1 }, "choices"},
		{"top k", func(r *providers.Request) { r.TopK = &less }, "topK"},
		{"logprobs", func(r *providers.Request) { r.TopLogprobs = &less }, "topLogprobs"},
		{"budget", func(r *providers.Request) { r.Reasoning = &providers.Reasoner{BudgetTokens: -1} }, "reasoning.budgetTokens"},
		{"cold", func(r *providers.Request) { r.Temperature = &negative }, "temperature"},
		{"no temperature", func(r *providers.Request) { r.Temperature = &nan }, "temperature"},
		{"top p", func(r *providers.Request) { r.TopP = &two }, "topP"},
		{"negative top p", func(r *providers.Request) { r.TopP = &negative }, "topP"},
		{"frequency", func(r *providers.Request) { r.FrequencyPenalty = &inf }, "frequencyPenalty"},
		{"presence", func(r *providers.Request) { r.PresencePenalty = &nan }, "presencePenalty"},
		{"stop", func(r *providers.Request) { r.StopSequences = []string{canary, ""} }, "stopSequences[1]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := valid()
			c.spoil(r)
			wantField(t, r.Validate(), c.field)
		})
	}
	t.Run("nil", func(t *testing.T) { wantField(t, (*providers.Request)(nil).Validate(), "request") })
}

func wantField(t *testing.T, err error, field string) {
	t.Helper()
	var f *providers.FieldError
	if !errors.As(err, &f) || f.Field != field || f.Problem == "" {
		t.Fatalf("got %v, want an error of field %s", err, field)
	}
	if kind := providers.KindOf(err); kind != providers.KindInvalidRequest {
		t.Errorf("kind %q", kind)
	}
	if strings.Contains(err.Error(), canary) {
		t.Errorf("the error text holds content: %v", err)
	}
	if !strings.Contains(err.Error(), field) {
		t.Errorf("the error text does not name %s: %v", field, err)
	}
}

func TestValidateAccepts(t *testing.T) {
	zero, one := 0.0, 1.0
	cases := map[string]func(*providers.Request){
		"the least": func(*providers.Request) {},
		"limits":    func(r *providers.Request) { r.TopP, r.Temperature = &one, &zero },
		"audio of an earlier answer": func(r *providers.Request) {
			r.Messages = append(r.Messages, providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{providers.Audio{ID: "a"}}})
		},
		"result of an earlier call": func(r *providers.Request) {
			r.Messages = append(
				r.Messages,
				providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{providers.ToolCall{ID: "1", Name: "f", Arguments: `{}`}}},
				providers.Message{Role: providers.RoleTool, Parts: []providers.Part{providers.TextResult("1", "f", "x")}},
			)
		},
		"result of a call in a stored conversation": func(r *providers.Request) {
			r.PreviousResponseID = "resp_1"
			r.Messages = []providers.Message{{Role: providers.RoleTool, Parts: []providers.Part{providers.TextResult("1", "f", "x")}}}
		},
		"opaque part of a result": func(r *providers.Request) {
			r.Messages = append(
				r.Messages,
				providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{providers.ToolCall{ID: "1", Name: "f", Arguments: `{}`}}},
				providers.Message{Role: providers.RoleTool, Parts: []providers.Part{providers.ToolResult{CallID: "1", Parts: []providers.Part{
					providers.Opaque{Provider: "p", Type: "tool_reference", JSON: json.RawMessage(`{"type":"tool_reference"}`)},
				}}}},
			)
		},
		"builtin tools by one name": func(r *providers.Request) {
			builtin := &providers.Opaque{Provider: "p", JSON: json.RawMessage(`{"type":"mcp"}`)}
			r.Tools = []providers.Tool{{Name: "mcp", Builtin: builtin}, {Name: "mcp", Builtin: builtin}, {Name: "mcp"}}
			r.ToolChoice = providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "mcp"}
		},
		"choice of a builtin tool": func(r *providers.Request) {
			r.Tools = []providers.Tool{{Name: "mcp", Builtin: &providers.Opaque{Provider: "p", JSON: json.RawMessage(`{"type":"mcp"}`)}}}
			r.ToolChoice = providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "mcp"}
		},
		"builtin tool": func(r *providers.Request) {
			r.Tools = []providers.Tool{{Name: "search", Builtin: &providers.Opaque{Provider: "p", JSON: json.RawMessage(` {"type":"search"}`)}}}
		},
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			r := valid()
			edit(r)
			if err := r.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestValidateEmbed(t *testing.T) {
	cases := map[string]*providers.EmbedRequest{
		"request":    nil,
		"model":      {Input: []string{"x"}},
		"input":      {Model: "m"},
		"input[1]":   {Model: "m", Input: []string{canary, ""}},
		"dimensions": {Model: "m", Input: []string{"x"}, Dimensions: -1},
	}
	for field, r := range cases {
		t.Run(field, func(t *testing.T) { wantField(t, r.Validate(), field) })
	}
	if err := (&providers.EmbedRequest{Model: "m", Input: []string{"x"}}).Validate(); err != nil {
		t.Error(err)
	}
}
