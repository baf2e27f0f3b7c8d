package wire_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

func TestOllamaChat(t *testing.T) {
	const request = `{"model":"llama3","messages":[{"content":"Be brief.","role":"system"},{"role":"user","content":"Look","images":["AAAA"]},` +
		`{"role":"assistant","content":"","tool_calls":[{"function":{"name":"weather","arguments":{"city":"Bern"}}}]},{"content":"blue","role":"tool","tool_name":"weather"}],` +
		`"tools":[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object"}}}],"think":"low","format":{"type":"object"},` +
		`"options":{"temperature":0.5,"top_p":0.9,"top_k":40,"num_predict":100,"seed":7,"stop":["x","y"]}}`
	const response = `{"model":"llama3","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}
{"model":"llama3","message":{"role":"assistant","content":"Hel"},"done":false}
{"model":"llama3","message":{"role":"assistant","content":"lo","tool_calls":[{"function":{"name":"weather","arguments":{"city":"Rom"}}}]},"done":false}
{"model":"llama3","message":{"role":"assistant","content":""},"done_reason":"length","done":true,"total_duration":1,"prompt_eval_count":17,"eval_count":6}
`
	everySize(t, "http://127.0.0.1:11434/api/chat", request, http.Header{"Content-Type": {"application/x-ndjson"}}, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		want := reported(map[providers.TokenClass]int64{providers.ClassInput: 17, providers.ClassOutput: 6})
		if diff := cmp.Diff(want, x.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		got := []any{provider(t, "http://127.0.0.1:11434/api/chat"), x.Asked.Model(), x.Stream, x.Temperature(), x.TopP(), x.TopK(), x.MaxTokens(), x.Stop(), x.Seed(), x.OutputType(), x.ReasoningLevel(), x.Answer.Model(), x.Reasons(), x.Complete, int(x.Chunks)}
		if diff := cmp.Diff([]any{"ollama", "llama3", true, 0.5, 0.9, int64(40), int64(100), []string{"x", "y"}, int64(7), "json", "low", "llama3", []string{"length"}, true, 3}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{
			"system": "",
			"input": `[{"role":"system","parts":[{"type":"text","content":"Be brief."}]},{"role":"user","parts":[{"type":"text","content":"Look"},{"type":"blob","modality":"image","content":"AAAA"}]},` +
				`{"role":"assistant","parts":[{"type":"tool_call","name":"weather","arguments":{"city":"Bern"}}]},{"role":"tool","parts":[{"type":"tool_call_response","response":"blue"}]}]`,
			"output": `[{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"Hello"},{"type":"tool_call","name":"weather","arguments":{"city":"Rom"}}],"finish_reason":"length"}]`,
			"tools":  `[{"type":"function","name":"weather","description":"d","parameters":{"type":"object"}}]`,
		}, docs); diff != "" {
			t.Errorf("content (-want +got):\n%s", diff)
		}
	})
}

func TestOllamaRules(t *testing.T) {
	for _, c := range []struct {
		name, url, request, response string
		usage                        providers.Usage
		complete, failed             bool
	}{
		{
			name: "generate", url: "/api/generate", request: `{"model":"m","prompt":"abc","system":"s","stream":false}`,
			response: `{"model":"m","response":"Hello","done":true,"prompt_eval_count":3,"eval_count":1}`,
			usage:    reported(map[providers.TokenClass]int64{providers.ClassInput: 3, providers.ClassOutput: 1}), complete: true,
		},
		{name: "cut", url: "/api/chat", request: `{"model":"m"}`, response: `{"model":"m","message":{"content":"a"},"done":false}` + "\n"},
		{name: "an error within", url: "/api/chat", request: `{"model":"m"}`, response: `{"model":"m","message":{"content":"a"},"done":false}` + "\n" + `{"error":"no more memory"}` + "\n", failed: true},
		{
			name: "embed", url: "/api/embed", request: `{"model":"m","input":["a","b"],"dimensions":4}`, response: `{"model":"m","embeddings":[[1,2]],"prompt_eval_count":2}`,
			usage: reported(map[providers.TokenClass]int64{providers.ClassInput: 2}), complete: true,
		},
		{name: "old embeddings", url: "/api/embeddings", request: `{"model":"m","prompt":"a"}`, response: `{"embedding":[1,2]}`, complete: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			everySize(t, "http://127.0.0.1:11434"+c.url, c.request, http.Header{}, c.response, func(t *testing.T, x *wire.Exchange, _ map[string]string) {
				if diff := cmp.Diff(c.usage, x.Usage()); diff != "" {
					t.Errorf("usage (-want +got):\n%s", diff)
				}
				if x.Complete != c.complete || x.Failed != c.failed || x.Asked.Model() != "m" {
					t.Errorf("complete %v, failed %v, model %q", x.Complete, x.Failed, x.Asked.Model())
				}
			})
		})
	}
}
