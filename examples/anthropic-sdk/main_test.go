package main

import (
	"bytes"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/examples/internal/expect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	t.Setenv("ANTHROPIC_API_KEY", "")
	var out bytes.Buffer
	if err := run(t.Context(), &out, "Why?"); err != nil {
		t.Fatal(err)
	}
	expect.InOrder(t, out.String(), `ANTHROPIC_API_KEY is not set`,
		`1\. `, `\? Why\?`, `> Sunlight`, `\n  chat claude-sonnet-5  \d+ms  by com\.anthropic\.sdk\.go\n`,
		`from anthropic`, `tokens 15 in, 40 out · cost 0\.000645 USD · finish end_turn`,
		`2\. `, `> Sunlight`, `\n  chat claude-sonnet-5  \d+ms\n`, `from anthropic`, `tokens 15 in, 40 out · cost 0\.000645 USD · finish end_turn`)
	if n := strings.Count(out.String(), "tokens "); n != 2 {
		t.Errorf("%d spans of two calls\n%s", n, out.String())
	}
}
