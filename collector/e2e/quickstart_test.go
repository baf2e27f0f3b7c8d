package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testQuickstart runs the program that the README begins with, as a reader runs it, and finds its run in the backends.
func testQuickstart(t *testing.T) {
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "quickstart")
	// The reader's command is run from the workspace; this module is outside it, and so runs with GOWORK=off.
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/quickstart")
	build.Dir, build.Env = root, without(os.Environ(), "GOWORK=", "OTEL_")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build ./examples/quickstart: %v\n%s", err, output)
	}

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, program)
	run.Dir, run.Env = dir, without(os.Environ(), "OTEL_")
	began := time.Now()
	output, err := run.CombinedOutput()
	t.Logf("the quickstart ran for %s", time.Since(began).Round(100*time.Millisecond))
	if err != nil {
		t.Fatalf("the quickstart: %v\n%s", err, output)
	}

	const service = "llmotel-quickstart"
	t.Run("trace", func(t *testing.T) { testFailoverTrace(t, service) })
	t.Run("metrics", func(t *testing.T) { testMetrics(t, service) })
	t.Run("call log", func(t *testing.T) { testCallLog(t, service, filepath.Join(dir, "llm_telemetry.jsonl")) })
	t.Run("breaker opens, tries, closes", func(t *testing.T) {
		for _, to := range []string{"open", "half_open", "closed"} {
			eventually(t, 20*time.Second, "a breaker became "+to, func() error {
				_, err := promQuery(t, fmt.Sprintf("%s{service_name=%q,llmotel_breaker_to=%q} > 0", breakerChange, service, to))
				return err
			})
		}
	})
}

// without drops the variables that begin with one of the prefixes.
func without(env []string, prefixes ...string) []string {
	var kept []string
next:
	for _, variable := range env {
		for _, prefix := range prefixes {
			if strings.HasPrefix(variable, prefix) {
				continue next
			}
		}
		kept = append(kept, variable)
	}
	return kept
}
