//go:build chaos

package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/collector/e2e/internal/rig/rigtest"
)

// fleet is two agents (collectors 0 and 1) and two samplers (2 and 3) before one Jaeger. Each sampler writes its number on
// what it sends, so that Jaeger knows which way a span came.
type fleet struct {
	rig.Pipeline
	samplers [2]*rig.Process
	jaeger   rig.Jaeger
}

const sampledBy = "llmotel.chaos.sampler"

func newFleet(t *testing.T, percent int) *fleet {
	t.Helper()
	f := &fleet{Pipeline: newPipeline(t)}
	f.jaeger = rig.Jaeger{URL: f.JaegerURL(), By: sampledBy}
	rigtest.Start(t, f.Jaeger())
	for n := range f.samplers {
		overlay := filepath.Join(f.Dir, fmt.Sprintf("sampler-%d.yaml", n))
		content := fmt.Sprintf("processors: {resource/way: {attributes: [{key: %s, value: s%d, action: insert}]}}\n"+
			"service: {pipelines: {traces/kept: {processors: [tail_sampling, resource/way]}}}\n", sampledBy, n)
		if err := os.WriteFile(overlay, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f.samplers[n] = startCollector(t, f.Pipeline, 2+n, []string{"scale/sampler.yaml", "sampling.yaml", overlay},
			fmt.Sprintf("SAMPLING_PERCENT=%d", percent))
	}
	for n := range 2 {
		startCollector(t, f.Pipeline, n, []string{"otel-config.yaml", "scale/agent.yaml"},
			fmt.Sprintf("SAMPLERS=[%q, %q]", f.GRPC(2), f.GRPC(3)), "REMOTE_WRITE_ENDPOINT="+f.PrometheusURL()+"/api/v1/write")
	}
	return f
}

// TestFleet sends the spans of every trace through both agents and kills one of the two samplers under load.
func TestFleet(t *testing.T) {
	const (
		rate = 2500
		wait = 10 * time.Second // decision_wait_after_root_received of sampling.yaml
	)
	f := newFleet(t, 100)
	to := []string{f.GRPC(0), f.GRPC(1)}

	t.Run("all well", func(t *testing.T) {
		load := &rig.Load{Service: "llmotel-chaos-fleet", Seed: 21, Traces: 1000, Spans: 21, Rate: rate, To: to}
		report := send(t, load).wait(t)
		expectAll(t, load, report, settle(t, f.jaeger, load, 30*time.Second))
		var shares [2]int
		for n := range shares {
			shares[n] = f.tracesBy(t, load, n)
		}
		t.Logf("of %d traces sampler 0 had %d and sampler 1 had %d", load.Traces, shares[0], shares[1])
		for n, share := range shares {
			if share < load.Traces*35/100 {
				t.Errorf("sampler %d had %d of %d traces", n, share, load.Traces)
			}
		}
	})

	t.Run("one sampler killed", func(t *testing.T) {
		load := &rig.Load{Service: "llmotel-chaos-fleet-killed", Seed: 22, Traces: 3810, Spans: 21, Rate: rate, To: to}
		s := send(t, load)
		s.until(t, 40000)
		kill(t, f.samplers[0])
		t.Logf("sampler 0 killed with %d spans acknowledged by the agents", s.progress.Load())
		sleep(t, 5*time.Second)
		f.samplers[0] = rigtest.Start(t, f.samplers[0].Spec)
		report := s.wait(t)
		count := settle(t, f.jaeger, load, 45*time.Second)
		sent := load.Traces * load.Spans
		lost := sent - count.Spans
		seconds := float64(lost) / (rate / 2.0)
		t.Logf("%d of %d spans lost, those that the killed sampler held: %.1f s of its share; %d whole traces, %d in part, %d absent, %d split",
			lost, sent, seconds, count.Whole, count.Partial, count.Absent, count.Split)
		if report.Acknowledged != int64(sent) || report.Refused != 0 {
			t.Errorf("the agents took %d of %d spans and refused %d times: programs noticed", report.Acknowledged, sent, report.Refused)
		}
		if count.Split != 0 || count.WrongParents != 0 || count.Foreign != 0 {
			t.Errorf("in Jaeger: %+v", count)
		}
		// Eight traces are sent at a time, in batches four of which are under way.
		if count.Partial > 4*8 {
			t.Errorf("%d traces are there in part: more than were on their way when the sampler died", count.Partial)
		}
		if limit := (wait + 4*time.Second).Seconds(); seconds > limit || lost == 0 {
			t.Errorf("%.1f s of the killed sampler's share lost, expected some and at most %.0f", seconds, limit)
		}
	})

	t.Run("a share is kept", func(t *testing.T) {
		for n := range f.samplers {
			if err := f.samplers[n].Stop(); err != nil {
				t.Fatal(err)
			}
			spec := f.samplers[n].Spec
			spec.Env = append(spec.Env, "SAMPLING_PERCENT=25")
			f.samplers[n] = rigtest.Start(t, spec)
		}
		load := &rig.Load{Service: "llmotel-chaos-fleet-share", Seed: 23, Traces: 2000, Spans: 21, Rate: rate, To: to}
		send(t, load).wait(t)
		count := settle(t, f.jaeger, load, 25*time.Second)
		t.Logf("%d of %d traces kept, %d in part", count.Whole, load.Traces, count.Partial)
		// Four standard deviations of a binomial distribution around 500.
		if count.Whole < 422 || count.Whole > 578 || count.Partial != 0 || count.Split != 0 {
			t.Errorf("in Jaeger: %+v, want 500 whole traces or so, and none in part", count)
		}
	})
}

// tracesBy counts the traces that came by one sampler.
func (f *fleet) tracesBy(t *testing.T, load *rig.Load, n int) int {
	t.Helper()
	count := 0
	for i := range load.Traces {
		by, err := f.jaeger.Way(t.Context(), load, i)
		if err != nil {
			t.Fatal(err)
		}
		if by == fmt.Sprintf("s%d", n) {
			count++
		}
	}
	return count
}
