//go:build chaos

package chaos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/llmotel/otelsetup"
)

// TestCollectorKilled: what was acknowledged is on disk, and what was not is sent again.
func TestCollectorKilled(t *testing.T) {
	p := newPipeline(t)
	start(t, p.Jaeger())
	collector := startCollector(t, p, 0, plain)
	load := &rig.Load{Service: "llmotel-chaos-collector", Seed: 11, Traces: 4762, Spans: 21, Rate: 5000, To: []string{p.GRPC(0)}}
	s := send(t, load)
	for range 3 {
		s.until(t, s.progress.Load()+20000)
		kill(t, collector)
		t.Logf("collector killed with %d spans acknowledged", s.progress.Load())
		sleep(t, 2*time.Second)
		collector = start(t, collector.Spec)
	}
	report := s.wait(t)
	if report.Refused == 0 {
		t.Error("the sender noticed nothing: the collector was not away under load")
	}
	expectAll(t, load, report, settle(t, rig.Jaeger{URL: p.JaegerURL()}, load, 20*time.Second))
}

// TestCollectorStoppedDuringOutage: a collector that is stopped, and one that is killed, while it cannot deliver, begins again
// with what was on disk.
func TestCollectorStoppedDuringOutage(t *testing.T) {
	p := newPipeline(t)
	jaeger := start(t, p.Jaeger())
	collector := startCollector(t, p, 0, plain)
	kill(t, jaeger)
	load := &rig.Load{Service: "llmotel-chaos-stopped", Seed: 14, Traces: 1000, Spans: 21, Rate: 5000, To: []string{p.GRPC(0)}}
	report := send(t, load).wait(t)
	for _, end := range []func(*testing.T, *rig.Process){stop, kill, stop} {
		sleep(t, time.Second)
		end(t, collector)
		collector = start(t, collector.Spec)
	}
	start(t, jaeger.Spec)
	expectAll(t, load, report, settle(t, rig.Jaeger{URL: p.JaegerURL()}, load, 20*time.Second))
}

// TestSamplingCollectorKilled: with the sampling overlay, what waits for its decision is in memory. Everything is kept here,
// so that what is missing was lost; it must not be more than what was sent in the seconds that a trace waits.
func TestSamplingCollectorKilled(t *testing.T) {
	const (
		rate = 3000
		wait = 10 * time.Second // decision_wait_after_root_received of sampling.yaml
	)
	p := newPipeline(t)
	start(t, p.Jaeger())
	collector := startCollector(t, p, 0, sampled, "SAMPLING_PERCENT=100")
	load := &rig.Load{Service: "llmotel-chaos-sampling", Seed: 12, Traces: 5714, Spans: 21, Rate: rate, To: []string{p.GRPC(0)}}
	s := send(t, load)
	s.until(t, 60000)
	kill(t, collector)
	t.Logf("collector killed with %d spans acknowledged", s.progress.Load())
	sleep(t, 2*time.Second)
	start(t, collector.Spec)
	report := s.wait(t)
	count := settle(t, rig.Jaeger{URL: p.JaegerURL()}, load, 25*time.Second)
	sent := load.Traces * load.Spans
	lost := sent - count.Spans
	seconds := float64(lost) / rate
	t.Logf("%d of %d spans lost: those of %.1f s; %d whole traces, %d in part, %d absent", lost, sent, seconds, count.Whole, count.Partial, count.Absent)
	if report.Acknowledged != int64(sent) {
		t.Errorf("%d of %d spans were acknowledged", report.Acknowledged, sent)
	}
	if lost == 0 {
		t.Error("nothing was lost: the test did not hit what waits in memory")
	}
	// Two seconds for the decision's tick and for the batches under way.
	if limit := (wait + 2*time.Second).Seconds(); seconds > limit {
		t.Errorf("more was lost than waits for a decision: %.1f s of load, at most %.1f s expected", seconds, limit)
	}
	if count.WrongParents != 0 || count.Foreign != 0 {
		t.Errorf("in Jaeger: %+v", count)
	}
}

