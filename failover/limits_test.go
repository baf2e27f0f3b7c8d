package failover_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/ratelimiter"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// limited is a chain whose first target alone has the options.
func limited(t testing.TB, a, b providers.Provider, opts ...failover.TargetOption) *failover.Chain {
	t.Helper()
	targets := []failover.Target{{Name: "a", Model: "model-a", Provider: a, Options: append(opts, failover.WithMaxAttempts(1))}}
	if b != nil {
		targets = append(targets, failover.Target{Name: "b", Model: "model-b", Provider: b})
	}
	c, err := failover.New(targets, full)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answeredBy(t testing.TB, c *failover.Chain) string {
	t.Helper()
	resp, err := c.Generate(t.Context(), ask())
	if err != nil {
		t.Fatal(err)
	}
	return resp.Target
}

func inFlight(c *failover.Chain) int { return c.BreakerStatuses()[0].InFlight }

func TestConcurrencyLimitSendsCallsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := always("pa", step{after: time.Second}), script("pb")
		c := limited(t, a, b, failover.WithMaxConcurrency(3))
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { _ = call(t, c) })
		}
		synctest.Wait()
		if n := inFlight(c); n != 3 {
			t.Errorf("%d in flight, want 3", n)
		}
		wg.Wait()
		if a.count() != 3 || b.count() != 7 || inFlight(c) != 0 {
			t.Errorf("a called %d times, b %d, in flight %d", a.count(), b.count(), inFlight(c))
		}
		if s := c.BreakerStatuses()[0]; s.Successes != 3 || s.Failures != 0 {
			t.Errorf("a full limiter is no result: %+v", s)
		}
	})
}

// A stream holds its permit until it ends, however it ends.
func TestConcurrencyPermitComesBackOnce(t *testing.T) {
	drain := func(s iter.Seq2[*providers.Chunk, error]) {
		_, _ = providers.Collect(s)
	}
	one := func(s iter.Seq2[*providers.Chunk, error]) {
		for _, err := range s {
			_ = err
			break
		}
	}
	ways := map[string]struct {
		step step
		use  func(*failover.Chain, context.Context)
	}{
		"answer":            {step{}, func(c *failover.Chain, ctx context.Context) { _, _ = c.Generate(ctx, ask()) }},
		"error":             {broken, func(c *failover.Chain, ctx context.Context) { _, _ = c.Generate(ctx, ask()) }},
		"panic":             {step{panics: true}, func(c *failover.Chain, ctx context.Context) { _, _ = c.Generate(ctx, ask()) }},
		"cancelled":         {step{hang: true}, func(c *failover.Chain, ctx context.Context) { _, _ = c.Generate(ctx, ask()) }},
		"whole stream":      {answers(0), func(c *failover.Chain, ctx context.Context) { drain(c.Stream(ctx, ask())) }},
		"broken stream":     {step{words: []string{"x"}, err: fail(providers.KindNetwork)}, func(c *failover.Chain, ctx context.Context) { drain(c.Stream(ctx, ask())) }},
		"abandoned stream":  {step{words: []string{"x", "y"}}, func(c *failover.Chain, ctx context.Context) { one(c.Stream(ctx, ask())) }},
		"panic in a stream": {step{panics: true}, func(c *failover.Chain, ctx context.Context) { drain(c.Stream(ctx, ask())) }},
		"consumer panics": {answers(0), func(c *failover.Chain, ctx context.Context) {
			for range c.Stream(ctx, ask()) {
				panic("consumer")
			}
		}},
		"pulled and stopped": {step{words: []string{"x", "y"}}, func(c *failover.Chain, ctx context.Context) {
			next, stop := iter.Pull2(c.Stream(ctx, ask()))
			_, _, _ = next()
			stop()
		}},
	}
	for name, w := range ways {
		synctest.Test(t, func(t *testing.T) {
			a := script("pa", w.step)
			c := limited(t, a, nil, failover.WithMaxConcurrency(1), failover.WithConsecutiveFailures(0))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			func() {
				defer func() { _ = recover() }()
				w.use(c, ctx)
			}()
			// One permit is there again, and only one.
			a.set(step{after: time.Second}, step{after: time.Second})
			var wg sync.WaitGroup
			var full, ok int
			var mu sync.Mutex
			for range 2 {
				wg.Go(func() {
					err := call(t, c)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						ok++
					} else if errors.Is(err, failover.ErrFull) {
						full++
					}
				})
			}
			wg.Wait()
			if ok != 1 || full != 1 || inFlight(c) != 0 {
				t.Errorf("after %q: %d answered, %d refused, %d in flight", name, ok, full, inFlight(c))
			}
		})
	}
}

