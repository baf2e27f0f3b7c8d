package failover_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// gauged counts how many calls of several providers run at once.
type gauged struct {
	*fake
	running, most, calls *atomic.Int64
}

func (g gauged) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	n := g.running.Add(1)
	defer g.running.Add(-1)
	g.calls.Add(1)
	for {
		most := g.most.Load()
		if n <= most || g.most.CompareAndSwap(most, n) {
			break
		}
	}
	return g.fake.Generate(ctx, req)
}

// TestAdmissionConcurrentSafe lets many callers through the door of a pool of
// keys with limits, each key with its own misfortunes, some callers cancelled:
// no limit is exceeded, and in the end nothing is held.
func TestAdmissionConcurrentSafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		moods := []step{
			{after: time.Second},
			{after: 2 * time.Second},
			{},
			broken,
			{hang: true},
			{after: time.Second, err: failAfter(providers.KindRateLimited, 3*time.Second)},
			{err: fail(providers.KindQuotaExhausted)},
			{panics: true},
		}
		var running, most, calls atomic.Int64
		var keys []failover.Key
		for i := range 3 {
			p := script("p")
			for range 3000 {
				p.script = append(p.script, moods[min(len(moods)-1, rand.IntN(40)%len(moods))])
			}
			keys = append(keys, failover.Key{Name: fmt.Sprint("k", i), Provider: gauged{p, &running, &most, &calls}})
		}
		c, err := failover.New([]failover.Target{{Name: "a", Keys: keys}},
			failover.WithBreakerPerModel(), failover.WithMaxConcurrency(5), failover.WithRequestsPerMinute(120),
			failover.WithTokensPerMinute(1_000_000), failover.WithLimitWait(3*time.Second), failover.WithAttemptTimeout(10*time.Second),
			failover.WithHooks(failover.Hooks{BreakerChange: func(_ context.Context, e failover.BreakerEvent) { _ = e.Seq }}))
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		var wg sync.WaitGroup
		for worker := range 32 {
			wg.Go(func() {
				for i := range 15 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rand.IntN(20_000))*time.Millisecond)
					func() {
						defer func() { _ = recover() }()
						req := ask()
						req.Model = fmt.Sprint("model-", (worker+i)%4)
						resp, err := c.Generate(ctx, req)
						if (resp == nil) == (err == nil) {
							t.Errorf("%v, %v", resp, err)
						}
					}()
					cancel()
					time.Sleep(time.Duration(rand.IntN(2000)) * time.Millisecond)
					if worker == 0 && i%5 == 0 {
						_ = c.Isolate("a", time.Second)
						_ = c.BreakerStatuses()
						_ = c.Close("a")
					}
				}
			})
		}
		wg.Wait()
		if most.Load() > 5 || running.Load() != 0 {
			t.Errorf("%d ran at once, %d still do", most.Load(), running.Load())
		}
		if allowed := 3 * (120 + 2*time.Since(begun).Seconds()); float64(calls.Load()) > allowed {
			t.Errorf("%d calls, %.0f allowed", calls.Load(), allowed)
		}
		for _, s := range c.BreakerStatuses() {
			if s.InFlight != 0 {
				t.Errorf("%+v", s)
			}
		}
		for _, k := range keys {
			k.Provider.(gauged).set()
		}
		time.Sleep(15 * time.Minute)
		for i := range 32 { // some of each model, over the keys
			if err := askFor(t, c, fmt.Sprint("model-", i%4)); err != nil {
				t.Error(err)
			}
		}
		if got := state(t, c); got != providers.BreakerClosed {
			t.Errorf("%s after all is well again", got)
		}
	})
}

// A hook that ends its goroutine, as a failing test does, takes neither a trial
// nor a permit with it.
func TestHookThatEndsItsGoroutineHoldsNothing(t *testing.T) {
	for _, hooks := range []failover.Hooks{
		{BreakerChange: func(_ context.Context, e failover.BreakerEvent) {
			if e.To == providers.BreakerHalfOpen {
				runtime.Goexit()
			}
		}},
		{Fallback: func(context.Context, failover.FallbackEvent) { runtime.Goexit() }},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, err := failover.New([]failover.Target{
				{Name: "first", Provider: script("p")}, {Name: "a", Provider: script("p")},
			}, failover.WithHooks(hooks), failover.WithMaxConcurrency(1))
			if err != nil {
				t.Fatal(err)
			}
			_ = c.Open("first")
			_ = c.Isolate("a", time.Second)
			time.Sleep(time.Second)
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = c.Generate(t.Context(), ask()) })
			wg.Wait()
			_ = c.Close("first")
			_ = c.Open("a")
			for _, s := range c.BreakerStatuses() {
				if s.InFlight != 0 {
					t.Errorf("%+v", s)
				}
			}
			_ = c.Close("a")
			_ = c.Open("first")
			if hooks.Fallback == nil {
				if err := call(t, c); err != nil {
					t.Errorf("the permit is lost: %v", err)
				}
			}
		})
	}
}
