package failover_test

import (
	"context"
	"iter"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// exits is a provider that ends the goroutine that calls it, as a test double
// with t.FailNow does.
type exits struct{}

func (exits) Name() string { return "exits" }

func (exits) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	runtime.Goexit()
	return nil, nil
}

func (e exits) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(func(*providers.Chunk, error) bool) { _, _ = e.Generate(ctx, req) }
}

// A provider that ends its goroutine ends the caller's, as it does without a
// hedge, rather than to keep it waiting.
func TestProviderThatEndsItsGoroutine(t *testing.T) {
	for _, stream := range []bool{false, true} {
		for _, opts := range [][]failover.Option{nil, {failover.WithHedge(time.Second)}} {
			synctest.Test(t, func(t *testing.T) {
				var ends []failover.EndEvent
				c := chain(t, script("pa", step{hang: true}), exits{}, append(opts, failover.WithFirstChunkTimeout(time.Minute),
					failover.WithAttemptTimeout(time.Minute), failover.WithHooks(collectEnds(&ends)))...)
				returned, done := false, make(chan struct{})
				go func() {
					defer close(done)
					_, _ = either(t, c, stream)
					returned = true
				}()
				<-done
				if returned || len(ends) != 1 || providers.KindOf(ends[0].Err) != providers.KindPanic {
					t.Errorf("returned: %t, %+v", returned, ends)
				}
				if s, _ := c.BreakerStatus("b"); s.InFlight != 0 || s.Failures != 1 {
					t.Errorf("%+v", s)
				}
			})
		}
	}
}

// A target that may not be called when the hedge is due is not used up by it:
// it answers when the first one fails later.
func TestHedgeLeavesClosedTargetsToTheFirstBranch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends []failover.EndEvent
		hedges := 0
		c := chain(t, script("pa", step{after: 10 * time.Second, err: fail(providers.KindModelNotFound)}), script("pb"),
			failover.WithHedge(time.Second), failover.WithHooks(collectEnds(&ends)), failover.WithHooks(failover.Hooks{
				Hedge: func(context.Context, failover.HedgeEvent) { hedges++ },
			}))
		if err := c.Isolate("b", 5*time.Second); err != nil {
			t.Fatal(err)
		}
		if got := winnerOf(t, c, ask()); got != "b" {
			t.Errorf("%s answered", got)
		}
		if len(ends[0].History) != 2 || hedges != 0 {
			t.Errorf("%d hedges, %+v", hedges, ends[0].History)
		}
	})
}

// Calls that fail fast say nothing of how long an answer takes.
func TestHedgeQuantileOfAnswersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa"), script("pb")
		c := chain(t, a, b, failover.WithHedgeQuantile(.9, 20), onlyOnce, failover.WithConsecutiveFailures(0), failover.WithFailureRate(0, 1, time.Minute))
		for range 300 {
			a.set(step{err: fail(providers.KindInvalidRequest)})
			if _, err := either(t, c, false); err == nil {
				t.Fatal("answered")
			}
		}
		for range 20 {
			a.set(step{after: time.Second})
			if _, err := either(t, c, false); err != nil {
				t.Fatal(err)
			}
		}
		if b.count() != 0 {
			t.Errorf("%d hedges before there was a measure", b.count())
		}
		a.set(step{after: 999 * time.Millisecond})
		if got := winnerOf(t, c, ask()); got != "a" || b.count() != 0 {
			t.Errorf("%s answered, %d hedges", got, b.count())
		}
	})
}

// The quantile forgets: after 200 faster answers a slow past is over.
func TestHedgeQuantileForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa"), always("pb", step{after: time.Hour})
		c := chain(t, a, b, failover.WithHedgeQuantile(.5, 1), failover.WithRetryBudget(1, 1000))
		for i := range 500 {
			a.set(step{after: time.Duration(10-i/100) * time.Second}) // 10 s, then 9 s ... 6 s
			if got := winnerOf(t, c, ask()); got != "a" {
				t.Fatal(got)
			}
		}
		b.set()
		a.set(step{after: time.Minute})
		start := time.Now()
		if got := winnerOf(t, c, ask()); got != "b" || time.Since(start) != 7*time.Second { // the last 200: 7 s and 6 s
			t.Errorf("%s after %v", got, time.Since(start))
		}
	})
}

// A target that loses to hedges, or times out, is no longer the fastest.
func TestLowestLatencyHearsOfLosersAndTimeouts(t *testing.T) {
	for name, opt := range map[string]failover.Option{
		"hedge":   failover.WithHedge(time.Second),
		"timeout": failover.WithAttemptTimeout(time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := script("a", step{after: 100 * time.Millisecond})
				b := always("b", step{after: 200 * time.Millisecond})
				c := fleet(t, []failover.Target{{Name: "a", Provider: a}, {Name: "b", Provider: b}},
					failover.WithOrder(failover.OrderLowestLatency), full, opt, failover.WithConsecutiveFailures(0), failover.WithFailureRate(0, 1, time.Minute))
				got := []string{winnerOf(t, c, ask()), winnerOf(t, c, ask())}
				a.set(step{hang: true}, step{hang: true}) // 100 ms + (1 s - 100 ms)/8 = 212.5 ms: the second goes to b
				got = append(got, winnerOf(t, c, ask()), winnerOf(t, c, ask()))
				if diff := cmp.Diff([]string{"a", "b", "b", "b"}, got); diff != "" || a.count() != 2 {
					t.Errorf("%d calls of a\n%s", a.count(), diff)
				}
			})
		})
	}
}

// However soon the hedge is due, the first target is the first branch's: what is
// marked as a hedge's, and told to the hooks as one, is the one behind.
func TestHedgeAsksTheTargetBehindConcurrentSafe(t *testing.T) {
	var ends []failover.EndEvent
	var hedges []failover.HedgeEvent
	var mu sync.Mutex
	c := chain(t, always("pa", step{after: time.Millisecond}), always("pb", step{after: time.Millisecond}),
		failover.WithHedge(1), failover.WithRetryBudget(1, 1e6), failover.WithHooks(collectEnds(&ends)), failover.WithHooks(failover.Hooks{
			Hedge: func(_ context.Context, e failover.HedgeEvent) {
				mu.Lock()
				defer mu.Unlock()
				hedges = append(hedges, e)
			},
		}))
	for i := range 300 {
		if _, err := either(t, c, i%2 == 0); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range ends {
		for _, a := range e.History {
			if a.Hedge != (a.Target == "b") {
				t.Fatalf("%+v", e.History)
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(hedges) == 0 {
		t.Error("nothing was hedged")
	}
	for _, h := range hedges {
		if h.Target != "b" {
			t.Fatalf("%+v", h)
		}
	}
}
