package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/examples/internal/expect"
	"github.com/llmotel/sdk/examples/internal/fake"
)

func TestMain(m *testing.M) {
	// The SDKs keep idle connections of http.DefaultTransport.
	goleak.VerifyTestMain(m, goleak.Cleanup(func(int) { http.DefaultClient.CloseIdleConnections() }))
}

const question = "Why is the sky blue?"

// The story with mocks.
func TestRun(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), &out, options{question: question}); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		expect.InOrder(t, out.String(),
			`1\. All is well: primary answers`, `✓ primary answered with gpt-5\.2 after 1 attempt, `, `✓ primary answered`,
			`2\. primary goes down`, `↻ primary server_error: again in`, `→ primary server_error: over to backup`, `✓ backup answered with claude-sonnet-5 after 3 attempts, `,
			`circuit breaker of primary: closed → open \(consecutive failures\)`, `✓ backup answered`,
			`– primary not asked: breaker open`, `✓ backup answered with claude-sonnet-5 after 1 attempt, `,
			`circuit breakers: primary open, backup closed`,
			`3\. primary comes back`, `… \S+s until its next trial`, `primary: open → half-open`, `✓ primary answered`, `primary: half-open → closed`, `✓ primary answered`,
			`circuit breakers: primary closed, backup closed`,
			`4\. A stream of primary breaks in the middle: restart`, `↻ primary network`, `✂ discard "\w.*": the answer begins anew`, `» \w`, `✓ primary answered with gpt-5\.2 after 2 attempts, `,
			`5\. Everything is down`, `✗ failover: no target answered \(3 attempts in .*\): primary: .*server_error.*; backup: .*server_error`,
			`primary: attempt 1, server_error`, `primary: attempt 2, server_error`, `backup: attempt 1, server_error`,
			`– primary not asked: breaker open`, `– backup not asked: breaker open`, `✗ no target answered \(attempts: 0\); worth trying again in \d\S*s\n`,
			`circuit breakers: primary open, backup open`,
		)
		for line := range strings.Lines(out.String()) { // of the same error, and so of one wait
			if strings.Count(line, "worth trying again") > 1 || strings.HasPrefix(strings.TrimSpace(line), "worth") {
				t.Errorf("the wait is said twice: %s", line)
			}
		}
		if strings.Contains(out.String(), "half_open") || strings.Contains(out.String(), "consecutive_failures") {
			t.Errorf("constants are not written for people\n%s", out.String())
		}
		if n := strings.Count(out.String(), "attempt 1, server_error"); n != 2 {
			t.Errorf("the history is written %d times for 2 targets\n%s", n, out.String())
		}
	})
}

