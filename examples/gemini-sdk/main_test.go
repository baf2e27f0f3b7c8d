package main

import (
	"bytes"
	"testing"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/examples/internal/expect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	t.Setenv("GEMINI_API_KEY", "")
	var out bytes.Buffer
	if err := run(t.Context(), &out, "Why?"); err != nil {
		t.Fatal(err)
	}
	expect.InOrder(t, out.String(), `GEMINI_API_KEY is not set`, `\? Why\?`, `> Sunlight`,
		`\n  generate_content gemini-3-flash-preview  \d+ms\n`, `model gemini-3-flash-preview · from gcp\.gemini`,
		`tokens 11 in, 60 out \(20 reasoning\) · cost 0\.000186 USD`)
}
