package openai_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
	"github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestNewNeedsAKey(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "")
	if _, err := openai.New(); !errors.Is(err, openai.ErrNoAPIKey) || !strings.Contains(err.Error(), "OPENAI_API_KEY") {
		t.Errorf("without a key: %v", err)
	}
	t.Setenv("OPENAI_API_KEY", "sk-env")
	if _, err := openai.New(openai.WithAPIKey("")); !errors.Is(err, openai.ErrNoAPIKey) {
		t.Errorf("with an empty key: %v", err)
	}
	if _, err := openai.New(); err != nil {
		t.Errorf("with a key in the environment: %v", err)
	}
	t.Setenv("OPENAI_API_KEY", "")
	if _, err := openai.New(openai.WithSDKOptions(option.WithHeader("X-Own-Auth", "yes"))); err != nil {
		t.Errorf("with another way to authenticate: %v", err)
	}
}

func TestNewChecksTheBaseURL(t *testing.T) {
	for _, url := range []string{"", "api.openai.com", "ftp://api.openai.com", "http://", "http://a b?secret"} {
		_, err := openai.New(openai.WithAPIKey("k"), openai.WithBaseURL(url))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestServerAddress(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-env")
	build := func(opts ...openai.Option) *openai.Provider {
		p, err := openai.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	cases := map[string]struct {
		p    *openai.Provider
		want string
	}{
		"default":  {build(), "api.openai.com:443 openai"},
		"base url": {build(openai.WithBaseURL("http://localhost:11434/v1"), openai.WithName("ollama")), "localhost:11434 ollama"},
		"plain":    {build(openai.WithBaseURL("http://llm.internal"), openai.WithName(""), nil), "llm.internal:80 openai"},
		"sdk":      {build(openai.WithSDKOptions(option.WithBaseURL("https://api.groq.com/openai/v1"))), "api.groq.com:443 groq"},
		"azure": {openai.Wrap(sdk.NewClient(azure.WithEndpoint("https://x.openai.azure.com", "2026-01-01"), azure.WithAPIKey("k")),
			nil), "x.openai.azure.com:443 azure.ai.openai"},
		"own name": {build(openai.WithBaseURL("https://api.groq.com/openai/v1"), openai.WithName("gateway")), "api.groq.com:443 gateway"},
	}
	for name, c := range cases {
		host, port := c.p.ServerAddress()
		if got := fmt.Sprintf("%s:%d %s", host, port, c.p.Name()); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestAdminKeyIsNotUsed guards against the SDK's default of preferring
// OPENAI_ADMIN_KEY where an endpoint does not say which key it wants.
func TestAdminKeyIsNotUsed(t *testing.T) {
	t.Setenv("OPENAI_ADMIN_KEY", "sk-admin")
	_, err := replay(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer "+providertest.Key {
			t.Errorf("Authorization is %q", got)
		}
		w.WriteHeader(http.StatusTeapot)
	}).Generate(t.Context(), hello())
	if err == nil {
		t.Error("no error")
	}
}

func TestWrapKeepsTheClientsMiddleware(t *testing.T) {
	seen := 0
	srv := providertest.NewServer(t, events([]string{textChunk, stopChunk, lastChunk, "[DONE]"}))
	p := openai.Wrap(sdk.NewClient(
		option.WithAPIKey("k"), option.WithBaseURL(srv.URL), option.WithHTTPClient(srv.Client()),
		option.WithMiddleware(func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			seen++
			return next(r)
		}),
	))
	r, err := providers.Collect(p.Stream(t.Context(), hello()))
	if err != nil || r.Text() != "Hi" || seen != 1 {
		t.Errorf("%v, %v, middleware ran %d times", r, err, seen)
	}
}

func TestEmbed(t *testing.T) {
	var status int
	var body string
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/embeddings" {
			t.Errorf("path %s", r.URL.Path)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	req := &providers.EmbedRequest{
		Model: "m", Input: []string{"a", "b"}, Dimensions: 2, User: "u",
		Extensions: []providers.Extension{openai.Options{ExtraFields: map[string]any{"encoding_format": "base64"}}},
	}
	status = 200
	body = `{"object":"list","model":"m-1","data":[{"index":1,"embedding":"AACAPwAAAEA="},{"index":0,"embedding":[0.5,-1]}],"usage":{"prompt_tokens":4,"total_tokens":4}}`
	r, err := p.Embed(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s %v %d %v", r.Model, r.Embeddings, r.Usage.Input, r.Usage.Completeness); got != "m-1 [[0.5 -1] [1 2]] 4 reported" {
		t.Errorf("got %s", got)
	}
	for name, bad := range map[string]string{
		"too few":     `{"data":[{"index":0,"embedding":[1]}]}`,
		"same index":  `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`,
		"wrong index": `{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}`,
		"no numbers":  `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"%%%"}]}`,
	} {
		body = bad
		if _, err := p.Embed(t.Context(), req); providers.KindOf(err) != providers.KindMalformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Embed(t.Context(), nil); providers.KindOf(err) != providers.KindInvalidRequest {
		t.Errorf("nil: %v", err)
	}
}
