package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/llmotel/otelsetup"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The story is told in order, whatever the collector does.
func TestRun(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9") // discard: nothing listens
	log := filepath.Join(t.TempDir(), "calls.jsonl")
	var out bytes.Buffer
	if err := run(t.Context(), &out, options{speed: 200, seed: 1, log: log}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	rest := out.String()
	for _, want := range []string{
		`1\. All is well`, `✓ openai +gpt-5\.2`, `» `,
		`2\. The primary goes down`, `↻ openai +server_error`, `→ openai +server_error: over to anthropic`, `✓ anthropic +claude-sonnet-5`,
		`circuit breaker of openai: closed → open \(consecutive failures\)`,
		`3\. Its circuit breaker is open`, `– openai +not asked: breaker open`,
		`4\. The primary comes back`, `openai: open → half-open`, `openai: half-open → closed`, `✓ openai`,
		`5\. Everything is down`, `✗ failover: no target answered`, `✗ no target answered \(attempts: 0\); worth trying again in`,
		`openai / gpt-5\.2`, `anthropic / claude-sonnet-5`, `all calls`, `"schema":"llmotel\.calllog/2"`,
		`Traces +could not be exported to 127\.0\.0\.1:9`,
	} {
		loc := regexp.MustCompile(want).FindStringIndex(rest)
		if loc == nil {
			t.Fatalf("%q is missing, or not in its place, in\n%s", want, out.String())
		}
		rest = rest[loc[1]:]
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 120 && !strings.Contains(line, log) {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if n := strings.Count(out.String(), "✗ failover:"); n != 1 {
		t.Errorf("%d long errors, want 1", n)
	}
	if strings.Contains(out.String(), "http://localhost") {
		t.Error("links to a collector that was not used")
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

func TestInterrupted(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	err := run(ctx, stopper{&out, cancel}, options{speed: 200, seed: 1, log: filepath.Join(t.TempDir(), "calls.jsonl")})
	if err == nil || err.Error() != "interrupted" {
		t.Errorf("got %v, want interrupted\n%s", err, out.String())
	}
	if !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("the last line is not ended: %q", out.String())
	}
}

// stopper is a writer that interrupts the program when streamed text appears.
type stopper struct {
	*bytes.Buffer
	stop func()
}

func (s stopper) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("Three")) {
		s.stop()
	}
	return s.Buffer.Write(b)
}

// With -serve calls go on until the interrupt, and the page shows them.
func TestServe(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	t.Setenv("OTEL_METRICS_EXPORTER", "none")
	t.Setenv("OTEL_LOGS_EXPORTER", "none")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, w, options{speed: 200, seed: 1, log: filepath.Join(t.TempDir(), "calls.jsonl"), serve: true, listen: "127.0.0.1:0"})
		_ = w.Close()
	}()
	lines := bufio.NewScanner(r)
	address := ""
	for address == "" && lines.Scan() {
		if _, at, found := strings.Cut(lines.Text(), "live:"); found {
			address = strings.TrimSpace(at)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	calls := 0
	for deadline := time.Now().Add(20 * time.Second); calls < 3 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"calls", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(err, resp.Status)
		}
		calls = strings.Count(string(body), `<tr id="c-`)
	}
	if calls < 3 {
		t.Errorf("%d calls on the page %s", calls, address)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// What cannot work is said, without a word of telemetry.
func TestLogThatCannotBeWritten(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
	err := run(t.Context(), &bytes.Buffer{}, options{speed: 200, seed: 1, log: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "directory") || errors.Is(err, otelsetup.ErrNotExported) {
		t.Errorf("got %v", err)
	}
}

func TestOptions(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want string // on stderr; empty: accepted
	}{
		"none":         {nil, ""},
		"all":          {[]string{"-speed", "1", "-seed", "7", "-log", "x.jsonl"}, ""},
		"empty log":    {[]string{"-log", ""}, "-log needs the name of a file"},
		"argument":     {[]string{"-seed", "7", "fast"}, `unexpected argument "fast"`},
		"no speed":     {[]string{"-speed", "0"}, "-speed must be above 0"},
		"not a number": {[]string{"-speed", "NaN"}, "-speed must be above 0"},
		"unknown":      {[]string{"-fast"}, "not defined: -fast"},
	} {
		t.Run(name, func(t *testing.T) {
			var said bytes.Buffer
			_, err := parse(tc.args, &said)
			if (err == nil) != (tc.want == "") || !strings.Contains(said.String(), tc.want) {
				t.Errorf("got %v and %q, want %q", err, said.String(), tc.want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	export := &otelsetup.ExportError{Signal: "traces", Endpoint: "localhost:4317", Err: errors.New("connection refused")}
	disk := errors.New("disk full")
	exports, rest := split(errors.Join(errors.Join(export, nil), disk))
	if len(exports) != 1 || exports[0] != export || rest == nil || rest.Error() != "disk full" {
		t.Errorf("got %v and %v", exports, rest)
	}
	if exports, rest := split(errors.Join(export)); len(exports) != 1 || rest != nil {
		t.Errorf("got %v and %v", exports, rest)
	}
	if exports, rest := split(nil); exports != nil || rest != nil {
		t.Errorf("got %v and %v", exports, rest)
	}
}

func TestWhereTelemetryIs(t *testing.T) {
	const jaeger = "Traces      http://localhost:16686/search"
	refused := errors.New("connection refused")
	for name, tc := range map[string]struct {
		env    map[string]string
		failed []*otelsetup.ExportError
		want   []string
		links  int
	}{
		"default":  {nil, nil, []string{jaeger, "Metrics     http://localhost:9090/"}, 2},
		"loopback": {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317"}, nil, []string{jaeger}, 2},
		"nobody listens": {
			nil,
			[]*otelsetup.ExportError{{Signal: "traces", Endpoint: "localhost:4317", Err: refused}},
			[]string{"Traces      no collector took them at localhost:4317: docker compose up -d --wait"},
			0,
		},
		"disabled":   {map[string]string{"OTEL_SDK_DISABLED": "true"}, nil, []string{"Traces      not exported", "Metrics     not exported"}, 0},
		"no metrics": {map[string]string{"OTEL_METRICS_EXPORTER": "none"}, nil, []string{jaeger, "Metrics     not exported"}, 1},
		"elsewhere":  {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "https://user:secret@otlp.example.com:4317"}, nil, []string{"Traces      exported to otlp.example.com:4317"}, 0},
		"traces elsewhere, refused": {
			map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "unix:///run/otel.sock"},
			[]*otelsetup.ExportError{{Signal: "traces", Endpoint: "unix:///run/otel.sock", Err: refused}},
			[]string{"Traces      could not be exported to unix:///run/otel.sock", "Metrics     http://localhost:9090/"},
			1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range os.Environ() {
				if k, _, _ := strings.Cut(v, "="); strings.HasPrefix(k, "OTEL_") {
					t.Setenv(k, "")
				}
			}
			for k, v := range tc.env {
				t.Setenv(k, v)
			}
			var out bytes.Buffer
			newPrinter(&out).exported(tc.failed)
			for _, want := range tc.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in\n%s", want, out.String())
				}
			}
			if strings.Count(out.String(), "http://") != tc.links || strings.Contains(out.String(), "secret") {
				t.Errorf("want %d links in\n%s", tc.links, out.String())
			}
		})
	}
}

func TestLastLine(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for name, tc := range map[string]struct{ text, want string }{
		"empty":           {"", ""},
		"one":             {"a\n", "a"},
		"several":         {"a\nb\nc\n", "c"},
		"unfinished":      {"a\nb", "b"},
		"after a big one": {long + "\nb\n", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := lastLine(path); err != nil || got != tc.want {
				t.Errorf("got %q and %v, want %q", got, err, tc.want)
			}
		})
	}
	for _, path := range []string{os.DevNull, t.TempDir()} {
		if got, err := lastLine(path); err != nil || got != "" {
			t.Errorf("no regular file: got %q and %v", got, err)
		}
	}
	if _, err := lastLine(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no error for a file that is not there")
	}
}
