package failover

import (
	"context"
	"time"

	"github.com/llmotel/sdk/providers"
)

// attempt makes one try of the target. It returns an error only while nothing
// has been delivered, so whoever repeats it cannot repeat an answer.
func (v *visit) attempt() error {
	for {
		err := v.try()
		if !v.turn {
			return err
		}
		v.call.chain.hookRetry(v.ctx, RetryEvent{Target: v.t.name, Key: v.key(), Attempt: v.prior + v.n + 1, Kind: v.kind, Err: v.err})
	}
}

// try is an attempt with one key, if the target has several.
func (v *visit) try() error {
	v.turn = false
	if !v.take() {
		return v.err
	}
	if r := v.call.race; r != nil && !r.attempt() {
		v.grant.giveBack(v.now)
		v.kind, v.again, v.next = providers.KindCancelled, false, false
		v.err = v.cancelled(errLost)
		return v.err
	}
	v.n++
	v.call.attempts++
	settled := false
	defer func() {
		if !settled {
			v.panicked()
		}
	}()
	var err error
	if v.yield != nil {
		err = v.attemptStream()
	} else {
		err = v.attemptUnary()
	}
	settled = true
	v.settle(err)
	if v.committed {
		return nil
	}
	return v.err
}

// take gets the ticket for an attempt. The first was taken by the chain.
func (v *visit) take() bool {
	if v.held {
		v.held = false
		return true
	}
	if v.n > 0 {
		v.now = time.Now()
	}
	var ref refusal
	if ref, v.now = v.call.admit(v.ctx, v.t, v.now, &v.grant); ref.reason == "" {
		return true
	}
	v.again, v.next = false, true
	if v.err == nil {
		v.kind = providers.KindRejected
		v.err = v.t.rejection(ref, v.call.req, v.now)
	}
	v.call.skip(v.t, ref, v.now)
	return false
}

func (v *visit) attemptUnary() error {
	ctx, cancel := v.limited()
	if cancel != nil {
		defer cancel()
	}
	if v.t.s.connect > 0 {
		lctx, give := context.WithCancelCause(ctx)
		defer give(nil)
		var stop func()
		ctx, stop = v.connecting(lctx, give)
		defer stop()
	}
	resp, err := v.provider().Generate(ctx, v.req)
	if err != nil {
		return v.classify(ctx, err)
	}
	if resp == nil {
		return v.malformed("no response and no error")
	}
	resp.Target, resp.Attempts = v.t.name, v.n // a Response belongs to the caller
	v.resp = resp
	return nil
}

// limited is the context of a unary attempt, which ends at the nearest limit.
func (v *visit) limited() (context.Context, context.CancelFunc) {
	end, cause := v.call.deadline, v.call.limit
	if d := v.t.s.attempt; d > 0 {
		if e := v.now.Add(d); end.IsZero() || e.Before(end) {
			end, cause = e, v.t.errAttempt
		}
	}
	if end.IsZero() {
		return v.ctx, nil
	}
	if own, ok := v.ctx.Deadline(); ok && !end.Before(own) {
		return v.ctx, nil // the caller's comes first
	}
	return context.WithDeadlineCause(v.ctx, end, cause)
}

// settle enters an attempt's end in the breaker and the history, and decides
// what comes next.
func (v *visit) settle(err error) {
	now := v.now.Add(time.Since(v.now)) // one reading of the clock, where time.Now takes two
	v.err, v.again, v.next = err, false, false
	if err == nil {
		v.kind = ""
		if v.yield == nil {
			v.took(now)
		}
		v.record(result{verdict: Success}, now)
		return
	}
	v.kind = providers.KindOf(err)
	a := v.call.chain.actionOn(v.kind, err)
	r := result{
		verdict: a.Breaker, kind: v.kind, cooldown: a.Cooldown, isolate: a.Isolate, retryAfter: retryAfter(err), slow: v.late(err, now),
	}
	total := v.call.ownLimit(err)
	switch {
	case total && (v.call.attempts > 1 || v.committed):
		r.verdict = Ignored // it did not have the whole time, or was answering
	case exhausted(err):
		// The target is a chain, whose own breakers know its targets.
		r.verdict, r.cooldown, r.isolate, a.Next = Ignored, false, 0, true
	}
	v.tookAtLeast(now)
	cool := v.record(r, now)
	if total {
		v.call.timedOut = true
		return
	}
	v.next = a.Next
	if v.kind == providers.KindContextLength && a.NextIfLarger && v.call.larger(v.t.s.window) {
		v.next = true
		v.call.tooLongFor = max(v.call.tooLongFor, v.t.s.window)
	}
	if v.turn = v.turns(&r, now); v.turn {
		return
	}
	v.again, v.delay = v.retry(a, r.retryAfter, cool, now)
}

