package fake_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/examples/internal/expect"
	"github.com/llmotel/sdk/examples/internal/fake"
)

// post returns the status of a reply, how long to wait by its headers, and its
// body.
func post(t *testing.T, url, body string) (status int, wait, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Retry-After-Ms"), string(all)
}

func TestBusy(t *testing.T) {
	server := fake.Serve(fake.Busy(1, fake.OpenAI))
	defer server.Close()
	const ask = `{"model":"m","messages":[{"role":"user","content":"Hi"}]}`
	if status, wait, text := post(t, server.URL+"/v1/chat/completions", ask); status != http.StatusTooManyRequests || wait != "50" || !strings.Contains(text, "rate_limit_exceeded") {
		t.Errorf("first: status %d, wait %q, %s", status, wait, text)
	}
	if status, _, text := post(t, server.URL+"/v1/chat/completions", ask); status != http.StatusOK || !strings.Contains(text, "Sunlight") {
		t.Errorf("second: status %d, %s", status, text)
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
			if status, _, _ := post(t, server.URL+c.path, c.body); status != c.want {
				t.Errorf("status %d, want %d", status, c.want)
			}
		})
	}
}

func TestStreamUsageOnlyIfAsked(t *testing.T) {
	server := fake.Serve(fake.OpenAI)
	defer server.Close()
	read := func(body string) string {
		_, _, text := post(t, server.URL+"/v1/chat/completions", body)
		return text
	}
	const ask = `{"model":"m","stream":true,"messages":[]`
	expect.InOrder(t, read(ask+`,"stream_options":{"include_usage":true}}`),
		`"content":"Sunlight "`, `"finish_reason":"stop"`, `"choices":\[\],.*"completion_tokens":40`, `data: \[DONE\]\n\n$`)
	if text := read(ask + `}`); strings.Contains(text, "completion_tokens") || !strings.HasSuffix(text, "data: [DONE]\n\n") {
		t.Errorf("usage without being asked, or no end:\n%s", text)
	}
}
