package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/cmd/llmotel/internal/cli"
)

func TestTailLines(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	defer func() { time.Local = local }()
	out, errs, code := run(t, "", "tail", calls, "--no-follow", "-n", "20")
	if code != 0 {
		t.Fatal(errs)
	}
	golden(t, "tail.golden", out)
	if strings.Count(errs, "a bad line") != 2 {
		t.Errorf("%s", errs)
	}
}

func TestTailFilters(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string // call ids
	}{
		"last":    {[]string{"-n", "2"}, "c6 c7"},
		"errors":  {[]string{"--errors", "-n", "20"}, "c4 c5"},
		"where":   {[]string{"--where", "feature=search", "--where", "variant=b", "-n", "20"}, "c1 c6"},
		"none":    {[]string{"-n", "0"}, ""},
		"nothing": {[]string{"--where", "feature=none"}, ""},
	} {
		out, errs, code := run(t, "", append([]string{"tail", calls, "--no-follow", "--format", "json"}, c.args...)...)
		var got []string
		for line := range strings.Lines(out) {
			_, id, _ := strings.Cut(line, `"call_id": "`)
			id, _, _ = strings.Cut(id, `"`)
			got = append(got, id)
		}
		if code != 0 || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s (%s)", name, got, c.want, errs)
		}
	}
}

// Who lost, who was passed over, and whose the retries were.
func TestTailTellsTheWay(t *testing.T) {
	const head = `{"schema": "llmotel.calllog/2", "timestamp": "2026-03-01T12:00:00Z", "call_id": "c", "operation": "chat", "stream": false, "provider": "p", "model": "m", "target": "b", "latency_ms": 1, "usage": "missing", "prompt_chars": 1, "response_chars": 1, `
	visit := func(target, kind string, attempts int) string {
		v := fmt.Sprintf(`{"target": %q, "provider": "p", "model": "m", "timestamp": "2026-03-01T12:00:00Z", "latency_ms": 1, "usage": "missing", "attempts": %d, `, target, attempts)
		if kind == "" {
			return v + `"success": true}`
		}
		return v + fmt.Sprintf(`"success": false, "error_kind": %q}`, kind)
	}
	call := func(attempts int, rest string, visits ...string) string {
		return head + fmt.Sprintf(`"attempts": %d, %s, "visits": [%s]}`, attempts, rest, strings.Join(visits, ", "))
	}
	const ok = `"success": true`
	for name, c := range map[string]struct{ line, want string }{
		"a hedge that won":  {call(2, ok, visit("a", "cancelled", 1), visit("b", "", 1)), " [a: cancelled]\n"},
		"a hedge that lost": {call(2, ok, visit("a", "", 1), visit("b", "cancelled", 1)), " [b: cancelled]\n"},
		"retries of both":   {call(5, ok, visit("a", "server_error", 3), visit("b", "", 2)), " [a: server_error after 2 retries, b: 1 retry]\n"},
		"all failed":        {call(4, `"success": false, "error_kind": "timeout"`, visit("a", "server_error", 1), visit("b", "timeout", 3)), " [a: server_error, b: 2 retries]\n"},
		"without a chain":   {call(3, ok), " [2 retries]\n"},
		"nothing to tell":   {call(1, ok, visit("b", "", 1)), "-\n"},
	} {
		path := filepath.Join(t.TempDir(), "log.jsonl")
		if err := os.WriteFile(path, []byte(c.line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, code := run(t, "", "tail", path, "--no-follow"); code != 0 || !strings.HasSuffix(out, c.want) {
			t.Errorf("%s: %q, want it to end in %q (%s)", name, out, c.want, errs)
		}
	}
}

// A call that no target of a chain took has neither target nor provider, in
// tail as in reports; the chain's name, which its record bears, is no provider's.
func TestCallsThatNobodyTook(t *testing.T) {
	const line = `{"schema": "llmotel.calllog/2", "timestamp": "2026-03-01T12:00:00Z", "call_id": "c", "operation": "chat", "stream": false, "provider": "answers", "model": "gpt-5.2", ` +
		`"latency_ms": 1, "success": false, "error_kind": "rejected", "usage": "missing", "attempts": 0, "prompt_chars": 1, "response_chars": 0, ` +
		`"skips": [{"target": "a", "reason": "breaker_open"}]}` + "\n"
	path := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, "", "tail", path, "--no-follow")
	if code != 0 || strings.Join(strings.Fields(out)[1:], " ") != "rejected 1.00 ms - no usage - [a: breaker_open]" {
		t.Errorf("tail: %q (%s)", out, errs)
	}
	out, errs, code = run(t, "", "report", path, "--by", "provider,target", "--format", "csv")
	if row := strings.Split(out, "\n"); code != 0 || len(row) < 2 || !strings.HasPrefix(row[1], ",,1,1,0,1,") {
		t.Errorf("report: %q (%s)", out, errs)
	}
}

func TestTailTellsThatItWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.jsonl")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var out, errs bytes.Buffer
	if code := cli.Run(ctx, []string{"tail", path}, nil, &out, &errs); code != 0 || errs.String() != "llmotel: waiting for "+path+"\n" {
		t.Errorf("status %d, %q", code, errs.String())
	}
}