// The same with the adapters of real SDKs against servers that speak the vendors'
// protocols, from the file with real providers.
func TestRunWithAdapters(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	for _, v := range []struct {
		key, address, path string
		api                http.HandlerFunc
	}{
		{"OPENAI_API_KEY", "OPENAI_BASE_URL", "/v1", fake.OpenAI},
		{"ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "", fake.Anthropic},
		{"GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "", fake.Gemini},
	} {
		s := fake.Serve(v.api)
		t.Cleanup(s.Close)
		t.Setenv(v.key, "not-a-key")
		t.Setenv(v.address, s.URL+v.path)
	}
	file := quick(t, "failover.real.json")
	var out bytes.Buffer
	if err := run(t.Context(), &out, options{config: file, question: question}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	expect.InOrder(t, out.String(),
		`1\. All is well: openai answers`, `✓ openai answered with gpt-5\.2`,
		`→ openai server_error: over to anthropic`, `✓ anthropic answered with claude-sonnet-5`, `circuit breaker of openai: closed → open`,
		`3\. `, `openai: half-open → closed`,
		`✂ discard "Sunlight is a ": the answer begins anew`, `» Sunlight is a mix of colours\.`, `✓ openai answered`,
		`✗ failover: no target answered`, `gemini: attempt 1, server_error`,
	)
	if strings.Contains(out.String(), "not-a-key") {
		t.Error("the output holds a key")
	}
}

// quick is a copy of a file with short waits.
func quick(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for long, short := range map[string]string{`"open_delay": "5s"`: `"open_delay": "100ms"`, `"first": "500ms"`: `"first": "5ms"`} {
		if !strings.Contains(text, long) {
			t.Fatalf("%s lacks %s", name, long)
		}
		text = strings.ReplaceAll(text, long, short)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is wrong with a file is said before any call, all of it.
func TestCheck(t *testing.T) {
	for _, name := range []string{"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"} {
		t.Setenv(name, "")
	}
	var out bytes.Buffer
	if err := run(t.Context(), &out, options{check: "failover.json"}); err != nil {
		t.Fatal(err)
	}
	const want = `failover.json: nothing is wrong

chain "answers": 2 targets, order fixed, broken streams: restart, at most 30s a call
   no wait for an open circuit breaker
1. primary: openai, gpt-5.2
   retries: backoff 100ms to 1s
   limits on time: first chunk 5s, idle 5s
   circuit breaker: opens at 4 failures in a row, trials after 2s
2. backup: anthropic, claude-sonnet-5
   retries: 1 attempt, backoff 100ms to 1s
   limits on time: first chunk 5s, idle 5s
   circuit breaker: opens at 2 failures in a row, trials after 2s
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}

	err := run(t.Context(), io.Discard, options{check: "failover.real.json"})
	if err == nil {
		t.Fatal("a file without keys is right")
	}
	expect.InOrder(t, err.Error(),
		`failover\.real\.json:\d+:\d+: targets\[0\]\.provider\.api_key_env: the environment variable OPENAI_API_KEY is empty`,
		`ANTHROPIC_API_KEY`, `GEMINI_API_KEY`, `: 3 wrong`)
	if without := run(t.Context(), io.Discard, options{config: "failover.real.json"}); without == nil || !strings.Contains(without.Error(), "GEMINI_API_KEY") {
		t.Errorf("got %v", without)
	}
}

// What a file says of a provider reaches the adapter, and what an adapter does
// not understand is refused.
func TestFactories(t *testing.T) {
	for _, c := range []struct{ provider, want string }{
		{`{"type": "openai", "base_url": "https://llm.example.com/v1", "options": {"responses_api": true}}`, ""},
		{`{"type": "anthropic", "base_url": "https://llm.example.com", "options": {"max_tokens": 100}}`, ""},
		{`{"type": "gemini", "base_url": "https://llm.example.com"}`, ""},
		{`{"type": "mock-openai", "options": {"time_scale": -1}}`, "time scale"},
		{`{"type": "mock-openai", "options": {"speed": 1}}`, `unknown field "speed"`},
		{`{"type": "openai", "options": {"max_tokens": 1}}`, `unknown field "max_tokens"`},
		{`{"type": "anthropic", "options": {"max_tokens": "1"}}`, `"max_tokens" must be of type int64, not a string`},
		{`{"type": "gemini", "options": {"projects": "p"}}`, `unknown field "projects"`},
		{`{"type": "cohere"}`, `this program knows "anthropic", "gemini", "mock-anthropic", "mock-openai", "openai"`},
	} {
		for _, name := range []string{"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"} {
			t.Setenv(name, "not-a-key")
		}
		path := filepath.Join(t.TempDir(), "chain.json")
		if err := os.WriteFile(path, []byte(`{"targets": [{"model": "m", "provider": `+c.provider+`}]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		plugs := plugs{}
		cfg, err := load(path, plugs)
		switch {
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want %s", c.provider, err, c.want)
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.provider, err)
		case c.want == "" && strings.Contains(c.provider, "base_url"):
			if host, _ := cfg.Targets()[0].Provider.(*plug).ServerAddress(); host != "llm.example.com" {
				t.Errorf("%s: calls go to %q", c.provider, host)
			}
		}
	}
}

// A program that is interrupted ends, and says so.
func TestInterrupted(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := run(ctx, &out, options{question: question}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v\n%s", err, out.String())
	}
	if strings.Contains(out.String(), "answered with") {
		t.Errorf("the story went on:\n%s", out.String())
	}
}