// took enters the time of an answer, or of its first chunk, for the order of
// targets.
func (v *visit) took(now time.Time) {
	if v.call.chain.order == OrderLowestLatency {
		v.t.took(now.Sub(v.now))
	}
}

// tookAtLeast enters the time of an attempt that had not begun to answer when
// its limit passed or another target was faster, if it is longer than what is
// known: else a target that has become slow would go on being the first.
func (v *visit) tookAtLeast(now time.Time) {
	slow := v.kind == providers.KindTimeout || v.kind == providers.KindCancelled && context.Cause(v.ctx) == errLost //nolint:errorlint // never wrapped
	if d := now.Sub(v.now); slow && !v.committed && int64(d) > v.t.latency.Load() {
		v.took(now)
	}
}

// record closes the attempt: ticket, breaker hook, history.
func (v *visit) record(r result, now time.Time) (cool time.Time) {
	k := v.call
	evs, cool := v.grant.done(r, v.usage(), now)
	if v.err == nil && len(k.chain.hooks) == 0 {
		return cool // an answer keeps nothing of the way to it
	}
	k.history = append(k.history, Attempt{
		Target: v.t.name, Key: v.key(), N: v.prior + v.n, Start: v.now, Duration: now.Sub(v.now), Kind: v.kind, Err: v.err, Hedge: k.hedge,
	})
	k.chain.told(v.ctx, evs)
	return cool
}

// panicked settles an attempt that is being unwound, by a panic of the
// provider or of the consumer. The panic goes on.
func (v *visit) panicked() {
	now := time.Now()
	if v.inYield {
		v.left = true
		v.kind, v.err = "", nil
		v.record(result{verdict: Success}, now)
		return
	}
	v.kind = providers.KindPanic
	v.err = v.newError(providers.KindPanic, "the provider's code panicked", nil)
	v.call.err = v.err
	v.record(result{verdict: Failure, kind: v.kind}, now)
}

// retry says whether the attempt is to be repeated, and after what wait.
func (v *visit) retry(a Action, asked time.Duration, cool, now time.Time) (bool, time.Duration) {
	s := &v.t.s
	if a.Retry == RetryNever || v.committed && !v.call.recovers() || v.tries() >= s.maxAttempts {
		return false, 0
	}
	floor := asked
	if a.Cooldown {
		floor = max(floor, cool.Sub(now))
	}
	soon := floor <= s.waitSoon
	if a.Retry == RetryIfLast || !soon || a.Retry == RetryIfSoon && asked == 0 {
		if !v.call.isLast(now) {
			return false, 0
		}
	}
	if floor > max(s.waitSoon, s.waitLast) {
		return false, 0
	}
	delay := floor + v.jitter()
	at := now.Add(delay)
	if end := v.call.deadline; !end.IsZero() && !at.Before(end) {
		return false, 0
	}
	if end, ok := v.ctx.Deadline(); ok && !at.Before(end) {
		return false, 0
	}
	if !v.call.ready(v.t, at) || !v.call.chain.budget.take(now) {
		return false, 0
	}
	return true, delay
}

// jitter is a random part of the exponential backoff ("full jitter", Brooker,
// AWS Architecture Blog 2015).
func (v *visit) jitter() time.Duration {
	s := &v.t.s
	step := s.backoff << min(v.tries()-1, 20)
	if step > s.maxDelay || step < s.backoff {
		step = s.maxDelay
	}
	return time.Duration(v.call.chain.random() * float64(step))
}

// tries counts the attempts on the target that count for its limit.
func (v *visit) tries() int { return v.prior + v.n - v.turned }

// isLast tells whether no target ahead would take the call.
func (k *call) isLast(now time.Time) bool {
	for _, t := range k.ahead() {
		if k.unfit(t) == "" && k.ready(t, now) {
			return false
		}
	}
	return true
}