func TestFullLimiterIsARejection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tc := range []struct {
			opt    failover.TargetOption
			reason failover.SkipReason
			is     error
			text   string
			until  time.Duration
		}{
			{failover.WithRequestsPerMinute(4), failover.SkipRequestRate, ratelimiter.ErrExceeded, "limit on requests a minute reached", 15 * time.Second},
			{failover.WithTokensPerMinute(4 * 1003), failover.SkipTokenRate, ratelimiter.ErrExceeded, "limit on tokens a minute reached", 15 * time.Second},
		} {
			a := script("pa")
			c := limited(t, a, nil, tc.opt)
			for range 4 {
				if err := call(t, c); err != nil {
					t.Fatal(err)
				}
			}
			err := call(t, c)
			fe, _ := errors.AsType[*failover.Error](err)
			if fe == nil || providers.KindOf(err) != providers.KindRejected || !errors.Is(err, tc.is) || errors.Is(err, failover.ErrOpen) {
				t.Fatalf("%v", err)
			}
			h := fe.History[0]
			if h.Skip != tc.reason || h.Kind != providers.KindRejected || time.Until(h.Until).Round(time.Millisecond) != tc.until || !fe.RetryAt.Equal(h.Until) {
				t.Errorf("%+v, retry at %v", h, fe.RetryAt)
			}
			if !strings.Contains(err.Error(), tc.text) {
				t.Errorf("%v does not say %q", err, tc.text)
			}
			time.Sleep(time.Until(h.Until))
			if err := call(t, c); err != nil {
				t.Errorf("at the time that the refusal named: %v", err)
			}
			if err := call(t, c); err == nil {
				t.Error("one more than the rate")
			}
			if s := c.BreakerStatuses()[0]; s.State != providers.BreakerClosed || s.Successes != 5 || s.Failures != 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}

// The bucket holds a minute's worth and fills evenly, whatever the time since.
func TestRequestRateIsABucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limited(t, script("pa"), script("pb"), failover.WithRequestsPerMinute(60))
		burst := func() (n int) {
			for answeredBy(t, c) == "a" {
				n++
			}
			return n
		}
		if n := burst(); n != 60 {
			t.Errorf("%d at once, want 60", n)
		}
		time.Sleep(10 * time.Second)
		if n := burst(); n != 10 {
			t.Errorf("%d after 10 s, want 10", n)
		}
		time.Sleep(time.Hour)
		if n := burst(); n != 60 {
			t.Errorf("%d after an hour, want 60", n)
		}
	})
}

// What was granted and not sent comes back: all of it, of each limit.
func TestWhatIsNotSentComesBack(t *testing.T) {
	for name, limit := range map[string]failover.Option{
		"concurrency": failover.WithMaxConcurrency(1), "requests": failover.WithRequestsPerMinute(1), "tokens": failover.WithTokensPerMinute(1003),
	} {
		for _, keys := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				refusing, p := true, script("p")
				target := failover.Target{Name: "a", Provider: p}
				if keys {
					target = failover.Target{Name: "a", Keys: []failover.Key{{Name: "k", Provider: p}}}
				}
				c, err := failover.New([]failover.Target{target}, limit, failover.WithVisit(func(v providers.Provider) providers.Provider {
					return sometimes{v, &refusing}
				}))
				if err != nil {
					t.Fatal(err)
				}
				for range 3 {
					if err := call(t, c); providers.KindOf(err) != providers.KindRejected || errors.Is(err, failover.ErrFull) || errors.Is(err, failover.ErrRateLimit) {
						t.Errorf("%s: %v", name, err)
					}
				}
				refusing = false
				if err := call(t, c); err != nil || p.count() != 1 {
					t.Errorf("%s, keys %t: %v after %d calls", name, keys, err, p.count())
				}
			})
		}
	}
}

// sometimes is a wrapper that refuses by itself.
type sometimes struct {
	providers.Provider
	refusing *bool
}

func (s sometimes) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	if *s.refusing {
		return nil, fail(providers.KindRejected)
	}
	return s.Provider.Generate(ctx, req)
}

// spending answers with a usage.
type spending struct {
	*fake
	usage providers.Usage
	err   error
}

func (p spending) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	if p.err != nil {
		return nil, p.err
	}
	r, err := p.fake.Generate(ctx, req)
	if r != nil {
		r.Usage = p.usage
	}
	return r, err
}

func (p spending) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		if p.err != nil {
			yield(nil, p.err)
			return
		}
		_ = yield(&providers.Chunk{Kind: providers.ChunkText, Text: "x"}, nil) &&
			yield(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{Usage: p.usage}}, nil)
	}
}

func reported(input, output int64) (u providers.Usage) {
	u.Completeness = providers.UsageReported
	u.Set(providers.ClassInput, input)
	u.Set(providers.ClassOutput, output)
	return u
}

