package wire_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

// provider is the provider that calls to an address are made to.
func provider(tb testing.TB, url string) string {
	tb.Helper()
	route, ok := wire.Match(httptest.NewRequestWithContext(tb.Context(), http.MethodPost, url, http.NoBody))
	if !ok {
		tb.Fatalf("%s is not recognised", url)
	}
	return route.Provider
}

// exchange passes a request and a response through an Exchange in pieces of
// size bytes.
func exchange(t *testing.T, url, request string, header http.Header, response string, size int, b *content.Builder) *wire.Exchange {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody)
	route, ok := wire.Match(r)
	if !ok {
		t.Fatalf("%s is not recognised", url)
	}
	x := &wire.Exchange{}
	x.Begin(route, b)
	for _, p := range pieces(request, size) {
		x.Request([]byte(p))
	}
	x.Response(http.StatusOK, header)
	for _, p := range pieces(response, size) {
		_, _ = x.Write([]byte(p)) // takes everything
	}
	x.End()
	if !wire.SharedUntouched() {
		t.Fatal("an exchange has written to what all share")
	}
	return x
}

func pieces(s string, size int) []string {
	var out []string
	for len(s) > size {
		out = append(out, s[:size])
		s = s[size:]
	}
	return append(out, s)
}

func TestChatStream(t *testing.T) {
	const request = `{"messages":[{"role":"user","content":"Hi"}],"model":"gpt-4o-mini","stream":true,"temperature":0.5,"stop":["a","b"],"stream_options":{"include_usage":true}}`
	const response = `data: {"id":"c1","model":"gpt-4o-mini-2024","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

data: {"id":"c1","model":"gpt-4o-mini-2024","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}],"usage":null}

: a comment

data: {"id":"c1","model":"gpt-4o-mini-2024","choices":[{"index":0,"delta":{"content":"lo \"usage\""},"finish_reason":null}],"usage":null}

data: {"id":"c1","model":"gpt-4o-mini-2024","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

data: {"id":"c1","model":"gpt-4o-mini-2024","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":0}}}

data: [DONE]

`
	for size := 1; size < len(response); size += 7 {
		x := exchange(t, "https://api.openai.com/v1/chat/completions", request, http.Header{"Content-Type": {"text/event-stream"}}, response, size, nil)
		want := providers.Usage{Completeness: providers.UsageReported, Input: 9, Output: 4}
		want.Set(providers.ClassInput, 9)
		want.Set(providers.ClassOutput, 4)
		want.Set(providers.ClassCacheRead, 0)
		if diff := cmp.Diff(want, x.Usage()); diff != "" {
			t.Errorf("pieces of %d: usage (-want +got):\n%s", size, diff)
		}
		got := []any{x.Asked.Model(), x.Stream, x.UsageOnStream, x.Temperature(), x.Stop(), x.ID, x.Answer.Model(), x.Reasons(), x.Complete, int(x.Chunks), x.AnswerBytes(), int(x.Malformed)}
		if diff := cmp.Diff([]any{"gpt-4o-mini", true, true, 0.5, []string{"a", "b"}, "c1", "gpt-4o-mini-2024", []string{"stop"}, true, 2, 13, 0}, got); diff != "" {
			t.Errorf("pieces of %d (-want +got):\n%s", size, diff)
		}
	}
}

func TestSize(t *testing.T) {
	if wire.Size > 448 { // an open stream may hold 2 KB, its span included
		t.Errorf("an Exchange holds %d bytes", wire.Size)
	}
}

// Azure knows a model by its deployment; a body need not name one.
func TestAzureDeployments(t *testing.T) {
	const url = "https://r.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
	for request, want := range map[string]string{`{"messages":[]}`: "my-gpt", `{"messages":[],"model":"gpt-4o"}`: "gpt-4o", `{"model":null}`: "my-gpt"} {
		if x := exchange(t, url, request, http.Header{}, `{}`, 3, nil); x.Asked.Model() != want {
			t.Errorf("%s: model %q, want %q", request, x.Asked.Model(), want)
		}
	}
}
