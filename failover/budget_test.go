package failover_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// TestRetryBudget counts what a dead target is sent in an outage.
func TestRetryBudget(t *testing.T) {
	cases := []struct {
		name  string
		share float64
		free  float64 // a second
		calls int
		every time.Duration
		want  int // retries
	}{
		// 100 calls earn 20, nothing is free; the first earn less than one.
		{"a share of the calls", .2, 0, 100, time.Millisecond, 20},
		{"none", 0, 0, 100, time.Millisecond, 0},
		// 10 s of savings, then 1 a second.
		{"few calls", 0, 1, 100, time.Second, 100},
		{"savings are limited to ten seconds", 0, 1, 30, time.Millisecond, 10},
		{"each", 1, 0, 50, time.Millisecond, 50},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := always("pa", step{err: fail(providers.KindServerError)}), script("pb")
				chain := chain(t, a, b, failover.WithRetryBudget(c.share, c.free), failover.WithConsecutiveFailures(0), failover.WithFailureRate(0, 0, 0),
					failover.WithBackoff(0, 0))
				time.Sleep(time.Hour) // what was saved by then is limited
				for range c.calls {
					if resp, err := chain.Generate(t.Context(), ask()); err != nil || resp.Target != "b" {
						t.Fatalf("%v, %v", resp, err)
					}
					time.Sleep(c.every)
				}
				if got := a.count() - c.calls; got != c.want {
					t.Errorf("%d retries for %d calls, want %d", got, c.calls, c.want)
				}
			})
		})
	}
}

// What a busy time has earned is forgotten with it: an outage after a quiet
// minute gets what its own calls earn.
func TestRetryBudgetForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa"), script("pb")
		c := chain(t, a, b, failover.WithRetryBudget(.2, 0), failover.WithConsecutiveFailures(0), failover.WithFailureRate(0, 0, 0), failover.WithBackoff(0, 0))
		for range 1000 {
			if got := winnerOf(t, c, ask()); got != "a" {
				t.Fatal(got)
			}
		}
		time.Sleep(time.Minute)
		a.set(always("", step{err: fail(providers.KindServerError)}).script...)
		for range 100 {
			if got := winnerOf(t, c, ask()); got != "b" {
				t.Fatal(got)
			}
		}
		if got := a.count() - 1100; got != 20 {
			t.Errorf("%d retries for 100 calls, want 20", got)
		}
	})
}

// A retry that the budget refuses is no event, and leaves the call going on.
func TestRetryBudgetIsSharedByTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		retries := 0
		a, b := always("pa", step{err: fail(providers.KindServerError)}), always("pb", step{err: fail(providers.KindServerError)})
		c := chain(t, a, b, failover.WithRetryBudget(1, 0), failover.WithHooks(failover.Hooks{
			Retry: func(context.Context, failover.RetryEvent) { retries++ },
		}))
		if _, err := c.Generate(t.Context(), ask()); err == nil {
			t.Fatal("no error")
		}
		if retries != 1 || a.count() != 2 || b.count() != 1 {
			t.Errorf("%d retries, %d and %d calls", retries, a.count(), b.count())
		}
	})
}
