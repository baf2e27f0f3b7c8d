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
	"github.com/llmotel/sdk/collector/e2e/internal/rig/rigtest"
	"github.com/llmotel/sdk/llmotel/otelsetup"
)

// TestCollectorKilled: what was acknowledged is on disk, and what was not is sent again.
func TestCollectorKilled(t *testing.T) {
	p := newPipeline(t)
	rigtest.Start(t, p.Jaeger())
	collector := startCollector(t, p, 0, plain)
	load := &rig.Load{Service: "llmotel-chaos-collector", Seed: 11, Traces: 4762, Spans: 21, Rate: 5000, To: []string{p.GRPC(0)}}
	s := send(t, load)
	for range 3 {
		s.until(t, s.progress.Load()+20000)
		kill(t, collector)
		t.Logf("collector killed with %d spans acknowledged", s.progress.Load())
		sleep(t, 2*time.Second)
		collector = rigtest.Start(t, collector.Spec)
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
	jaeger := rigtest.Start(t, p.Jaeger())
	collector := startCollector(t, p, 0, plain)
	kill(t, jaeger)
	load := &rig.Load{Service: "llmotel-chaos-stopped", Seed: 14, Traces: 1000, Spans: 21, Rate: 5000, To: []string{p.GRPC(0)}}
	report := send(t, load).wait(t)
	for _, end := range []func(*testing.T, *rig.Process){stop, kill, stop} {
		sleep(t, time.Second)
		end(t, collector)
		collector = rigtest.Start(t, collector.Spec)
	}
	rigtest.Start(t, jaeger.Spec)
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
	rigtest.Start(t, p.Jaeger())
	collector := startCollector(t, p, 0, sampled, "SAMPLING_PERCENT=100")
	load := &rig.Load{Service: "llmotel-chaos-sampling", Seed: 12, Traces: 5714, Spans: 21, Rate: rate, To: []string{p.GRPC(0)}}
	s := send(t, load)
	s.until(t, 60000)
	kill(t, collector)
	t.Logf("collector killed with %d spans acknowledged", s.progress.Load())
	sleep(t, 2*time.Second)
	rigtest.Start(t, collector.Spec)
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

// TestQueueFull: the queue is bounded by its bytes, so that it is full before its disk is. Then it refuses, which the sender
// sees; nothing that was acknowledged is lost, and once the backend is back it goes on by itself.
func TestQueueFull(t *testing.T) {
	const limit = 4 << 20
	p := newPipeline(t)
	jaeger := rigtest.Start(t, p.Jaeger())
	startCollector(t, p, 0, plain, fmt.Sprintf("COLLECTOR_QUEUE_BYTES=%d", limit))
	kill(t, jaeger)
	load := &rig.Load{Service: "llmotel-chaos-full", Seed: 15, Traces: 2858, Spans: 21, Rate: 4000, To: []string{p.GRPC(0)}, Patience: 3 * time.Minute}
	s := send(t, load)
	s.until(t, 5000)
	sleep(t, 10*time.Second) // Until it is full, and longer.
	taken := s.progress.Load()
	size := onDisk(t, filepath.Join(p.Dir, "collector-0", "queue"))
	t.Logf("the queue of %d MiB took %d spans; it has %.1f MiB of the disk", limit>>20, taken, float64(size)/(1<<20))
	if taken >= int64(load.Traces*load.Spans) {
		t.Fatal("all of the load fitted: the queue was not what stopped it")
	}
	if size > 2*limit {
		t.Errorf("a queue of %d bytes has %d of the disk", limit, size)
	}
	rigtest.Start(t, jaeger.Spec)
	report := s.wait(t)
	if report.Refused == 0 {
		t.Error("the sender was not refused while the queue was full")
	}
	expectAll(t, load, report, settle(t, rig.Jaeger{URL: p.JaegerURL()}, load, 20*time.Second))
}

// TestQueueDiskFull: a disk that others have filled makes the collector refuse, and once somebody made room it goes on by itself.
// Of what stood in the queue it may lose some: taking a request out of it is a write as well, and one that fails drops the
// request (of the collector, at this version). What comes afterwards is whole.
func TestQueueDiskFull(t *testing.T) {
	testDiskFull(t, 13, 5*time.Second, false)
}

// TestQueueDiskFullForLong: the collector counts each request that it could not write as if it stood in the queue, and so may
// find the queue full for good. A restart ends that.
func TestQueueDiskFullForLong(t *testing.T) {
	// As much as some seconds of refusals come to, and more than the disk has.
	testDiskFull(t, 16, 15*time.Second, true, fmt.Sprintf("COLLECTOR_QUEUE_BYTES=%d", 16<<20))
}

func testDiskFull(t *testing.T, seed uint64, long time.Duration, restart bool, env ...string) {
	t.Helper()
	p := newPipeline(t)
	state, room := smallDisk(t, p, 12<<20)
	jaeger := rigtest.Start(t, p.Jaeger())
	collector := startCollector(t, p, 0, plain, append(env, "COLLECTOR_STATE_DIR="+state)...)
	kill(t, jaeger)
	load := &rig.Load{Service: "llmotel-chaos-disk", Seed: seed, Traces: 2858, Spans: 21, Rate: 4000, To: []string{p.GRPC(0)}, Patience: 3 * time.Minute}
	s := send(t, load)
	full := eventually(t, time.Minute, "the disk is full", func() bool { return free(t, state) < 512<<10 })
	sleep(t, long) // Under load, with a full disk.
	taken := int(s.progress.Load())
	t.Logf("the disk was full after %s, for %s, and %d spans were taken", full.Round(time.Second), long, taken)
	if taken >= load.Traces*load.Spans {
		t.Fatal("all of the load fitted: the disk was not what stopped it")
	}
	if _, err := rig.Get(t.Context(), p.OwnMetrics(0)); err != nil {
		t.Errorf("the collector does not answer with a full disk: %v", err)
	}
	room()
	rigtest.Start(t, jaeger.Spec)
	if restart {
		sleep(t, 5*time.Second)
		t.Logf("with room and a backend, before the restart: %d spans taken", s.progress.Load())
		stop(t, collector)
		rigtest.Start(t, collector.Spec)
	}
	report := s.wait(t)
	if report.Refused == 0 {
		t.Error("the sender was not refused while the disk was full")
	}
	api := rig.Jaeger{URL: p.JaegerURL()}
	count := settle(t, api, load, 20*time.Second)
	sent := load.Traces * load.Spans
	t.Logf("%d of %d spans lost, of %d that stood in the queue", sent-count.Spans, sent, taken)
	if report.Acknowledged != int64(sent) || sent-count.Spans > taken || count.WrongParents != 0 || count.Foreign != 0 {
		t.Errorf("%d of %d acknowledged; in Jaeger: %+v", report.Acknowledged, sent, count)
	}
	// Four batches were under way, and eight traces are sent at a time.
	first := taken/load.Spans + 4*512/load.Spans + 8
	if after, err := api.Count(t.Context(), load, first, load.Traces); err != nil || after.Whole != load.Traces-first {
		t.Errorf("of the %d traces since there was room: %+v (%v)", load.Traces-first, after, err)
	}
}

// smallDisk is a directory on a file system of its own, a third of which something else has until room is called.
func smallDisk(t *testing.T, p rig.Pipeline, size int) (dir string, room func()) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("mounting a small file system takes root")
	}
	dir = filepath.Join(p.Dir, "small")
	if err := os.Mkdir(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Fatalf("mount a file system of %d bytes: %v", size, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	other := filepath.Join(dir, "of-another-program")
	if err := os.WriteFile(other, make([]byte, size/3), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, func() {
		if err := os.Remove(other); err != nil {
			t.Error(err)
		}
	}
}

// free is what a file system has left, in bytes.
func free(t *testing.T, dir string) uint64 {
	t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	return fs.Bavail * uint64(fs.Bsize)
}

// onDisk is what the files of a directory have of the disk, in bytes.
func onDisk(t *testing.T, dir string) int64 {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, entry := range entries {
		var stat syscall.Stat_t
		if err := syscall.Stat(filepath.Join(dir, entry.Name()), &stat); err != nil {
			t.Fatal(err)
		}
		total += stat.Blocks * 512
	}
	return total
}

// TestCollectorAbsentAtStart: a program that starts before its collector keeps what the SDK's batch processor holds, 2,048
// spans, and drops what it could not export for half a minute, 512 spans at a time. The program itself notices nothing.
func TestCollectorAbsentAtStart(t *testing.T) {
	p := newPipeline(t)
	rigtest.Start(t, p.Jaeger())
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
