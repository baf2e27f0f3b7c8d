package e2e

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStack runs the pipeline as `make stack` does, with names that lead nowhere, so that Prometheus gets the changed copy of
// its configuration, and ends it as `make stack-down` does.
func TestStack(t *testing.T) {
	state, tools := t.TempDir(), t.TempDir()
	// Nobody's /etc/hosts decides which way is tested.
	if err := os.WriteFile(filepath.Join(tools, "getent"), []byte("#!/bin/sh\nexit 2\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	stack := func(ctx context.Context, args ...string) string {
		cmd := exec.CommandContext(ctx, "bash", append([]string{filepath.Join("..", "stack.sh")}, args...)...)
		cmd.Env = append(os.Environ(), "LLMOTEL_STATE="+state, "PATH="+tools+":"+os.Getenv("PATH"))
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("stack.sh %v: %v\n%s", args, err, output)
		}
		return string(output)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		stack(ctx, "down")
	})

	up := stack(t.Context(), "up", filepath.Join("..", "sampling.yaml"))
	if t.Failed() {
		t.FailNow()
	}
	if !strings.Contains(up, "http://localhost:16686") || !strings.Contains(up, filepath.Join(state, "prometheus.yml")) {
		t.Errorf("up prints no address of Jaeger, or not where Prometheus's copy is:\n%s", up)
	}
	for _, health := range []string{collectorHealth, jaegerHealth, prometheusURL + "/-/ready", alertmanagerURL + "/-/ready"} {
		if _, err := get(t.Context(), health); err != nil {
			t.Error(err)
		}
	}
	for _, job := range []string{"collector", "jaeger", "prometheus", "alertmanager"} {
		eventually(t, 30*time.Second, job+" is scraped", func() error {
			_, err := promValue(t, `up{job="`+job+`",instance=~"127.0.0.1:.*"} == 1`)
			return err
		})
	}
	// Where alerts link to: the machine's own name may lead nowhere.
	if flags, err := get(t.Context(), prometheusURL+"/api/v1/status/flags"); err != nil || !strings.Contains(string(flags), `"web.external-url":"http://localhost:9090"`) {
		t.Errorf("flags: %s, %v", flags, err)
	}
	if again := stack(t.Context(), "up"); strings.Count(again, "runs already") != 4 {
		t.Errorf("a second up:\n%s", again)
	}
	if status := stack(t.Context(), "status"); strings.Count(status, ", healthy") != 4 {
		t.Errorf("status:\n%s", status)
	}

	stack(t.Context(), "down")
	for _, port := range stackPorts {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Errorf("after down: %v", err)
			continue
		}
		listener.Close()
	}
	if _, err := os.Stat(filepath.Join(state, "prometheus-data")); err != nil {
		t.Errorf("down took what was collected: %v", err)
	}
	stack(t.Context(), "clean")
	if left, err := os.ReadDir(state); err != nil || len(left) > 0 {
		t.Errorf("after clean: %v, %v", left, err)
	}
	if output, err := exec.CommandContext(t.Context(), "git", "-C", repository, "status", "--porcelain", "--", "collector").CombinedOutput(); err == nil && strings.Contains(string(output), "collector/state") {
		t.Errorf("it wrote into the repository:\n%s", output)
	}
}
