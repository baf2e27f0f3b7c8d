package failover_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// one is a chain of one target without retries.
func one(t testing.TB, p providers.Provider, opts ...failover.Option) *failover.Chain {
	t.Helper()
	return chain(t, p, nil, append([]failover.Option{failover.WithMaxAttempts(1), failover.WithOpenWait(0)}, opts...)...)
}

func call(t testing.TB, c *failover.Chain) error {
	t.Helper()
	_, err := c.Generate(t.Context(), ask())
	return err
}

var broken = step{err: fail(providers.KindServerError)}

func TestBreakerOpensAtFifthConsecutiveFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", broken, broken, broken, broken, step{}, broken, broken, broken, broken, broken)
		c := one(t, p)
		for i := range 9 { // four, a success, four
			_ = call(t, c)
			if got := state(t, c); got != providers.BreakerClosed {
				t.Fatalf("%s after call %d", got, i+1)
			}
		}
		_ = call(t, c)
		s := c.BreakerStatuses()[0]
		if s.State != providers.BreakerOpen || s.Reason != failover.ReasonConsecutive {
			t.Errorf("after the fifth failure in a row: %s, %q", s.State, s.Reason)
		}
		if want := time.Now().Add(30 * time.Second); !s.RetryAt.Equal(want) || !s.Since.Equal(time.Now()) {
			t.Errorf("since %v, retry at %v, want %v", s.Since, s.RetryAt, want)
		}
		before := p.count()
		if err := call(t, c); !errors.Is(err, failover.ErrOpen) || p.count() != before {
			t.Errorf("open, but: %v", err)
		}
	})
}

func TestBreakerOpensAtFailureRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p")
		c := one(t, p)
		for i := range 19 { // fail, succeed, fail, ...: 10 of 19
			if i%2 == 0 {
				p.set(broken)
			} else {
				p.set()
			}
			_ = call(t, c)
		}
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerClosed || s.Failures != 10 || s.Successes != 9 {
			t.Fatalf("before the 20th call: %+v", s)
		}
		p.set()
		_ = call(t, c) // the success that completes the minimum
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerOpen || s.Reason != failover.ReasonRate || s.FailureRate != .5 {
			t.Errorf("after the 20th call: %+v", s)
		}
	})
}

// A status that says why the breaker is open says at how many failures it
// opened, until it is half-open.
func TestStatusKeepsTheStreakThatOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", broken, broken, broken)
		c := one(t, p, failover.WithConsecutiveFailures(3))
		status := func() string {
			s := c.BreakerStatuses()[0]
			return fmt.Sprint(s.State, " ", s.Reason, " ", s.ConsecutiveFailures)
		}
		for range 3 {
			_ = call(t, c)
		}
		if got := status(); got != "open consecutive_failures 3" {
			t.Errorf("opened: %s", got)
		}
		time.Sleep(30 * time.Second)
		p.set(broken)
		_ = call(t, c) // the trial
		if got := status(); got != "open trial_failed 0" {
			t.Errorf("the trial failed: %s", got)
		}
		time.Sleep(30 * time.Second)
		_, _ = call(t, c), call(t, c)
		if got := status(); got != "closed trial_failed 0" {
			t.Errorf("closed: %s", got)
		}
	})
}

func TestFailureRateIsNotRounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, script("p", step{}, broken, broken))
		for range 3 {
			_ = call(t, c)
		}
		if s := c.BreakerStatuses()[0]; s.FailureRate != 2./3 {
			t.Errorf("%v, want 0.6666...", s.FailureRate)
		}
	})
}

func TestBreakerWindowSlides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p")
		c := one(t, p, failover.WithConsecutiveFailures(0))
		for range 19 {
			p.set(broken)
			_ = call(t, c)
		}
		time.Sleep(61 * time.Second)
		if s := c.BreakerStatuses()[0]; s.Failures != 0 || s.FailureRate != 0 {
			t.Errorf("idle for longer than the window: %+v", s)
		}
		p.set(broken)
		_ = call(t, c)
		if got := state(t, c); got != providers.BreakerClosed {
			t.Errorf("%s: 19 old failures still count", got)
		}
	})
}

func TestHalfOpenTrials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p")
		c := one(t, p)
		if err := c.Isolate("a", 30*time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30*time.Second - 1)
		if err := call(t, c); !errors.Is(err, failover.ErrOpen) {
			t.Fatalf("too early: %v", err)
		}
		time.Sleep(time.Nanosecond)

		p.set(step{after: time.Second})
		var wg sync.WaitGroup
		var mu sync.Mutex
		answered, refused := 0, 0
		for range 50 {
			wg.Go(func() {
				err := call(t, c)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					answered++
				} else if errors.Is(err, failover.ErrOpen) {
					refused++
				}
			})
		}
		wg.Wait()
		if answered != 1 || refused != 49 {
			t.Errorf("%d trials ran, %d calls were refused; want 1 and 49", answered, refused)
		}
		if got := state(t, c); got != providers.BreakerHalfOpen {
			t.Errorf("%s after one success of two", got)
		}
		_ = call(t, c)
		if got := state(t, c); got != providers.BreakerClosed {
			t.Errorf("%s after two successes", got)
		}
	})
}

func TestHalfOpenFailureOpensAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{err: failAfter(providers.KindOverloaded, time.Minute)})
		c := one(t, p)
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		_ = call(t, c)
		s := c.BreakerStatuses()[0]
		if s.State != providers.BreakerOpen || s.Reason != failover.ReasonTrialFailed {
			t.Errorf("%+v", s)
		}
		if want := time.Now().Add(time.Minute); !s.RetryAt.Equal(want) {
			t.Errorf("retry at %v, but Retry-After says %v", s.RetryAt, want)
		}
	})
}

func TestRetryAfterExtendsOpenTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, script("p", step{err: failAfter(providers.KindOverloaded, 90*time.Second)}, broken, broken, broken, broken))
		want := time.Now().Add(90 * time.Second)
		for range 5 {
			_ = call(t, c)
		}
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerOpen || !s.RetryAt.Equal(want) {
			t.Errorf("%+v, want open until %v", s, want)
		}
	})
}

func TestStaleResultIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{after: 40 * time.Second})
		c := one(t, p)
		var wg sync.WaitGroup
		wg.Go(func() { _ = call(t, c) }) // admitted while closed, answers while half-open
		time.Sleep(time.Second)
		_ = c.Isolate("a", 30*time.Second)
		time.Sleep(30 * time.Second)
		p.set(step{after: 20 * time.Second, err: fail(providers.KindServerError)}) // the trial
		wg.Go(func() { _ = call(t, c) })
		time.Sleep(15 * time.Second)
		if got := state(t, c); got != providers.BreakerHalfOpen {
			t.Errorf("%s: an old success decided", got)
		}
		wg.Wait()
		if got := state(t, c); got != providers.BreakerOpen {
			t.Errorf("%s after the trial failed", got)
		}
	})
}

func TestPanicInHalfOpenGivesTrialBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{panics: true})
		var end failover.EndEvent
		c := one(t, p, failover.WithHooks(failover.Hooks{CallEnd: func(_ context.Context, e failover.EndEvent) { end = e }}))
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		func() {
			defer func() {
				if r := recover(); r != "boom" {
					t.Errorf("recovered %v, want the provider's own panic", r)
				}
			}()
			_ = call(t, c)
		}()
		if got := state(t, c); got != providers.BreakerOpen {
			t.Errorf("%s after a panic in half-open", got)
		}
		if providers.KindOf(end.Err) != providers.KindPanic || len(end.History) != 1 {
			t.Errorf("CallEnd: %+v", end)
		}
		time.Sleep(30 * time.Second)
		if err := call(t, c); err != nil {
			t.Errorf("no trial after the panic: %v", err)
		}
	})
}

func TestCancelInHalfOpenGivesTrialBack(t *testing.T) {
	for _, stream := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p := script("p", step{hang: true})
			c := one(t, p)
			_ = c.Isolate("a", time.Second)
			time.Sleep(time.Second)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			var err error
			if stream {
				_, err = providers.Collect(c.Stream(ctx, ask()))
			} else {
				_, err = c.Generate(ctx, ask())
			}
			if !errors.Is(err, context.Canceled) || providers.KindOf(err) != providers.KindCancelled {
				t.Errorf("error %v", err)
			}
			if got := state(t, c); got != providers.BreakerHalfOpen {
				t.Errorf("%s after the caller cancelled", got)
			}
			if err := call(t, c); err != nil {
				t.Errorf("the trial was not given back: %v", err)
			}
		})
	}
}

// TestHangingTrialHoldsNothing: even a provider that never returns cannot keep
// a breaker half-open and busy for ever.
func TestHangingTrialHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{hang: true})
		c := one(t, p)
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = c.Generate(ctx, ask()) })
		synctest.Wait()
		if err := call(t, c); !errors.Is(err, failover.ErrOpen) {
			t.Errorf("a second trial beside the first: %v", err)
		}
		time.Sleep(30 * time.Second)
		for range 2 {
			if err := call(t, c); err != nil {
				t.Error(err)
			}
		}
		if got := state(t, c); got != providers.BreakerClosed {
			t.Error(got)
		}
		cancel()
		wg.Wait()
	})
}

