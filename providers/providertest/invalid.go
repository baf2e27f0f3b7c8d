package providertest

import (
	"errors"
	"testing"

	"github.com/llmotel/sdk/providers"
)

// invalid checks that requests that cannot work are refused before anything is
// sent, by an error that names the field.
func (s suite) invalid(t *testing.T) {
	t.Helper()
	cases := []struct {
		name, field string
		spoil       func(*providers.Request)
	}{
		{"model", "model", func(r *providers.Request) { r.Model = "" }},
		{"messages", "messages", func(r *providers.Request) { r.Messages = nil }},
		{"parts", "messages[0].parts", func(r *providers.Request) { r.Messages[0].Parts = nil }},
		{"role", "messages[0].role", func(r *providers.Request) { r.Messages[0].Role = "narrator" }},
		{"max_output_tokens", "maxOutputTokens", func(r *providers.Request) { r.MaxOutputTokens = -1 }},
		{"tool_result", "messages[1].parts[0]", func(r *providers.Request) {
			r.Messages = append(r.Messages, providers.Message{
				Role: providers.RoleTool, Parts: []providers.Part{providers.TextResult("call_0", ToolName, "3")},
			})
		}},
		{"tool_choice", "toolChoice.name", func(r *providers.Request) {
			r.ToolChoice = providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "absent"}
		}},
	}
	for _, c := range cases {
		s.test(t, "invalid/"+c.name, Scenario{Behaviour: Text}, func(t *testing.T, b bench) {
			req := b.request()
			c.spoil(req)
			b.refused(t, req, c.field)
		})
	}
	s.test(t, "invalid/nil", Scenario{Behaviour: Text}, func(t *testing.T, b bench) {
		b.refused(t, nil, "request")
	})
}

func (b bench) refused(t *testing.T, req *providers.Request, field string) {
	t.Helper()
	_, unary := b.Provider.Generate(t.Context(), req)
	_, streamed := providers.Collect(b.Provider.Stream(t.Context(), req))
	for how, err := range map[string]error{"Generate": unary, "Stream": streamed} {
		if providers.KindOf(err) != providers.KindInvalidRequest {
			t.Errorf("%s: got %v, want an error of kind %s", how, err, providers.KindInvalidRequest)
			continue
		}
		var f *providers.FieldError
		if !errors.As(err, &f) || f.Field != field {
			t.Errorf("%s: the error names the field %+v, want %q", how, f, field)
		}
	}
	if n := b.Calls(); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
}
