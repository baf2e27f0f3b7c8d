package failover

import (
	"context"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Hooks are told what a chain does while it does it. Every field is optional;
// telemetry, logs and tests hang on here, see [WithHooks].
//
// Hooks run on the goroutine of the call, those of hedged calls on several at
// once, with no lock held, so they may call the chain's accessors. A panic in a
// hook is contained and counted ([Chain.HookPanics]). Hooks never see requests,
// chunks or usage.
type Hooks struct {
	// CallStart is called before a call's first target is looked at. The
	// returned context flows into every visit and into the other hooks; nil
	// means ctx. Its end is taken for the caller's.
	CallStart func(ctx context.Context, e StartEvent) context.Context
	// CallEnd is called once for each CallStart, also when the call panics or
	// the consumer leaves a stream. A failed stream's error is yielded after
	// it.
	CallEnd func(ctx context.Context, e EndEvent)
	// Retry is called before the wait that precedes a further attempt on the
	// same target. Its context is the one that the visit runs in, so what
	// [WithVisit] put there is found.
	Retry func(ctx context.Context, e RetryEvent)
	// Skip is called when a target is passed over without being called.
	Skip func(ctx context.Context, e SkipEvent)
	// Fallback is called when a call moves from one target to another, just
	// before the other is called.
	Fallback func(ctx context.Context, e FallbackEvent)
	// Hedge is called when a further target is about to be asked because the
	// answer is slow.
	Hedge func(ctx context.Context, e HedgeEvent)
	// BreakerChange is called after a circuit breaker changed its state. Its
	// context is that of the visit that caused it, or context.Background for
	// a change by hand. Concurrent changes may arrive out of order; Seq tells.
	BreakerChange func(ctx context.Context, e BreakerEvent)
}

// StartEvent opens a call.
type StartEvent struct {
	// Chain is the chain that was called.
	Chain *Chain
	// Stream tells a Stream from a Generate.
	Stream bool
	// Model is the model that the caller asked for; may be empty.
	Model string
	// Targets is how many targets the chain has.
	Targets int
	// Experiment and Variant are those of the call under WithExperiment.
	Experiment, Variant string
	Time                time.Time
}

// EndEvent closes a call.
type EndEvent struct {
	Chain  *Chain
	Stream bool
	// Target is the target that answered, or that broke off an answer; empty
	// if none did.
	Target string
	// Attempts counts the tries of all targets, Visited the targets tried.
	Attempts, Visited int
	// History holds every attempt and every skipped target, in order. It must
	// not be changed.
	History  []Attempt
	Duration time.Duration
	// Err is what the caller gets; nil for an answer.
	Err error
	// Abandoned tells that the consumer left the stream before its end.
	Abandoned bool
	// Degraded tells that the last resort answered. Target is then empty or, if
	// it was the last resort of a chain inside, that chain.
	Degraded bool
}

// RetryEvent announces a further attempt on the same target.
type RetryEvent struct {
	Target string
	// Key is the credential that failed, if the target has several. The
	// attempt to come may use another one, then without a delay.
	Key string
	// Attempt is the number of the attempt to come on this target, from 2.
	Attempt int
	// Delay is the wait before it.
	Delay time.Duration
	// Kind and Err are why the attempt before failed.
	Kind providers.Kind
	Err  error
}

// SkipEvent says that a target was passed over.
type SkipEvent struct {
	Target string
	Reason SkipReason
	// Until is when the target is worth another look; zero if unknown.
	Until time.Time
}

// FallbackEvent says that a call moves on.
type FallbackEvent struct {
	// From is the target that failed last or, if none was called yet, the
	// first one that was skipped.
	From, To string
	// Kind and Err are why; KindRejected and nil after a skip.
	Kind providers.Kind
	Err  error
	// LastResort tells that it is the last resort that has answered; To is
	// empty and the event comes after its answer.
	LastResort bool
}

// HedgeEvent says that a further target is asked.
type HedgeEvent struct {
	Target string
	// After is how long the call has waited so far.
	After time.Duration
}

// BreakerEvent says that a circuit breaker changed its state.
type BreakerEvent struct {
	Target string
	// Model and Key are set where the breaker is one of several of the target,
	// see WithBreakerPerModel and Target.Keys.
	Model, Key string
	From, To   providers.BreakerState
	// Reason is a Reason constant of this package.
	Reason string
	// Kind is the error kind of the result that caused the change, if one
	// did.
	Kind providers.Kind
	// Until is when an opened breaker lets a trial through; zero if only by
	// hand.
	Until time.Time
	// Seq grows with each change of this breaker.
	Seq uint64
}

func (c *Chain) hookStart(ctx context.Context, e StartEvent) context.Context {
	for i := range c.hooks {
		if h := c.hooks[i].CallStart; h != nil {
			ctx = c.containStart(ctx, e, h)
		}
	}
	return ctx
}

func (c *Chain) containStart(ctx context.Context, e StartEvent, h func(context.Context, StartEvent) context.Context) (out context.Context) {
	defer func() {
		if recover() != nil {
			c.hookPanics.Add(1)
			out = ctx
		}
	}()
	if out = h(ctx, e); out == nil {
		out = ctx
	}
	return out
}

func (c *Chain) hookEnd(ctx context.Context, e EndEvent) {
	for i := range c.hooks {
		contain(ctx, c, e, c.hooks[i].CallEnd)
	}
}

func (c *Chain) hookRetry(ctx context.Context, e RetryEvent) {
	for i := range c.hooks {
		contain(ctx, c, e, c.hooks[i].Retry)
	}
}

func (c *Chain) hookSkip(ctx context.Context, e SkipEvent) {
	for i := range c.hooks {
		contain(ctx, c, e, c.hooks[i].Skip)
	}
}

func (c *Chain) hookFallback(ctx context.Context, e FallbackEvent) {
	for i := range c.hooks {
		contain(ctx, c, e, c.hooks[i].Fallback)
	}
}

func (c *Chain) hookHedge(ctx context.Context, e HedgeEvent) {
	for i := range c.hooks {
		contain(ctx, c, e, c.hooks[i].Hedge)
	}
}

func (c *Chain) hookBreaker(ctx context.Context, e BreakerEvent) {
	for i := range c.hooks {
		contain(ctx, c, e, c.hooks[i].BreakerChange)
	}
}

// contain calls a hook so that its panic stays here.
func contain[E any](ctx context.Context, c *Chain, e E, h func(context.Context, E)) {
	if h == nil {
		return
	}
	defer func() {
		if recover() != nil {
			c.hookPanics.Add(1)
		}
	}()
	h(ctx, e)
}
