package failover_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

func TestLimitWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Concurrency: the second call waits for the end of the first.
		a := always("pa", step{after: time.Second})
		c := limited(t, a, nil, failover.WithMaxConcurrency(1), failover.WithLimitWait(3*time.Second))
		begun := time.Now()
		var wg sync.WaitGroup
		var mu sync.Mutex
		var ends []time.Duration
		var refused int
		for range 6 {
			wg.Go(func() {
				err := call(t, c)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					refused++
				} else {
					ends = append(ends, time.Since(begun))
				}
			})
		}
		wg.Wait()
		// At 3 s both the permit and the end of the wait come: either may win.
		if len(ends) < 3 || len(ends) > 4 || ends[2] != 3*time.Second || refused != 6-len(ends) || inFlight(c) != 0 {
			t.Errorf("answers after %v, %d refused, in flight %d", ends, refused, inFlight(c))
		}

		// Rate: the call waits for the bucket.
		c = limited(t, script("pa"), nil, failover.WithRequestsPerMinute(60), failover.WithLimitWait(3*time.Second))
		for range 60 {
			_ = call(t, c)
		}
		begun = time.Now()
		if err := call(t, c); err != nil || time.Since(begun).Round(time.Millisecond) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		// One that would have to wait for longer does not wait at all.
		c = limited(t, script("pa"), nil, failover.WithRequestsPerMinute(1), failover.WithLimitWait(3*time.Second))
		_ = call(t, c)
		begun = time.Now()
		if err := call(t, c); !errors.Is(err, failover.ErrRateLimit) || time.Since(begun) != 0 {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestNoWaitWhileAnotherTargetWouldAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limited(t, script("pa"), script("pb"), failover.WithRequestsPerMinute(60), failover.WithLimitWait(3*time.Second))
		for range 60 {
			_ = call(t, c)
		}
		begun := time.Now()
		if got := answeredBy(t, c); got != "b" || time.Since(begun) != 0 {
			t.Errorf("%s after %v", got, time.Since(begun))
		}
		_ = c.Open("b")
		if got := answeredBy(t, c); got != "a" || time.Since(begun).Round(time.Millisecond) != time.Second {
			t.Errorf("with the other target open: %s after %v", got, time.Since(begun))
		}
	})
}

// Whoever gives up while waiting has taken nothing: failsafe-go's limiter would
// keep what its cancelled waiters asked for.
func TestCancelledWaiterTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limited(t, script("pa"), nil, failover.WithRequestsPerMinute(60), failover.WithMaxConcurrency(100), failover.WithLimitWait(time.Minute))
		for range 60 {
			_ = call(t, c)
		}
		begun := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(500*time.Millisecond, cancel)
				if _, err := c.Generate(ctx, ask()); providers.KindOf(err) != providers.KindCancelled {
					t.Errorf("cancelled while waiting: %v", err)
				}
			})
		}
		wg.Wait()
		if err := call(t, c); err != nil || time.Since(begun).Round(time.Millisecond) != time.Second {
			t.Errorf("%v after %v, want 1s", err, time.Since(begun))
		}
		if inFlight(c) != 0 {
			t.Error(inFlight(c))
		}
	})
}

// A wait that would outlast the call's own limits is not begun.
func TestLimitWaitEndsWithTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := failover.New([]failover.Target{{Name: "a", Provider: script("pa")}}, failover.WithTotalTimeout(10*time.Second),
			failover.WithRequestsPerMinute(1), failover.WithLimitWait(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		_ = call(t, c)
		begun := time.Now()
		if err := call(t, c); !errors.Is(err, failover.ErrRateLimit) || time.Since(begun) != 0 {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		c = limited(t, script("pa"), nil, failover.WithRequestsPerMinute(1), failover.WithLimitWait(time.Hour))
		_ = call(t, c)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := c.Generate(ctx, ask()); !errors.Is(err, failover.ErrRateLimit) || time.Since(begun) != 0 {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

// The breaker is asked again after the wait: what opened meanwhile stays
// closed to the call.
func TestBreakerIsAskedAgainAfterAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := script("pa", step{after: time.Second})
		c := limited(t, a, nil, failover.WithMaxConcurrency(1), failover.WithLimitWait(time.Minute))
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { _ = call(t, c) })
		}
		synctest.Wait()
		_ = c.Open("a")
		wg.Wait()
		if a.count() != 1 || inFlight(c) != 0 {
			t.Errorf("%d calls, %d in flight", a.count(), inFlight(c))
		}
		_ = c.Close("a")
		if err := call(t, c); err != nil {
			t.Errorf("the permit of the waiter was lost: %v", err)
		}
	})
}
