package wire_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

const cohereURL = "https://api.cohere.com/v2/chat"

func TestCohereUnary(t *testing.T) {
	const request = `{"model":"command-a","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","tool_plan":"look","tool_calls":[{"id":"t1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bern\"}"}}]},` +
		`{"role":"tool","tool_call_id":"t1","content":[{"type":"document","document":{"data":"{\"sky\":\"blue\"}"}}]}],"max_tokens":9,"p":0.5,"k":3,"stop_sequences":["x"],"response_format":{"type":"json_object"}}`
	const response = `{"id":"i1","finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_plan":"plan","content":[{"type":"text","text":"Blue"}],"tool_calls":[{"id":"t2","type":"function","function":{"name":"weather","arguments":"{}"}}]},` +
		`"usage":{"billed_units":{"input_tokens":7,"output_tokens":88},"tokens":{"input_tokens":69,"output_tokens":89}}}`
	everySize(t, cohereURL, request, http.Header{}, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		if diff := cmp.Diff(reported(map[providers.TokenClass]int64{providers.ClassInput: 7, providers.ClassOutput: 88}), x.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		got := []any{provider(t, cohereURL), x.Asked.Model(), x.Stream, x.MaxTokens(), x.TopP(), x.TopK(), x.Stop(), x.OutputType(), x.ID, x.Reasons(), x.Complete}
		if diff := cmp.Diff([]any{"cohere", "command-a", false, int64(9), 0.5, int64(3), []string{"x"}, "json", "i1", []string{"TOOL_CALL"}, true}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{
			"system": "", "tools": "",
			"input": `[{"role":"user","parts":[{"type":"text","content":"Hi"}]},{"role":"assistant","parts":[{"type":"reasoning","content":"look"},{"type":"tool_call","id":"t1","name":"weather","arguments":{"city":"Bern"}}]},` +
				`{"role":"tool","parts":[{"type":"tool_call_response","id":"t1","response":{"sky":"blue"}}]}]`,
			"output": `[{"role":"assistant","parts":[{"type":"reasoning","content":"plan"},{"type":"text","content":"Blue"},{"type":"tool_call","id":"t2","name":"weather","arguments":{}}],"finish_reason":"tool_call"}]`,
		}, docs); diff != "" {
			t.Errorf("content (-want +got):\n%s", diff)
		}
	})
}

func TestCohereStream(t *testing.T) {
	const response = `event: message-start
data: {"id":"i1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[]}}}

event: content-delta
data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hel"}}}}

event: content-delta
data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"lo"}}}}

event: tool-call-start
data: {"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"t1","type":"function","function":{"name":"weather","arguments":""}}}}}

event: tool-call-delta
data: {"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}}

event: message-end
data: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":2406,"output_tokens":2},"tokens":{"input_tokens":2935,"output_tokens":4},"cached_tokens":2928}}}

`
	everySize(t, cohereURL, `{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}`, http.Header{}, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		want := reported(map[providers.TokenClass]int64{providers.ClassInput: 2935, providers.ClassOutput: 2, providers.ClassCacheRead: 2928})
		if diff := cmp.Diff(want, x.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]any{"i1", []string{"COMPLETE"}, true, 4}, []any{x.ID, x.Reasons(), x.Complete, int(x.Chunks)}); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got, want := docs["output"], `[{"role":"assistant","parts":[{"type":"text","content":"Hello"},{"type":"tool_call","id":"t1","name":"weather","arguments":{}}],"finish_reason":"stop"}]`; got != want {
			t.Errorf("output %s", got)
		}
	})
}

func TestCohereEmbeddings(t *testing.T) {
	everySize(t, "https://api.cohere.com/v2/embed", `{"model":"embed-v4.0","texts":["abc"],"output_dimension":256,"embedding_types":["float","int8"]}`, http.Header{}, `{"id":"i1","embeddings":{"float":[[0.1]]},"meta":{"billed_units":{"input_tokens":3}}}`,
		func(t *testing.T, x *wire.Exchange, _ map[string]string) {
			if diff := cmp.Diff([]any{"embed-v4.0", int64(256), []string{"float", "int8"}, true, int64(3)}, []any{x.Asked.Model(), x.Dimensions(), x.Encodings(), x.Complete, x.Usage().Input}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
}
