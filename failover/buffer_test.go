package failover_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// A buffered answer holds nothing of its target while the consumer reads it,
// and one that is left in the middle is abandoned.
func TestBufferedAnswerIsReadAfterItsTarget(t *testing.T) {
	for _, opts := range [][]failover.Option{nil, {failover.WithHedge(time.Second)}} {
		synctest.Test(t, func(t *testing.T) {
			p := &closing{Provider: script("p", whole("one ", "two"))}
			var ends []failover.EndEvent
			c := chain(t, p, script("b"), append(opts, failover.WithStreamPolicy(failover.StreamBuffer), failover.WithHooks(collectEnds(&ends)))...)
			for chunk, err := range c.Stream(t.Context(), ask()) {
				if err != nil || chunk.Text != "one " {
					t.Fatal(chunk, err)
				}
				if s, _ := c.BreakerStatus("a"); s.InFlight != 0 || s.Successes != 1 || p.opened.Load() != p.closed.Load() {
					t.Errorf("while the consumer reads: %+v", s)
				}
				time.Sleep(time.Minute)
				break
			}
			if len(ends) != 1 || !ends[0].Abandoned || ends[0].Target != "a" || ends[0].History[0].Duration != 0 {
				t.Errorf("%+v", ends)
			}
		})
	}
}

// A chain inside that begins anew is seen as one answer from outside.
func TestRestartOfAChainInside(t *testing.T) {
	inner := func() *failover.Chain {
		return fleet(t, []failover.Target{
			{Name: "x", Provider: script("x", cut(providers.KindNetwork))},
			{Name: "y", Provider: script("y", whole("all"))},
		}, failover.WithStreamPolicy(failover.StreamRestart), onlyOnce)
	}
	buffered := fleet(t, []failover.Target{{Name: "inner", Provider: inner()}}, failover.WithStreamPolicy(failover.StreamBuffer))
	got, _, err := seen(t, buffered, ask())
	if diff := cmp.Diff([]string{"all", "finish of inner"}, got); diff != "" || err != nil {
		t.Errorf("buffered: %v\n%s", err, diff)
	}
	streamed := fleet(t, []failover.Target{{Name: "inner", Provider: inner()}}, failover.WithStreamedGenerate())
	if resp, err := streamed.Generate(t.Context(), ask()); err != nil || resp.Text() != "all" {
		t.Errorf("streamed: %+v, %v", resp, err)
	}
	// What the first target had said is not the inner chain's to take back.
	continued := fleet(t, []failover.Target{
		{Name: "a", Provider: script("a", step{words: []string{"To be, "}, err: fail(providers.KindNetwork)})},
		{Name: "inner", Provider: inner(), Options: []failover.TargetOption{failover.WithContinuation()}},
	}, failover.WithStreamPolicy(failover.StreamContinue), onlyOnce)
	got, resp, err := seen(t, continued, ask())
	if diff := cmp.Diff([]string{"To be, ", "half ", "an ", "(restart)", "To be,", "all", "finish of inner"}, got); diff != "" || err != nil {
		t.Errorf("continued: %v\n%s", err, diff)
	}
	if resp.Text() != "To be,all" {
		t.Errorf("adds up to %q", resp.Text())
	}
}

// A target that begins anew is one target.
func TestRestartedTargetIsVisitedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends []failover.EndEvent
		c := chain(t, script("a", cut(providers.KindServerError)), nil, failover.WithStreamPolicy(failover.StreamRestart), failover.WithHooks(collectEnds(&ends)))
		if _, _, err := seen(t, c, ask()); err != nil {
			t.Fatal(err)
		}
		if ends[0].Visited != 1 || ends[0].Attempts != 2 || len(ends[0].History) != 2 {
			t.Errorf("%+v", ends[0])
		}
	})
}
