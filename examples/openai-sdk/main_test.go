package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"go.uber.org/goleak"

	"github.com/llmotel/sdk/examples/internal/expect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	t.Run("fake server", func(t *testing.T) {
		t.Setenv("OPENAI_API_KEY", "")
		var out bytes.Buffer
		if err := run(t.Context(), &out, "Why?"); err != nil {
			t.Fatal(err)
		}
		expect.InOrder(t, out.String(), `OPENAI_API_KEY is not set`, `\? Why\?`, `> Sunlight`,
			`\n  chat gpt-5\.2  \d+ms\n`, `model gpt-5\.2-2025-12-11 · from openai · at 127\.0\.0\.1`,
			`tokens 9 in, 48 out · cost 0\.000688 USD · finish stop`, `attempts 2`, `event llmotel\.retry .*error\.type=rate_limited`)
		if n := strings.Count(out.String(), "chat gpt-5.2  "); n != 1 {
			t.Errorf("%d spans of one call\n%s", n, out.String())
		}
	})

	t.Run("vendor", func(t *testing.T) {
		var keys []string
		vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			keys = append(keys, r.Header.Get("Authorization"))
			http.Error(w, `{"error":{"message":"no","code":"invalid_api_key"}}`, http.StatusUnauthorized)
		}))
		defer vendor.Close()
		t.Setenv("OPENAI_API_KEY", "not-a-key")
		t.Setenv("OPENAI_BASE_URL", vendor.URL+"/v1")
		var out bytes.Buffer
		err := run(t.Context(), &out, "Why?")
		var refused *openai.Error
		if !errors.As(err, &refused) || refused.StatusCode != http.StatusUnauthorized {
			t.Errorf("error %v, want status 401", err)
		}
		if len(keys) != 1 || keys[0] != "Bearer not-a-key" {
			t.Errorf("the vendor got keys %q", keys)
		}
		expect.InOrder(t, out.String(), `\n  chat gpt-5\.2  `, `error authentication`)
		if strings.Contains(out.String(), "fake") {
			t.Errorf("there is a key, but\n%s", out.String())
		}
	})
}