// The request's 13 bytes and 1000 tokens of answer are an estimate of 1003. What
// the provider reports takes its place.
func TestTokensAreCorrectedByUsage(t *testing.T) {
	partial := reported(10, 90)
	partial.Completeness = providers.UsagePartial
	for name, tc := range map[string]struct {
		p    spending
		used int64 // of each call
	}{
		"as estimated, nothing reported": {spending{}, 1003},
		"less":                           {spending{usage: reported(10, 90)}, 100},
		"more":                           {spending{usage: reported(1000, 4000)}, 5000},
		"an incomplete ledger":           {spending{usage: partial}, 1003},
		"refused":                        {spending{err: fail(providers.KindInvalidRequest)}, 0},
		"rate limited":                   {spending{err: failAfter(providers.KindRateLimited, 1)}, 0},
		"failed":                         {spending{err: fail(providers.KindServerError)}, 1003},
		"failed, with usage":             {spending{err: &providers.Error{Kind: providers.KindServerError, Usage: reported(500, 0)}}, 500},
	} {
		for _, stream := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				p := spending{fake: script("pa")}
				c := limited(t, &p, nil, failover.WithTokensPerMinute(60_000), failover.WithConsecutiveFailures(0))
				_, _ = either(t, c, stream) // costs the estimate
				p.usage, p.err = tc.p.usage, tc.p.err
				const calls = 3
				for range calls {
					_, _ = either(t, c, stream)
					time.Sleep(time.Nanosecond) // past the cooldown
				}
				// What is left is found by asking for it: a request that estimates
				// to all of it passes, one that needs a token more does not.
				left := 60_000 - 1003 - calls*tc.used
				for _, extra := range []int64{1, 0} {
					req := ask()
					req.MaxOutputTokens = left - 3 + extra
					_, err := c.Generate(t.Context(), req)
					if rejected := errors.Is(err, failover.ErrRateLimit); rejected != (extra == 1) {
						t.Errorf("%s, stream %v: %d tokens more than what should be left (%d): %v", name, stream, extra, left, err)
					}
				}
			})
		}
	}
}

// A request that is larger than the whole limit is not refused for ever: it
// waits for a full bucket and leaves a debt.
func TestOversizedRequestLeavesADebt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limited(t, spending{fake: script("pa"), usage: reported(3000, 0)}, nil, failover.WithTokensPerMinute(1000))
		big := ask()
		big.MaxOutputTokens = 3000
		if _, err := c.Generate(t.Context(), big); err != nil {
			t.Fatal(err)
		}
		small := ask()
		small.MaxOutputTokens = 97 // with the prompt 100, that is 6 s
		_, err := c.Generate(t.Context(), small)
		fe, _ := errors.AsType[*failover.Error](err)
		if fe == nil || fe.RetryAfter().Round(time.Millisecond) != 126*time.Second {
			t.Fatalf("%v", err)
		}
		time.Sleep(fe.RetryAfter())
		if _, err := c.Generate(t.Context(), small); err != nil {
			t.Error(err)
		}
	})
}

// Each key has the limits of its own account; the limit on concurrency is the
// target's.
func TestRatesAreEachKeysOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		c, backup := pool(t, keys, failover.WithRequestsPerMinute(2))
		for range 8 {
			_ = call(t, c)
		}
		if got := counts(keys); got[0] != 2 || got[1] != 2 || got[2] != 2 || backup.count() != 2 {
			t.Errorf("calls %v, backup %d", got, backup.count())
		}
		err := call(t, c) // the backup has had its two
		fe, _ := errors.AsType[*failover.Error](err)
		if fe == nil || fe.History[0].Skip != failover.SkipRequestRate || fe.RetryAfter().Round(time.Millisecond) != 30*time.Second {
			t.Errorf("%v", err)
		}
		for _, k := range keys {
			k.set(step{after: time.Second})
		}
		time.Sleep(time.Hour)
		c, backup = pool(t, keys, failover.WithMaxConcurrency(2))
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { _ = call(t, c) })
		}
		wg.Wait()
		if backup.count() != 1 {
			t.Errorf("%d went to the backup, want 1 of 3", backup.count())
		}
	})
}

// A limit does not look like a result to the breaker: neither is a trial lost,
// nor does one close the breaker or open it.
func TestLimitsStandBeforeTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var changes []failover.BreakerEvent
		c, err := failover.New([]failover.Target{{Name: "a", Provider: script("pa"), Options: []failover.TargetOption{failover.WithRequestsPerMinute(1)}}},
			failover.WithHooks(failover.Hooks{BreakerChange: func(_ context.Context, e failover.BreakerEvent) { changes = append(changes, e) }}))
		if err != nil {
			t.Fatal(err)
		}
		_ = call(t, c)
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		for range 30 {
			if err := call(t, c); !errors.Is(err, failover.ErrRateLimit) {
				t.Fatal(err)
			}
		}
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerOpen || len(changes) != 1 {
			t.Errorf("refused by the limit, the breaker moved: %+v, %+v", s, changes)
		}
		time.Sleep(time.Minute)
		if err := call(t, c); err != nil || len(changes) != 2 || changes[1].To != providers.BreakerHalfOpen {
			t.Errorf("%v, %+v", err, changes)
		}
	})
}

func TestErrorsAreThoseOfFailsafe(t *testing.T) {
	if failover.ErrFull != bulkhead.ErrFull || failover.ErrRateLimit != ratelimiter.ErrExceeded { //nolint:errorlint // identity is the point
		t.Error("not the same")
	}
}
