//go:build chaos

package chaos

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/collector/e2e/internal/rig/rigtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"))
}

// The configurations under test.
var (
	plain   = []string{"otel-config.yaml"}
	sampled = []string{"otel-config.yaml", "sampling.yaml"}
)

// newPipeline has its ports from LLMOTEL_CHAOS_PORT on, so that several runs can share a machine; 21000 by default.
func newPipeline(t *testing.T) rig.Pipeline {
	t.Helper()
	base := 21000
	if port := os.Getenv("LLMOTEL_CHAOS_PORT"); port != "" {
		var err error
		if base, err = strconv.Atoi(port); err != nil {
			t.Fatal(err)
		}
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return rig.Pipeline{Dir: t.TempDir(), Repository: root, Base: base}
}

func startCollector(t *testing.T, p rig.Pipeline, n int, configs []string, env ...string) *rig.Process {
	t.Helper()
	spec, err := p.Collector(n, configs, env...)
	if err != nil {
		t.Fatal(err)
	}
	return rigtest.Start(t, spec)
}

func kill(t *testing.T, process *rig.Process) {
	t.Helper()
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
}

func stop(t *testing.T, process *rig.Process) {
	t.Helper()
	if err := process.Stop(); err != nil {
		t.Fatal(err)
	}
}

// sending is a load under way.
type sending struct {
	load     *rig.Load
	progress atomic.Int64
	done     chan struct{}
	report   rig.Report
	err      error
}

func send(t *testing.T, load *rig.Load) *sending {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &sending{load: load, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.report, s.err = load.Send(ctx, &s.progress)
	}()
	t.Cleanup(func() { cancel(); <-s.done })
	return s
}

// wait returns the sender's report.
func (s *sending) wait(t *testing.T) rig.Report {
	t.Helper()
	<-s.done
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.report
}

// until waits for a number of acknowledged spans.
func (s *sending) until(t *testing.T, spans int64) {
	t.Helper()
	eventually(t, 2*time.Minute, "spans are taken", func() bool { return s.progress.Load() >= spans })
}

func eventually(t *testing.T, limit time.Duration, what string, check func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !check() {
		if time.Since(began) > limit {
			t.Fatalf("not within %s: %s", limit, what)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return time.Since(began)
}

func sleep(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal("the test was ended")
	}
}

// settle counts until everything is there, or until nothing new came for a while.
func settle(t *testing.T, jaeger rig.Jaeger, load *rig.Load, quiet time.Duration) rig.Count {
	t.Helper()
	want := load.Traces * load.Spans
	var last rig.Count
	changed := time.Now()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		count, err := jaeger.Count(t.Context(), load, 0, load.Traces)
		if err != nil {
			t.Fatal(err)
		}
		if count.Spans == want {
			return count
		}
		if count != last {
			last, changed = count, time.Now()
		} else if time.Since(changed) > quiet {
			break
		}
		sleep(t, 2*time.Second)
	}
	return last
}

// expectAll fails the test unless every span of the load is there once, under the parent that it was sent with.
func expectAll(t *testing.T, load *rig.Load, report rig.Report, count rig.Count) {
	t.Helper()
	want := load.Traces * load.Spans
	t.Logf("%d spans sent in %s, %d acknowledged, %d given up, %d answers that refused; in Jaeger %d spans in %d whole traces",
		want, report.Elapsed.Round(time.Second), report.Acknowledged, report.GivenUp, report.Refused, count.Spans, count.Whole)
	if report.Acknowledged != int64(want) {
		t.Errorf("%d of %d spans were acknowledged", report.Acknowledged, want)
	}
	if (count != rig.Count{Spans: want, Whole: load.Traces}) {
		t.Errorf("in Jaeger: %+v", count)
	}
}
