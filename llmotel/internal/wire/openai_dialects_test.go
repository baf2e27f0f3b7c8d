package wire_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

// What some services write otherwise than OpenAI.
func TestDialects(t *testing.T) {
	for name, c := range map[string]struct {
		url      string
		stream   bool
		response string
		want     learned
	}{
		// Mistral fills in the middle of a text with answers of chats.
		"Mistral's fill in": {
			"https://api.mistral.ai/v1/fim/completions", false,
			`{"id":"c1","object":"chat.completion","model":"codestral","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","tool_calls":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":8,"total_tokens":12,"completion_tokens":4}}`,
			learned{id: "c1", model: "codestral", usage: "in 8, out 4", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 2},
		},
		"a stream of it": {
			"https://codestral.mistral.ai/v1/fim/completions", true,
			dataLines(`{"id":"c1","model":"codestral","choices":[{"index":0,"delta":{"role":"assistant","content":"H"},"finish_reason":null}]}`, `{"id":"c1","model":"codestral","choices":[{"index":0,"delta":{"content":"i"},"finish_reason":"stop"}]}`, `[DONE]`),
			learned{id: "c1", model: "codestral", reasons: []string{"stop"}, complete: true, chunks: 2, bytes: 2},
		},
		"Together's texts, each twice": {
			"https://api.together.xyz/v1/completions", true,
			dataLines(`{"id":"c1","model":"m1","choices":[{"index":0,"text":"H","delta":{"content":"H"},"finish_reason":null}],"usage":null}`, `{"id":"c1","model":"m1","choices":[{"index":0,"text":"i","delta":{"content":"i"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}`, `[DONE]`),
			learned{id: "c1", model: "m1", usage: "in 5, out 2", reasons: []string{"stop"}, complete: true, chunks: 2, bytes: 2},
		},
		"Moonshot's usage, in a choice": {
			"https://api.moonshot.ai/v1/chat/completions", true,
			dataLines(`{"id":"c1","model":"kimi","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}`, `{"id":"c1","model":"kimi","choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":19,"completion_tokens":13,"total_tokens":32}}]}`, `[DONE]`),
			learned{id: "c1", model: "kimi", usage: "in 19, out 13", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 2},
		},
		"Perplexity's thinking, beside the output": {
			"https://api.perplexity.ai/chat/completions", false,
			`{"id":"c1","model":"sonar-deep-research","choices":[{"index":0,"message":{"content":"Hi"},"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":14,"completion_tokens":4,"total_tokens":28,"citation_tokens":100,"reasoning_tokens":10}}`,
			learned{id: "c1", model: "sonar-deep-research", usage: "in 14, out 14, think 10", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 2},
		},
		// Gemini's thinking is in the total alone.
		"Gemini's total": {
			"https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", false,
			`{"id":"c1","model":"m1","choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":107}}`,
			learned{id: "c1", model: "m1", usage: "in 5, out 102, think 100", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 2},
		},
		"another's total": {
			"https://api.together.xyz/v1/chat/completions", false,
			`{"id":"c1","model":"m1","choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":107}}`,
			learned{id: "c1", model: "m1", usage: "in 5, out 2", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 2},
		},
		"Gemini's errors, in a list": {
			"https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", false,
			"[{\n  \"error\": {\"code\": 429, \"message\": \"x\", \"status\": \"RESOURCE_EXHAUSTED\"}}\n]",
			learned{failed: true, code: "429", kind: "RESOURCE_EXHAUSTED", status: 429, complete: true},
		},
	} {
		t.Run(name, func(t *testing.T) { answers(t, c.url, c.stream, c.response, c.want) })
	}
}

func TestContentOfFillIn(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	exchange(t, "https://api.mistral.ai/v1/fim/completions", `{"model":"codestral","prompt":"def f(","suffix":"return"}`, http.Header{},
		`{"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}]}`, 3, b)
	const want = `[{"role":"user","parts":[{"type":"text","content":"def f("}]}][{"role":"assistant","parts":[{"type":"text","content":"a"}],"finish_reason":"stop"}]`
	e := content.Encoder{}
	if diff := cmp.Diff(want, string(e.Output(e.Input(nil, b), b))); diff != "" {
		t.Errorf("got other content (-want +got):\n%s", diff)
	}
}
