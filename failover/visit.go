package failover

import (
	"context"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"github.com/llmotel/sdk/providers"
)

// visit is the call of one target with all its attempts.
type visit struct {
	call *call
	t    *target
	req  *providers.Request
	ctx  context.Context // inside the wrapper

	begun  bool
	grant  grant
	held   bool      // a grant is held that no attempt has used
	now    time.Time // when it was taken
	turn   bool      // another key is tried at once
	turned int       // how often it was
	ledger *providers.Usage

	prior int   // attempts of earlier visits of this target by the call
	n     int   // attempts
	err   error // of the last one
	kind  providers.Kind
	again bool          // another attempt is due ...
	delay time.Duration // ... after this
	next  bool          // the next target may be asked

	resp *providers.Response

	yield       func(*providers.Chunk) bool
	begin       [2]*providers.Chunk // start and usage, held back
	partial     *providers.Collector
	committed   bool
	finished    bool
	left        bool
	inYield     bool
	interrupted error
}

type visitKey struct{}

// context carries the visit through the wrapper.
func (v *visit) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

// run makes the attempts. The retry policy comes in when the first has failed
// and may be repeated: until then it has nothing to decide.
func (v *visit) run(ctx context.Context) error {
	v.ctx, v.begun = ctx, true
	err := v.attempt() //nolint:contextcheck // the visit holds it
	if err == nil || !v.again || v.t.retry == nil {
		return err
	}
	return v.repeat(err) //nolint:contextcheck // the visit holds it
}

// repeat makes the attempts behind the first, which ended with err. The visit
// itself is the result that travels through the policy.
func (v *visit) repeat(err error) error {
	first := true
	_, _ = v.t.retry.WithContext(v.ctx).Get(func() (*visit, error) {
		if first {
			first = false
		} else {
			err = v.attempt()
		}
		return v, err
	})
	return err
}

// newRetry returns the retry policy of a target, or nil if it has none. What
// is retried and when is decided where an attempt ends; the policy counts,
// waits and tells the hooks.
func newRetry(c *Chain, s *settings) failsafe.Executor[*visit] {
	if s.maxAttempts == 1 {
		return nil
	}
	b := retrypolicy.NewBuilder[*visit]().
		WithMaxAttempts(s.maxAttempts).
		ReturnLastFailure().
		AbortIf(func(v *visit, _ error) bool { return !v.again }).
		WithDelayFunc(func(e failsafe.ExecutionAttempt[*visit]) time.Duration { return e.LastResult().delay })
	if len(c.hooks) > 0 {
		b.OnRetryScheduled(func(e failsafe.ExecutionScheduledEvent[*visit]) {
			v := e.LastResult()
			c.hookRetry(v.ctx, RetryEvent{Target: v.t.name, Key: v.key(), Attempt: v.prior + v.n + 1, Delay: e.Delay, Kind: v.kind, Err: v.err})
		})
	}
	return failsafe.With[*visit](b.Build())
}

// fail is the visit's error.
func (v *visit) fail() error {
	return &TargetError{Target: v.t.name, Key: v.key(), Attempts: v.n, Err: v.err}
}

// giveBack returns a grant that no attempt has used.
func (v *visit) giveBack() {
	if v.held {
		v.held = false
		v.grant.giveBack(v.now)
	}
}
