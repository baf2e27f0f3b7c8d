package main

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmotel/sdk/examples/internal/expect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	t.Setenv("OPENAI_API_KEY", "")
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	expect.InOrder(t, out.String(),
		`find_order\({"order_id":"1042"}\) = `, `estimate_delivery\({"carrier":"Nordpost"}\) = `, `> .*Thursday before noon`,
		`invoke_agent`, `tokens 255 in, 114 out`, `conversation conv_5f2a`, `event gen_ai\.evaluation\.result  name=user_feedback .*score.label=helpful score.value=1`,
		`chat`, `tokens 51 in, 39 out · .* finish tool_calls`, `feature support · prompt parcel_desk · conversation conv_5f2a`,
		`execute_tool`, `conversation conv_5f2a`,
		`chat`, `tokens 86 in, 42 out`, `execute_tool`, `chat`, `tokens 118 in, 33 out · .* finish stop`)

	var tree []string
	for _, m := range regexp.MustCompile(`(?m)^  ([├└]─ )?((?:chat|execute_tool|invoke_agent) \S+)  `).FindAllStringSubmatch(out.String(), -1) {
		tree = append(tree, m[1]+m[2])
	}
	want := []string{
		"invoke_agent parcel_desk",
		"├─ chat gpt-5.2", "├─ execute_tool find_order",
		"├─ chat gpt-5.2", "├─ execute_tool estimate_delivery",
		"└─ chat gpt-5.2",
	}
	if diff := cmp.Diff(want, tree); diff != "" {
		t.Errorf("tree (-want +got):\n%s\n%s", diff, out.String())
	}
}

// What the model makes of tools is not to be trusted.
func TestUseTool(t *testing.T) {
	for _, c := range []struct{ name, tool, arguments, want string }{
		{"it works", "find_order", `{"order_id":"1042"}`, `{"carrier":"Nordpost","place":"Rotterdam","status":"in transit"}`},
		{"it finds nothing", "find_order", `{"order_id":"7"}`, "error: not found"},
		{"arguments that are none", "find_order", `1042`, "error: the arguments are not as described"},
		{"a tool that is none", "refund", `{}`, "error: there is no such tool"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := useTool(t.Context(), "call_1", c.tool, c.arguments); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
