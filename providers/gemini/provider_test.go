package gemini_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
	"github.com/llmotel/sdk/providers/providertest"
)

// environment clears what the SDK reads.
func environment(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION",
		"GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL",
	} {
		t.Setenv(name, "")
	}
}

func TestNewNeedsAKey(t *testing.T) {
	environment(t)
	if _, err := gemini.New(); !errors.Is(err, gemini.ErrNoAPIKey) || !strings.Contains(err.Error(), "GEMINI_API_KEY") {
		t.Errorf("without a key: %v", err)
	}
	t.Setenv("GEMINI_API_KEY", "k")
	if _, err := gemini.New(gemini.WithAPIKey("")); !errors.Is(err, gemini.ErrNoAPIKey) {
		t.Errorf("with an empty key: %v", err)
	}
	if _, err := gemini.New(nil); err != nil {
		t.Errorf("with a key in the environment: %v", err)
	}
	t.Setenv("GEMINI_API_KEY", "")
	if _, err := gemini.New(gemini.WithSDKConfig(nil, func(cc *sdk.ClientConfig) { cc.APIKey = "k" })); err != nil {
		t.Errorf("with a key in the SDK's configuration: %v", err)
	}
}

func TestNewChecksTheBaseURL(t *testing.T) {
	for _, url := range []string{"", "generativelanguage.googleapis.com", "ftp://x", "http://", "http://a b?secret"} {
		_, err := gemini.New(gemini.WithAPIKey("k"), gemini.WithBaseURL(url))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// TestErrorsHideTheConfiguration guards against the SDK's habit of printing its
// whole configuration.
func TestErrorsHideTheConfiguration(t *testing.T) {
	environment(t)
	_, err := gemini.New(gemini.WithAPIKey("canary"), gemini.WithSDKConfig(func(cc *sdk.ClientConfig) { cc.Project = "p" }))
	if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "project and location") {
		t.Errorf("got %v", err)
	}
}

func TestServerAddress(t *testing.T) {
	environment(t)
	t.Setenv("GOOGLE_CLOUD_PROJECT", "p-env") // must not matter to the Gemini API
	key := gemini.WithAPIKey("k")
	cases := map[string]struct {
		opts []gemini.Option
		want string
	}{
		"default":      {[]gemini.Option{key}, "generativelanguage.googleapis.com:443 gcp.gemini"},
		"base url":     {[]gemini.Option{key, gemini.WithBaseURL("http://localhost:8080"), gemini.WithName("acme")}, "localhost:8080 acme"},
		"vertex":       {[]gemini.Option{gemini.WithVertexAI("p", "us-central1"), gemini.WithHTTPClient(&http.Client{}), gemini.WithName("")}, "us-central1-aiplatform.googleapis.com:443 gcp.vertex_ai"},
		"vertex, key":  {[]gemini.Option{gemini.WithVertexAI("", ""), key}, "aiplatform.googleapis.com:443 gcp.vertex_ai"},
		"multi-region": {[]gemini.Option{gemini.WithVertexAI("p", "eu"), gemini.WithHTTPClient(&http.Client{})}, "aiplatform.eu.rep.googleapis.com:443 gcp.vertex_ai"},
	}
	for name, c := range cases {
		p, err := gemini.New(c.opts...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		host, port := p.ServerAddress()
		if got := fmt.Sprintf("%s:%d %s", host, port, p.Name()); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestDefaultCredentials uses a file of credentials that leads nowhere, to see
// that New finds it.
func TestDefaultCredentials(t *testing.T) {
	environment(t)
	file := filepath.Join(t.TempDir(), "adc.json")
	content := `{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r","quota_project_id":"q"}`
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	p, err := gemini.New(gemini.WithVertexAI("p", "global"), gemini.WithName("acme"))
	if err != nil {
		t.Fatal(err)
	}
	if host, _ := p.ServerAddress(); host != "aiplatform.googleapis.com" || p.Name() != "acme" {
		t.Errorf("%s %s", host, p.Name())
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file+".none")
	if _, err := gemini.New(gemini.WithVertexAI("p", "global")); err == nil {
		t.Error("no error without credentials")
	}
}

func TestWrapKeepsTheClientsConfiguration(t *testing.T) {
	environment(t)
	if _, err := gemini.Wrap(nil); err == nil {
		t.Error("nil client: no error")
	}
	t.Setenv("GOOGLE_CLOUD_PROJECT", "p-env")
	calls := 0
	srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		body := make([]byte, 4<<10)
		n, _ := r.Body.Read(body)
		for _, want := range []string{`"own":1`, `"hook":true`, `"contents":[`} {
			if !strings.Contains(string(body[:n]), want) {
				t.Errorf("%s is not in the request", want)
			}
		}
		if r.Header.Get("X-Own") != "yes" || !strings.HasPrefix(r.URL.Path, "/v9/") {
			t.Errorf("header %q, path %s", r.Header.Get("X-Own"), r.URL.Path)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	client, err := sdk.NewClient(t.Context(), &sdk.ClientConfig{
		APIKey: "k", HTTPClient: srv.Client(), HTTPOptions: sdk.HTTPOptions{
			BaseURL: srv.URL, APIVersion: "v9", Headers: http.Header{"X-Own": {"yes"}},
			ExtraBody:    map[string]any{"generationConfig": map[string]any{"own": 1}},
			RetryOptions: &sdk.HTTPRetryOptions{Attempts: new(int32(3)), InitialDelay: new(600.0), MaxDelay: new(600.0)},
			ExtrasRequestProvider: func(body map[string]any) map[string]any {
				body["hook"] = true
				return body
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := gemini.Wrap(client, gemini.WithName("acme"), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // far less than the client's retries would take
	defer cancel()
	if _, err := p.Generate(ctx, hello()); providers.KindOf(err) != providers.KindOverloaded {
		t.Errorf("unary: %v", err)
	}
	if _, err := providers.Collect(p.Stream(ctx, hello())); providers.KindOf(err) != providers.KindOverloaded {
		t.Errorf("streamed: %v", err)
	}
	if calls != 2 || p.Name() != "acme" {
		t.Errorf("%d calls of %s; the client's retries do not apply", calls, p.Name())
	}
}

// TestOneCallIsOneRequest guards against the SDK's automatic continuation.
func TestOneCallIsOneRequest(t *testing.T) {
	calls := 0
	body := `{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"CONTINUATION","continuationToken":"dG9r"}],"responseId":"r"}`
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		if strings.Contains(r.URL.Path, "stream") {
			stream([]string{body})(w, r)
			return
		}
		fmt.Fprint(w, body)
	})
	unary, err := p.Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	streamed, err := providers.Collect(p.Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	if calls != 2 || unary.FinishReason() != "CONTINUATION" || streamed.FinishReason() != "CONTINUATION" {
		t.Errorf("%d calls, %q, %q", calls, unary.FinishReason(), streamed.FinishReason())
	}
}
