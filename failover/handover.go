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

// run visits the targets in order until one answers. The fallback policy comes
// in when a target has failed: until then it has nothing to decide.
func (k *call) run() {
	if k.callerErr() != nil {
		k.more = false
		return
	}
	targets := k.chain.targets
	pos := 0
	err := k.visit(pos)
	for errors.Is(err, errSkipped) && pos+1 < len(targets) {
		pos++
		err = k.visit(pos)
	}
	if err == nil || !k.more || pos+1 >= len(targets) {
		return
	}
	// The call itself is the result that travels through the policies, and
	// holds what came of it; what the executor returns is not needed.
	_, _ = k.chain.handover[pos+1].Get(func() (*call, error) { return k, err })
}

// newHandover returns an executor for every position: its fallback policies
// visit the targets from that position on, the first of them innermost.
func newHandover(n int) []failsafe.Executor[*call] {
	step := make([]failsafe.Policy[*call], n)
	for pos := range step {
		step[pos] = fallback.NewBuilderWithFunc(func(e failsafe.Execution[*call]) (*call, error) {
			k := e.LastResult()
			err := k.visit(pos)
			return k, err
		}).HandleIf(func(k *call, err error) bool { return err != nil && k.more }).Build()
	}
	out := make([]failsafe.Executor[*call], n)
	for from := range out {
		var policies []failsafe.Policy[*call]
		for pos := n - 1; pos >= from; pos-- {
			policies = append(policies, step[pos])
		}
		out[from] = failsafe.With(policies...)
	}
	return out
}

// visit asks the target at a position, unless it is to be passed over.
func (k *call) visit(pos int) error {
	t := k.chain.targets[pos]
	now := k.start
	if k.visited > 0 {
		now = time.Now()
		if k.over(now) {
			k.more = false
			return k.err
		}
	}
	g, ref, now := k.admit(k.ctx, t, pos, now)
	if ref.reason != "" {
		k.skip(t, ref, now)
		return errSkipped
	}
	v := &k.first
	if k.visited > 0 {
		v = new(visit)
	}
	*v = visit{call: k, t: t, pos: pos, req: k.request(t), grant: g, held: true, now: now}
	if k.from != nil && len(k.chain.hooks) > 0 {
		k.chain.hookFallback(k.ctx, FallbackEvent{From: k.from.name, To: t.name, Kind: k.fromKind, Err: k.err})
	}
	k.visited++
	defer v.giveBack()
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
	if k.delivered {
		k.more, k.broken, k.answered = false, true, v.t
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
