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
	t.Setenv("OPENAI_API_KEY", "")
	out := &pieces{}
	if err := run(t.Context(), out, "Why?"); err != nil {
		t.Fatal(err)
	}
	expect.InOrder(t, out.String(), `OPENAI_API_KEY is not set`,
		`1\. `, `> Sunlight is .* in the sky\.\n`, `\(the first text came after \d+ms; the span counts from the first chunk, which may have none\)`,
		`\n  chat gpt-5\.2  \d+ms\n`, `tokens 9 in, 40 out · cost 0\.000576 USD · finish stop`, `first chunk after \d+ms`,
		`2\. `, `> Sunlight is a mix of \n`,
		`\n  chat gpt-5\.2  \d+ms\n`, `tokens missing · finish error`, `first chunk after \d+ms`, `event llmotel\.stream\.interrupted`)
	if strings.Contains(out.String(), "\n       error ") {
		t.Errorf("to leave is no error\n%s", out.String())
	}
	if out.words < 30 {
		t.Errorf("the answer came in %d pieces", out.words)
	}
}

// pieces counts the words that are written alone.
type pieces struct {
	bytes.Buffer
	words int
}

func (p *pieces) Write(b []byte) (int, error) {
	if n := len(strings.Fields(string(b))); n == 1 {
		p.words++
	}
	return p.Buffer.Write(b)
}
