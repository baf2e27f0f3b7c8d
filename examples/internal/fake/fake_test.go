package fake_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/examples/internal/expect"
	"github.com/llmotel/sdk/examples/internal/fake"
)

func post(ctx context.Context, t *testing.T, url, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func TestBusy(t *testing.T) {
	server := fake.Serve(fake.Busy(1, fake.OpenAI))
	defer server.Close()
	const ask = `{"model":"m","messages":[{"role":"user","content":"Hi"}]}`
	resp := post(t.Context(), t, server.URL+"/v1/chat/completions", ask)
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After-Ms") != "50" {
		t.Errorf("first: status %d, headers %v", resp.StatusCode, resp.Header)
	}
	if resp := post(t.Context(), t, server.URL+"/v1/chat/completions", ask); resp.StatusCode != http.StatusOK {
		t.Errorf("second: status %d", resp.StatusCode)
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		name       string
		api        http.HandlerFunc
		path, body string
		want       int
	}{
		{"another path of OpenAI's", fake.OpenAI, "/v1/embeddings", `{}`, http.StatusNotFound},
		{"another path of Anthropic's", fake.Anthropic, "/v1/messages/count_tokens", `{}`, http.StatusNotFound},
		{"another path of Google's", fake.Gemini, "/v1beta/models/m:countTokens", `{}`, http.StatusNotFound},
		{"what is no JSON", fake.OpenAI, "/v1/chat/completions", `hello`, http.StatusBadRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := fake.Serve(c.api)
			defer server.Close()
			if resp := post(t.Context(), t, server.URL+c.path, c.body); resp.StatusCode != c.want {
				t.Errorf("status %d, want %d", resp.StatusCode, c.want)
			}
		})
	}
}

func TestStreamUsageOnlyIfAsked(t *testing.T) {
	server := fake.Serve(fake.OpenAI)
	defer server.Close()
	read := func(body string) string {
		resp := post(t.Context(), t, server.URL+"/v1/chat/completions", body)
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const ask = `{"model":"m","stream":true,"messages":[]`
	expect.InOrder(t, read(ask+`,"stream_options":{"include_usage":true}}`),
		`"content":"Sunlight "`, `"finish_reason":"stop"`, `"choices":\[\],.*"completion_tokens":40`, `data: \[DONE\]\n\n$`)
	if text := read(ask + `}`); strings.Contains(text, "completion_tokens") || !strings.HasSuffix(text, "data: [DONE]\n\n") {
		t.Errorf("usage without being asked, or no end:\n%s", text)
	}
}
