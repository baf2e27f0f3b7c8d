package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The story is told in order, whatever the collector does.
func TestRun(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9") // discard: nothing listens
	log := filepath.Join(t.TempDir(), "calls.jsonl")
	var out bytes.Buffer
	if err := run(t.Context(), &out, 200, 1, log); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	rest := out.String()
	for _, want := range []string{
		`1\. All is well`, `✓ openai +gpt-5\.2`, `» `,
		`2\. The primary goes down`, `↻ openai +server_error`, `→ openai +server_error: over to anthropic`, `✓ anthropic +claude-sonnet-5`,
		`circuit breaker of openai: closed → open \(consecutive failures\)`,
		`3\. Its circuit breaker is open`, `– openai +not asked: breaker open`,
		`4\. The primary comes back`, `openai: open → half-open`, `openai: half-open → closed`, `✓ openai`,
		`5\. Everything is down`, `✗ failover: no target answered`, `worth trying again in`,
		`openai / gpt-5\.2`, `anthropic / claude-sonnet-5`, `all calls`, `"schema":"llmotel\.calllog/1"`,
		`no collector was listening`,
	} {
		loc := regexp.MustCompile(want).FindStringIndex(rest)
		if loc == nil {
			t.Fatalf("%q is missing, or not in its place, in\n%s", want, out.String())
		}
		rest = rest[loc[1]:]
	}
	records, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	asked := strings.Count(out.String(), "\n   ? ")
	if lines := strings.Count(string(records), "\n"); lines != asked || asked < 15 {
		t.Errorf("%d records of %d calls", lines, asked)
	}
	if strings.Contains(string(records), "parcel") {
		t.Error("the records hold prompts")
	}
}
