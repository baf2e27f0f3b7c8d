package failover_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// TestChainConcurrentSafe runs unary calls and streams, cancelled, abandoned
// and whole, against targets that misbehave at random, while hands are laid on
// the breakers. Every call has an outcome and no breaker stays stuck.
//
// Every way of going on is tried: what a policy adds must not leak a stream,
// a permit or a trial.
func TestChainConcurrentSafe(t *testing.T) {
	hedge := failover.WithHedge(700 * time.Millisecond)
	cases := []struct {
		name string
		opts []failover.Option
	}{
		{"default", nil},
		{"restart", []failover.Option{failover.WithStreamPolicy(failover.StreamRestart)}},
		{"buffer", []failover.Option{failover.WithStreamPolicy(failover.StreamBuffer)}},
		{"continue", []failover.Option{failover.WithStreamPolicy(failover.StreamContinue), failover.WithContinuation()}},
		{"streamed generate", []failover.Option{failover.WithStreamedGenerate()}},
		{"hedge", []failover.Option{hedge}},
		{"hedge and restart", []failover.Option{hedge, failover.WithStreamPolicy(failover.StreamRestart), failover.WithOrder(failover.OrderRoundRobin)}},
		{"hedge and buffer", []failover.Option{hedge, failover.WithStreamPolicy(failover.StreamBuffer), failover.WithStreamedGenerate()}},
		{"hedge, limits and all", []failover.Option{
			hedge, failover.WithOrder(failover.OrderLowestLatency), failover.WithMaxConcurrency(4), failover.WithLimitWait(time.Second),
			failover.WithSlowCallRate(.5, time.Second, 10, time.Minute), failover.WithOpenWait(3 * time.Second), failover.WithStaticAnswer("sorry"),
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { storm(t, c.opts...) })
	}
}

func storm(t *testing.T, opts ...failover.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		moods := []step{
			{},
			{words: []string{"a"}},
			broken,
			{after: time.Second},
			{err: failAfter(providers.KindRateLimited, time.Second)},
			{err: fail(providers.KindOverloaded)},
			{words: []string{"a", "b"}, gap: 300 * time.Millisecond},
			{words: []string{"a"}, noFinish: true},
			{err: fail(providers.KindInvalidRequest)},
			{hang: true},
			{usage: true, hang: true},
		}
		random := func(name string) *fake {
			p := script(name)
			for range 5000 {
				p.script = append(p.script, moods[rand.IntN(len(moods))])
			}
			return p
		}
		var starts, ends int
		var mu sync.Mutex
		count := func(n *int) { mu.Lock(); defer mu.Unlock(); *n++ }
		a, b := random("pa"), random("pb")
		ca, cb := &closing{Provider: a}, &closing{Provider: b}
		c := chain(t, ca, cb, append([]failover.Option{
			failover.WithTotalTimeout(20 * time.Second), failover.WithAttemptTimeout(4 * time.Second),
			failover.WithFirstChunkTimeout(3 * time.Second), failover.WithIdleTimeout(2 * time.Second), failover.WithTrials(2, 2),
			failover.WithHooks(failover.Hooks{
				CallStart:     func(ctx context.Context, _ failover.StartEvent) context.Context { count(&starts); return ctx },
				CallEnd:       func(context.Context, failover.EndEvent) { count(&ends) },
				BreakerChange: func(_ context.Context, e failover.BreakerEvent) { _ = e.Seq },
			}),
		}, opts...)...)
		var wg sync.WaitGroup
		for worker := range 64 {
			wg.Go(func() {
				for i := range 20 {
					ctx, cancel := context.WithCancel(t.Context())
					if rand.IntN(5) == 0 {
						time.AfterFunc(time.Duration(rand.IntN(2000))*time.Millisecond, cancel)
					}
					if (worker+i)%2 == 0 {
						resp, err := c.Generate(ctx, ask())
						if (resp == nil) == (err == nil) {
							t.Errorf("%v, %v", resp, err)
						}
					} else {
						n := 0
						for _, err := range c.Stream(ctx, ask()) {
							n++
							if n > 1 && rand.IntN(4) == 0 || err != nil {
								break
							}
						}
					}
					cancel()
					time.Sleep(time.Duration(rand.IntN(3000)) * time.Millisecond)
					if worker == 0 && i%5 == 0 {
						_ = c.Isolate("a", time.Second)
						_ = c.BreakerStatuses()
						_ = c.Close("b")
					}
				}
			})
		}
		wg.Wait()
		if starts != 64*20 || ends != starts {
			t.Errorf("%d starts, %d ends", starts, ends)
		}
		for _, p := range []*closing{ca, cb} {
			if o, cl := p.opened.Load(), p.closed.Load(); o != cl {
				t.Errorf("%s: %d streams opened, %d closed", p.Name(), o, cl)
			}
		}
		for _, s := range c.BreakerStatuses() {
			if s.InFlight != 0 {
				t.Errorf("%s: %d in flight", s.Target, s.InFlight)
			}
		}
		a.set()
		b.set()
		time.Sleep(10 * time.Minute)
		_ = c.Open("b") // whatever the order, the target looked at is asked
		for range 4 {
			if err := call(t, c); err != nil {
				t.Error(err)
			}
		}
		if got := state(t, c); got != providers.BreakerClosed {
			t.Errorf("%s after all is well again", got)
		}
	})
}

// TestOutageOfAMinute: with a call every few seconds the backup answers each
// of them, the dead primary sees at most one trial an open period, and it is
// used again within one such period of its recovery.
func TestOutageOfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := always("pa", step{err: fail(providers.KindOverloaded)}), script("pb")
		c := chain(t, a, b)
		var down int
		for range 30 {
			resp, err := c.Generate(t.Context(), ask())
			if err != nil || resp.Target != "b" {
				t.Fatal(resp, err)
			}
			if state(t, c) == providers.BreakerOpen && down == 0 {
				down = a.count()
			}
			time.Sleep(2 * time.Second)
		}
		if down != 5 || a.count() > 5+2 {
			t.Errorf("opened after %d calls, %d in all", down, a.count())
		}
		a.set()
		recovered := time.Now()
		for {
			resp, err := c.Generate(t.Context(), ask())
			if err != nil {
				t.Fatal(err)
			}
			if resp.Target == "a" {
				break
			}
			time.Sleep(2 * time.Second)
		}
		if d := time.Since(recovered); d > 30*time.Second {
			t.Errorf("used again only after %v", d)
		}
	})
}

// deaf ignores its context.
type deaf struct{ *fake }

func (d deaf) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	time.Sleep(3 * time.Second)
	return nil, errors.New("late")
}

func TestDeafProviderIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, deaf{script("pa")}, script("pb"), failover.WithTotalTimeout(time.Second))
		_, err := c.Generate(t.Context(), ask())
		if fe, ok := errors.AsType[*failover.Error](err); !ok || fe.Outcome != failover.OutcomeTimeout {
			t.Error(err)
		}
	})
}