// TestQueueDiskFull: a disk that is full makes the collector refuse, which the sender sees; nothing that was acknowledged is
// lost, and once there is room again it goes on by itself.
func TestQueueDiskFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting a small file system takes root")
	}
	p := newPipeline(t)
	state := filepath.Join(p.Dir, "small")
	if err := os.Mkdir(state, 0o750); err != nil {
		t.Fatal(err)
	}
	const size = 12 << 20
	if err := syscall.Mount("tmpfs", state, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Fatalf("mount a file system of %d bytes: %v", size, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(state, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	jaeger := start(t, p.Jaeger())
	startCollector(t, p, 0, plain, "COLLECTOR_STATE_DIR="+state)
	kill(t, jaeger)
	load := &rig.Load{Service: "llmotel-chaos-disk", Seed: 13, Traces: 2858, Spans: 21, Rate: 4000, To: []string{p.GRPC(0)}, Patience: 3 * time.Minute}
	s := send(t, load)
	full := eventually(t, time.Minute, "the disk is full", func() bool {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(state, &fs); err != nil {
			t.Fatal(err)
		}
		return fs.Bavail*uint64(fs.Bsize) < 512<<10
	})
	sleep(t, 5*time.Second) // Under load, with a full disk.
	taken := s.progress.Load()
	t.Logf("the disk of %d MiB was full after %s and %d spans", size>>20, full.Round(time.Second), taken)
	if taken >= int64(load.Traces*load.Spans) {
		t.Fatal("all of the load fitted: the disk was not what stopped it")
	}
	if _, err := rig.Get(t.Context(), p.OwnMetrics(0)); err != nil {
		t.Errorf("the collector does not answer with a full disk: %v", err)
	}
	start(t, jaeger.Spec)
	report := s.wait(t)
	if report.Refused == 0 {
		t.Error("the sender was not refused while the disk was full")
	}
	expectAll(t, load, report, settle(t, rig.Jaeger{URL: p.JaegerURL()}, load, 20*time.Second))
}

// TestCollectorAbsentAtStart: a program that starts before its collector keeps what the SDK's batch processor holds, 2,048
// spans, and drops what it could not export for half a minute, 512 spans at a time. The program itself notices nothing.
func TestCollectorAbsentAtStart(t *testing.T) {
	p := newPipeline(t)
	start(t, p.Jaeger())
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+p.GRPC(0))
	sdk, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(func(err error) { t.Log(err) }))
	if err != nil {
		t.Fatal(err)
	}
	tracer := sdk.TracerProvider().Tracer("llmotel-chaos")
	const (
		spans = 1800
		batch = 512
	)
	ids := make([]string, 0, spans)
	began := time.Now()
	var took []time.Duration
	for range spans {
		at := time.Now()
		_, span := tracer.Start(t.Context(), "llm.call")
		span.End()
		took = append(took, time.Since(at))
		ids = append(ids, span.SpanContext().TraceID().String())
		time.Sleep(10 * time.Millisecond)
	}
	startCollector(t, p, 0, plain)
	absent := time.Since(began)
	slices.Sort(took)
	slow := took[len(took)*99/100] // The very slowest waited for a processor, which others have.
	found, changed := 0, time.Now()
	for found < spans && time.Since(changed) < 45*time.Second {
		now := 0
		for _, id := range ids {
			if _, err := rig.Get(t.Context(), p.JaegerURL()+"/api/traces/"+id); err == nil {
				now++
			}
		}
		if now != found {
			found, changed = now, time.Now()
		}
		sleep(t, time.Second)
	}
	t.Logf("collector absent for %s: %d of %d spans found; 99 of 100 spans took the program less than %s", absent.Round(time.Second), found, spans, slow)
	if found < spans-batch {
		t.Errorf("%d spans lost; one batch of %d at most was expected", spans-found, batch)
	}
	if slow > 10*time.Millisecond {
		t.Errorf("one span in a hundred took the program %s or more", slow)
	}
	if err := sdk.Shutdown(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}
