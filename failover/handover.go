package failover

import (
	"errors"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/fallback"

	"github.com/llmotel/sdk/providers"
)

// errSkipped is what a visit that did not happen hands to the fallback policy.
var errSkipped = errors.New("failover: target skipped")

// run looks for an answer: among the targets in their order, then, if none of
// them may be called yet, once more when one may.
func (k *call) run() {
	if k.callerErr() != nil {
		k.more = false
		return
	}
	for {
		if k.chain.hedge != nil && len(k.order) > 1 {
			k.runRace()
		} else {
			k.walk()
		}
		if !k.awaitTrial() {
			break
		}
	}
	if k.answered == nil && k.lost != nil { // what was delivered stands
		k.answered, k.broken = k.lostBy.t, true
	}
}

// walk visits the targets in order until one answers. The fallback policy comes
// in when a target has failed: until then it has nothing to decide.
func (k *call) walk() {
	err := k.visitNext()
	for err == errSkipped && len(k.ahead()) > 0 { //nolint:errorlint // never wrapped
		err = k.visitNext()
	}
	left := len(k.ahead())
	if err == nil || !k.more || left == 0 {
		return
	}
	// The call itself is the result that travels through the policies, and
	// holds what came of it; what the executor returns is not needed.
	_, _ = k.chain.handover[left].Get(func() (*call, error) { return k, err })
}

// newHandover returns an executor for every number of targets that are left:
// each of its fallback policies visits the next one.
func newHandover(n int) []failsafe.Executor[*call] {
	next := fallback.NewBuilderWithFunc(func(e failsafe.Execution[*call]) (*call, error) {
		k := e.LastResult()
		err := k.visitNext()
		return k, err
	}).HandleIf(func(k *call, err error) bool { return err != nil && k.more }).Build()
	out := make([]failsafe.Executor[*call], n)
	var policies []failsafe.Policy[*call]
	for left := range out {
		out[left] = failsafe.With(policies...)
		policies = append(policies, next)
	}
	return out
}

// ahead returns the targets that are still to be tried.
func (k *call) ahead() []*target {
	if k.race != nil {
		return k.race.ahead()
	}
	return k.order[k.cursor:]
}

// take returns the next target; nil if there is none.
func (k *call) take() *target {
	if k.race != nil {
		return k.race.take(k)
	}
	if k.cursor >= len(k.order) {
		return nil
	}
	k.cursor++
	return k.order[k.cursor-1]
}

// visitNext asks the next target, and once more where a stream that had begun
// is to begin anew.
func (k *call) visitNext() error {
	t := k.take()
	if t == nil {
		return errSkipped
	}
	k.prior = 0
	err := k.visit(t)
	if k.again {
		err = k.persist(t)
	}
	return err
}

// persist asks a target again as long as its streams break and the table says
// so.
func (k *call) persist(t *target) error {
	err := k.err
	for k.again {
		k.again = false
		if !pause(k.ctx, k.delay) {
			break
		}
		if len(k.chain.hooks) > 0 {
			k.chain.hookRetry(k.ctx, RetryEvent{Target: t.name, Attempt: k.prior + 1, Delay: k.delay, Kind: k.fromKind, Err: k.err})
		}
		err = k.visit(t)
	}
	return err
}

// visit asks a target, unless it is to be passed over.
func (k *call) visit(t *target) error {
	now := k.start
	if k.visited > 0 || k.waited > 0 || k.hedge || k.raced {
		now = time.Now()
		if k.over(now) {
			k.more = false
			return k.err
		}
	}
	if why := k.unfit(t); why != "" {
		k.skip(t, refusal{reason: why}, now)
		return errSkipped
	}
	var g grant
	ref, now := k.admit(k.ctx, t, now, &g)
	if ref.reason != "" {
		k.skip(t, ref, now)
		return errSkipped
	}
	v := &k.first // empty as yet
	if k.visited > 0 {
		v = new(visit)
	}
	v.call, v.t, v.req, v.grant, v.held, v.now, v.prior = k, t, k.request(t), g, true, now, k.prior
	defer v.giveBack()
	if k.hedge && k.visited == 0 && len(k.chain.hooks) > 0 {
		k.chain.hookHedge(k.ctx, HedgeEvent{Target: t.name, After: now.Sub(k.start)})
	}
	if k.from != nil && k.from != t && len(k.chain.hooks) > 0 {
		k.chain.hookFallback(k.ctx, FallbackEvent{From: k.from.name, To: t.name, Kind: k.fromKind, Err: k.err})
	}
	if k.prior == 0 {
		k.visited++
	}
	k.begun = false
	var err error
	if k.stream {
		err = k.visitStream(v)
	} else {
		err = k.visitUnary(v)
	}
	if err == nil || k.left {
		k.answered = t
		return nil
	}
	k.failed(v, err)
	return err
}

// failed takes note of a visit's failure and decides whether to go on.
func (k *call) failed(v *visit, err error) {
	if !isError(err) { // the wrapper's own
		err = v.newError(providers.KindOf(err), "", err)
	}
	k.err = err
	k.from, k.fromKind = v.t, providers.KindOf(err)
	k.more = v.next
	if v.n == 0 { // the wrapper refused the call by itself
		k.more = k.chain.action(k.fromKind).Next
	}
	k.prior += v.n
	if k.begun {
		k.broke(v, err)
	}
}

// over tells whether there is no time left for another target.
func (k *call) over(now time.Time) bool {
	if k.callerErr() != nil {
		return true
	}
	if !k.deadline.IsZero() && !now.Before(k.deadline) {
		k.timedOut = true
	}
	return k.timedOut
}