// A trial that has lost its slot gives back none when it ends: it is another's by
// then.
func TestHangingTrialGivesNothingBackTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, always("p", step{hang: true}))
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		var leave [2]context.CancelFunc
		var wg sync.WaitGroup
		for i := range leave {
			var ctx context.Context
			ctx, leave[i] = context.WithCancel(t.Context())
			wg.Go(func() {
				if _, err := c.Generate(ctx, ask()); providers.KindOf(err) != providers.KindCancelled {
					t.Errorf("trial %d: %v", i+1, err)
				}
			})
			time.Sleep(30 * time.Second)
		}
		// The second began 30 s ago too; a third takes its slot.
		ctx, last := context.WithCancel(t.Context())
		wg.Go(func() { _, _ = c.Generate(ctx, ask()) })
		synctest.Wait()
		for i := range leave {
			leave[i]()
			synctest.Wait()
			if err := call(t, c); !errors.Is(err, failover.ErrOpen) {
				t.Errorf("a trial beside the third, after the end of %d: %v", i+1, err)
			}
		}
		last()
		wg.Wait()
		if s, _ := c.BreakerStatus("a"); s.State != providers.BreakerHalfOpen || s.InFlight != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestManualOpenAndClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, script("p"))
		if err := c.Open("a"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		err := call(t, c)
		if fe, ok := errors.AsType[*failover.Error](err); !ok || !fe.RetryAt.IsZero() || fe.RetryAfter() != 0 {
			t.Errorf("opened by hand: %v", err)
		}
		if err := c.Close("a"); err != nil {
			t.Fatal(err)
		}
		if err := call(t, c); err != nil {
			t.Error(err)
		}
		for _, err := range []error{c.Open("x"), c.Close("x"), c.Isolate("x", 1)} {
			if !errors.Is(err, failover.ErrUnknownTarget) {
				t.Errorf("unknown target: %v", err)
			}
		}
		if c.Isolate("a", 0) == nil {
			t.Error("Isolate for no time")
		}
	})
}

func TestCooldownAfterRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa", step{err: failAfter(providers.KindRateLimited, 20*time.Second)}), script("pb")
		c := chain(t, a, b)
		for range 3 {
			_ = call(t, c)
		}
		if a.count() != 1 || b.count() != 3 {
			t.Errorf("a called %d times, b %d", a.count(), b.count())
		}
		s := c.BreakerStatuses()[0]
		if s.State != providers.BreakerClosed || s.Failures != 0 || !s.RetryAt.Equal(time.Now().Add(20*time.Second)) {
			t.Errorf("%+v", s)
		}
		time.Sleep(20 * time.Second)
		_ = call(t, c)
		if a.count() != 2 {
			t.Error("still passed over after Retry-After")
		}
	})
}

// A burst of calls that meet the same limit is one cooldown, however many they
// are; only one that comes after it makes the next one longer.
func TestBurstOfRateLimitsIsOneCooldown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, always("p", step{after: time.Second, err: fail(providers.KindRateLimited)}))
		burst := func() time.Duration {
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() { _ = call(t, c) })
			}
			wg.Wait()
			return time.Until(c.BreakerStatuses()[0].RetryAt)
		}
		first := burst()
		if first < 500*time.Millisecond || first > time.Second {
			t.Errorf("the first burst cools down for %v, want 0.5 to 1 s", first)
		}
		time.Sleep(first)
		if second := burst(); second < time.Second || second > 2*time.Second {
			t.Errorf("the second burst cools down for %v, want 1 to 2 s", second)
		}
	})
}

// Of the waits that a burst's replies ask for, the longest wins.
func TestLongestRetryAfterOfABurstWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p")
		for _, asked := range []time.Duration{0, 20 * time.Second, 0, 50 * time.Second, 5 * time.Second, 0} {
			p.script = append(p.script, step{after: time.Second, err: failAfter(providers.KindRateLimited, asked)})
		}
		c := one(t, p)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { _ = call(t, c) })
		}
		wg.Wait()
		if got := time.Until(c.BreakerStatuses()[0].RetryAt); got != 50*time.Second {
			t.Errorf("cools down for %v, want 50s", got)
		}
	})
}

// A target that is open and cools down for longer is not to be called before it
// has done both.
func TestOpenAndCoolingDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{after: time.Second, err: failAfter(providers.KindRateLimited, time.Minute)}, step{after: 2 * time.Second, err: fail(providers.KindServerError)})
		var changes []failover.BreakerEvent
		c := one(t, p, failover.WithConsecutiveFailures(1), failover.WithHooks(failover.Hooks{
			BreakerChange: func(_ context.Context, e failover.BreakerEvent) { changes = append(changes, e) },
		}))
		start := time.Now()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { _ = call(t, c) })
			synctest.Wait()
		}
		wg.Wait()
		err := call(t, c)
		fe, ok := errors.AsType[*failover.Error](err)
		if !ok || fe.History[0].Skip != failover.SkipOpen || !fe.History[0].Until.Equal(start.Add(61*time.Second)) || !fe.RetryAt.Equal(start.Add(61*time.Second)) {
			t.Errorf("%+v", fe)
		}
		time.Sleep(60 * time.Second)
		_ = call(t, c)
		if len(changes) != 2 || changes[0].To != providers.BreakerOpen || !changes[0].Until.Equal(start.Add(32*time.Second)) || changes[1].To != providers.BreakerHalfOpen || !changes[1].Until.IsZero() {
			t.Errorf("%+v", changes)
		}
	})
}
