package failover

import (
	"context"
	"iter"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"github.com/llmotel/sdk/providers"
)

// visitor is a target as a Provider, attempts inside: what WithVisit wraps.
type visitor struct {
	chain *Chain
	t     *target
}

var (
	_ providers.Provider  = visitor{}
	_ Targeted            = visitor{}
	_ providers.Addressed = addressedVisitor{}
)

// Name is the name of the target's provider.
func (p visitor) Name() string { return p.t.provider.Name() }

// TargetName is the name of the target.
func (p visitor) TargetName() string { return p.t.name }

func (p visitor) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	v := p.visit(ctx, req)
	defer v.giveBack()
	if err := v.run(ctx); err != nil {
		return nil, v.fail()
	}
	return v.resp, nil
}

func (p visitor) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		v := p.visit(ctx, req)
		v.call.stream = true
		defer v.giveBack()
		v.yield = func(c *providers.Chunk) bool { return yield(c, nil) }
		err := v.run(ctx)
		switch {
		case v.left:
		case v.interrupted != nil:
			yield(nil, v.interrupted)
		case err != nil:
			yield(nil, v.fail())
		}
	}
}

// addressedVisitor is the visitor of a provider that knows its server.
type addressedVisitor struct {
	visitor
	addressed providers.Addressed
}

func (p addressedVisitor) ServerAddress() (host string, port int) { return p.addressed.ServerAddress() }

type visitKey struct{}

// context carries the visit through the wrapper.
func (v *visit) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

// visit finds the visit that the chain began. A visitor that is called by
// itself, or twice, makes one of its own.
func (p visitor) visit(ctx context.Context, req *providers.Request) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	if v == nil || v.t != p.t || v.begun {
		k := &call{chain: p.chain, caller: ctx, ctx: ctx, start: time.Now(), req: req, more: true}
		k.limited()
		v = &visit{call: k, t: p.t, pos: len(p.chain.targets), now: k.start}
	}
	v.req = req
	return v
}

// visit is the call of one target with all its attempts.
type visit struct {
	call *call
	t    *target
	pos  int // in the order of the call
	req  *providers.Request
	ctx  context.Context // inside the wrapper

	begun  bool
	ticket ticket
	held   bool      // a ticket is held that no attempt has used
	now    time.Time // when it was taken

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

// run makes the attempts. The retry policy comes in when the first has failed
// and may be repeated: until then it has nothing to decide.
func (v *visit) run(ctx context.Context) error {
	v.ctx, v.begun = ctx, true
	err := v.attempt()
	if err == nil || !v.again || v.t.retry == nil {
		return err
	}
	// The visit itself is the result that travels through the policy.
	first := true
	_, _ = v.t.retry.WithContext(ctx).Get(func() (*visit, error) {
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
			c.hookRetry(v.ctx, RetryEvent{Target: v.t.name, Attempt: v.n + 1, Delay: e.Delay, Kind: v.kind, Err: v.err})
		})
	}
	return failsafe.With[*visit](b.Build())
}

// fail is the visit's error.
func (v *visit) fail() error { return &TargetError{Target: v.t.name, Attempts: v.n, Err: v.err} }

// giveBack returns a ticket that no attempt has used.
func (v *visit) giveBack() {
	if v.held {
		v.held = false
		v.t.guard.done(v.ticket, result{}, v.now)
	}
}
