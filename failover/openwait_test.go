package failover_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// A target that cools down is waited for as one that is open is.
func TestOpenWaitForACooldown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, script("p", step{err: failAfter(providers.KindRateLimited, 1500*time.Millisecond)}), nil, onlyOnce)
		if err := call(t, c); providers.KindOf(err) != providers.KindRateLimited {
			t.Fatal(err)
		}
		start := time.Now()
		if err := call(t, c); err != nil || time.Since(start) != 1500*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// A call that some target has failed does not wait for another.
func TestNoOpenWaitAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := script("pb")
		c := chain(t, script("pa", step{err: fail(providers.KindModelNotFound)}), b)
		if err := c.Isolate("b", time.Second); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := call(t, c); providers.KindOf(err) != providers.KindModelNotFound || time.Since(start) != 0 || b.count() != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// Limits of ours are WithLimitWait's, which is off by default.
func TestNoOpenWaitForLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, script("p"), nil, failover.WithRequestsPerMinute(60))
		for range 60 {
			if err := call(t, c); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		if err := call(t, c); !errors.Is(err, failover.ErrRateLimit) || time.Since(start) != 0 { // the next would come in a second
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// A target that is full is worth trying again at once: some call will end.
func TestRetryAtOfAFullTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, script("p", step{after: time.Minute}), nil, failover.WithMaxConcurrency(1))
		done := make(chan error)
		go func() { done <- call(t, c) }()
		synctest.Wait()
		err := call(t, c)
		fe, ok := errors.AsType[*failover.Error](err)
		if !ok || !errors.Is(err, failover.ErrFull) || !fe.RetryAt.Equal(time.Now()) || fe.RetryAfter() != 0 {
			t.Errorf("%+v", fe)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
