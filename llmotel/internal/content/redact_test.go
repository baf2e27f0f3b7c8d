package content_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/redact"
)

// TestDefaultRedactor has secrets in all places and all disguises: in pieces, in
// escapes, as numbers, below names of secrets.
func TestDefaultRedactor(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	m := b.Input("user")
	for _, piece := range []string{"I am ali", "ce@exam", "ple.com, card 4111 11", "11 1111 1111"} {
		m.PartAt(0, content.Text).AppendString(content.Body, piece)
	}
	p := m.Part(content.ToolCall)
	p.Set(content.Name, "login")
	p.AppendString(content.Body, `{"to":"alice\u0040example.com","card":4111111111111111,"password":"correct horse","pin":{"api_key":12},"n":12345678901,"phone":"4155552671","mobile":{"number":9876543210,"mobile":9876543210},"fax":["4155552671"]}`)
	m.Part(content.ToolCall).AppendString(content.Body, `{"api_key":"abc","to":"alice@example.co`)
	m.Part(content.ToolResult).AppendString(content.Body, "from 192.0.2.1: token=abcd1234")
	want := `[{"role":"user","parts":[{"type":"text","content":"I am [EMAIL], card [CARD]"},` +
		`{"type":"tool_call","name":"login","arguments":{"to":"[EMAIL]","card":"[CARD]","password":"[KEY]","pin":{"api_key":"[KEY]"},"n":12345678901,"phone":"[PHONE]","mobile":{"number":9876543210,"mobile":"[PHONE]"},"fax":["4155552671"]}},` +
		`{"type":"tool_call","name":"","arguments":"{\"api_key\":\"[KEY]\",\"to\":\"[EMAIL]"},` +
		`{"type":"tool_call_response","response":"from [IP]: token=[KEY]"}]}]`
	e := content.Encoder{Redactor: redact.Append, Named: redact.Named}
	if diff := cmp.Diff(want, string(e.Input(nil, b))); diff != "" {
		t.Error(diff)
	}
}
