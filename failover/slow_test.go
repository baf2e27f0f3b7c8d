package failover_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// answers streams one word after a time.
func answers(after time.Duration) step { return step{words: []string{"x"}, gap: after} }

func listen(t testing.TB, c *failover.Chain) error {
	t.Helper()
	_, err := providers.Collect(c.Stream(t.Context(), ask()))
	return err
}

// slowly: half of at least four first chunks later than 2 s.
var slowly = failover.WithSlowCallRate(.5, 2*time.Second, 4, time.Minute)

func TestSlowFirstChunksOpenTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []failover.BreakerEvent
		p := script("p", answers(time.Second), answers(3*time.Second), answers(2*time.Second), answers(2001*time.Millisecond))
		c := one(t, p, slowly, failover.WithHooks(failover.Hooks{
			CallStart: func(ctx context.Context, _ failover.StartEvent) context.Context {
				return context.WithValue(ctx, callKey{}, "the call")
			},
			BreakerChange: func(ctx context.Context, e failover.BreakerEvent) {
				if ctx.Value(callKey{}) != "the call" {
					t.Error("the change came without the context of its call")
				}
				events = append(events, e)
			},
		}))
		for range 3 {
			if err := listen(t, c); err != nil {
				t.Fatal(err)
			}
		}
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerClosed || s.SlowCalls != 1 || s.TimedCalls != 3 {
			t.Fatalf("after three: %+v", s)
		}
		// The fourth is slow as soon as its first chunk is, not when it ends.
		for range c.Stream(t.Context(), ask()) {
			if s := c.BreakerStatuses()[0]; s.State != providers.BreakerOpen || s.Reason != failover.ReasonSlowRate || s.SlowCalls != 2 || s.TimedCalls != 4 {
				t.Errorf("at the fourth first chunk: %+v", s)
			}
			break
		}
		if len(events) != 1 || events[0].Reason != "slow_call_rate" || events[0].To != providers.BreakerOpen {
			t.Errorf("%+v", events)
		}
	})
}

func TestSlownessIsOffByDefaultAndForUnaryCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, always("p", answers(time.Minute)))
		for range 30 {
			_ = listen(t, c)
		}
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerClosed || s.TimedCalls != 0 {
			t.Errorf("by default: %+v", s)
		}
		c = one(t, always("p", step{after: time.Minute}), slowly)
		for range 10 {
			_ = call(t, c)
		}
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerClosed || s.TimedCalls != 0 || s.Successes != 1 {
			t.Errorf("unary: %+v", s)
		}
	})
}

func TestSlowTrialFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", answers(3*time.Second))
		c := one(t, p, slowly)
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		if err := listen(t, c); err != nil {
			t.Fatal(err)
		}
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerOpen || s.Reason != failover.ReasonTrialFailed {
			t.Errorf("after a slow trial: %+v", s)
		}
		time.Sleep(30 * time.Second)
		for range 2 {
			p.set(answers(2 * time.Second))
			_ = listen(t, c)
		}
		if got := state(t, c); got != providers.BreakerClosed {
			t.Errorf("%s after two quick trials", got)
		}
	})
}

// The limit on the first chunk is shorter than the threshold, or longer: what
// runs into it is slow and failed. So is what runs into another limit when its
// first chunk was late already.
func TestFirstChunkTimeoutIsSlowAndFailed(t *testing.T) {
	for _, limit := range []failover.Option{
		failover.WithFirstChunkTimeout(time.Second), failover.WithFirstChunkTimeout(5 * time.Second), failover.WithTotalTimeout(5 * time.Second),
	} {
		synctest.Test(t, func(t *testing.T) {
			c := one(t, always("p", step{hang: true}), slowly, limit, failover.WithConsecutiveFailures(0))
			for i := range 4 {
				if s := c.BreakerStatuses()[0]; s.State != providers.BreakerClosed || s.SlowCalls != i || s.Failures != i {
					t.Fatalf("before call %d: %+v", i, s)
				}
				_ = listen(t, c)
			}
			if s := c.BreakerStatuses()[0]; s.State != providers.BreakerOpen || s.Reason != failover.ReasonSlowRate {
				t.Errorf("%+v", s)
			}
		})
	}
}

// What failed fast or was cancelled says nothing of how fast answers begin.
func TestOnlyFirstChunksAreTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{after: 10 * time.Second, err: fail(providers.KindServerError)}, step{hang: true})
		c := one(t, p, slowly)
		_ = listen(t, c)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, _ = providers.Collect(c.Stream(ctx, ask()))
		if s := c.BreakerStatuses()[0]; s.TimedCalls != 0 || s.Failures != 1 || p.count() != 2 {
			t.Errorf("%+v", s)
		}
	})
}

func TestSlowWindowSlidesAndIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, always("p", answers(3*time.Second)), slowly)
		for range 3 {
			_ = listen(t, c)
		}
		time.Sleep(61 * time.Second)
		if s := c.BreakerStatuses()[0]; s.SlowCalls != 0 || s.TimedCalls != 0 {
			t.Errorf("idle for longer than the window: %+v", s)
		}
		for range 3 {
			_ = listen(t, c)
		}
		if got := state(t, c); got != providers.BreakerClosed {
			t.Errorf("%s: old first chunks still count", got)
		}
		_ = c.Close("a")
		_ = listen(t, c)
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerClosed || s.SlowCalls != 1 {
			t.Errorf("after Close: %+v", s)
		}
	})
}
