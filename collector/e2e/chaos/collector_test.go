//go:build chaos

package chaos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
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
	const size = 24 << 20
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

// TestCollectorAbsentAtStart: a program that starts before its collector, with the SDK's defaults, keeps what its batch
// processor holds, and the program notices nothing.
func TestCollectorAbsentAtStart(t *testing.T) {
	p := newPipeline(t)
	start(t, p.Jaeger())
	exporter, err := otlptracegrpc.New(t.Context(), otlptracegrpc.WithEndpoint(p.GRPC(0)), otlptracegrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
	tracer := provider.Tracer("llmotel-chaos")
	const spans = 1800 // The SDK's queue holds 2,048.
	ids := make([]string, 0, spans)
	began := time.Now()
	var slowest time.Duration
	for range spans {
		at := time.Now()
		_, span := tracer.Start(t.Context(), "llm.call")
		span.End()
		slowest = max(slowest, time.Since(at))
		ids = append(ids, span.SpanContext().TraceID().String())
		time.Sleep(10 * time.Millisecond)
	}
	startCollector(t, p, 0, plain)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = provider.ForceFlush(ctx)
	found := 0
	eventually(t, time.Minute, "what was kept is in Jaeger", func() bool {
		found = 0
		for _, id := range ids {
			if _, err := rig.Get(t.Context(), p.JaegerURL()+"/api/traces/"+id); err == nil {
				found++
			}
		}
		return found == spans
	})
	t.Logf("collector absent for %s: %d of %d spans found; flush: %v; the slowest span took the program %s", time.Since(began).Round(time.Second), found, spans, err, slowest)
	if slowest > 50*time.Millisecond {
		t.Errorf("a span took the program %s", slowest)
	}
	if err := provider.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}
