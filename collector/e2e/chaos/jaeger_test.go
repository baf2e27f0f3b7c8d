//go:build chaos

package chaos

import (
	"testing"
	"time"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/collector/e2e/internal/rig/rigtest"
)

// TestJaegerKilled is the promise of the queue: an outage of the backend, however it began and however long it lasts, costs
// no span, and delivery goes on soon after its end.
func TestJaegerKilled(t *testing.T) {
	for name, test := range map[string]struct {
		outage time.Duration
		rate   int // so that the load lasts longer than the outage
	}{
		"for 20 seconds": {20 * time.Second, 5000},
		"for 5 minutes":  {5 * time.Minute, 610},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(t)
			jaeger := rigtest.Start(t, p.Jaeger())
			startCollector(t, p, 0, plain)
			api := rig.Jaeger{URL: p.JaegerURL()}
			load := &rig.Load{Service: "llmotel-chaos-jaeger", Seed: uint64(test.rate), Traces: 9524, Spans: 21, Rate: test.rate, To: []string{p.GRPC(0)}}

			s := send(t, load)
			s.until(t, 5000)
			kill(t, jaeger)
			killedAt := int(s.progress.Load()) / load.Spans
			t.Logf("Jaeger killed with %d spans acknowledged", s.progress.Load())
			sleep(t, test.outage)
			waiting := s.progress.Load()
			rigtest.Start(t, jaeger.Spec)
			// A trace from the beginning of the outage can only have come through the queue, which is emptied in order.
			early := killedAt + 50
			resumed := eventually(t, 30*time.Second, "delivery has resumed", func() bool {
				has, err := api.Has(t.Context(), load, early)
				return err == nil && has
			})
			late := int(waiting)/load.Spans - 50
			caughtUp := eventually(t, 3*time.Minute, "what waited is delivered", func() bool {
				has, err := api.Has(t.Context(), load, late)
				return err == nil && has
			})
			t.Logf("%d spans were taken during the outage; once Jaeger was healthy again the first of them were there after %s, the last after %s",
				waiting-int64(killedAt*load.Spans), resumed.Round(100*time.Millisecond), (resumed + caughtUp).Round(100*time.Millisecond))
			report := s.wait(t)
			expectAll(t, load, report, settle(t, api, load, 20*time.Second))
		})
	}
}
