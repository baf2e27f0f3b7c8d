package failover

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/llmotel/sdk/providers"
)

// call is one call of a chain.
type call struct {
	chain    *Chain
	caller   context.Context // the caller's own
	ctx      context.Context // with what the hooks put in
	req      *providers.Request
	start    time.Time
	deadline time.Time     // of the limit on the whole call; zero: none
	limit    *TimeoutError // that limit

	order    []*target // those to try ...
	cursor   int       // ... from here on
	orderBuf [8]*target
	race     *race   // that the call is a branch of
	hedge    bool    // not its first branch
	reserved *target // of its first branch: the first to try
	raced    bool    // the call has had branches ...
	runners  *race   // ... and has them now

	needs      Capability // of the request, where targets lack some
	prompt     int64      // its estimated tokens, likewise
	tooLongFor int64      // the largest known window that was too small

	history  []Attempt
	buf      [2]Attempt
	first    visit // the first visit's state; further ones are allocated
	attempts int
	visited  int

	from     *target // the target that a fallback leaves
	fromKind providers.Kind
	err      error         // the last failure
	waited   time.Duration // for a target that may be called
	walked   int           // entries of the history before the present walk
	more     bool          // whether the next target may be asked
	timedOut bool
	answered *target
	resp     *providers.Response

	stream    bool // targets are asked for a stream
	unary     bool // the caller has called Generate
	yield     func(*providers.Chunk, error) bool
	delivered bool // a chunk has reached the consumer
	finished  bool // the last chunk has been received
	broken    bool // the stream ended in an error after delivery
	left      bool // the consumer left the loop
	inYield   bool
	ended     bool
	recovery
}

// begin opens a call.
func (c *Chain) begin(ctx context.Context, req *providers.Request, stream bool) *call {
	k := calls.Get().(*call)
	k.chain, k.caller, k.ctx, k.req = c, ctx, ctx, req
	k.start, k.unary, k.more = time.Now(), !stream, true
	k.stream = stream || c.streamed
	k.whole = k.unary || c.policy == StreamBuffer
	k.history = k.buf[:0]
	k.limited()
	k.orders()
	if c.repeats {
		c.budget.call(k.start)
	}
	if c.selective && req != nil {
		k.needs, k.prompt = needsOf(req), promptTokens(req)
	}
	if len(c.hooks) > 0 {
		e := StartEvent{Chain: c, Stream: stream, Targets: len(c.targets), Time: k.start}
		if req != nil {
			e.Model = req.Model
		}
		if c.experiment != "" {
			e.Experiment, e.Variant = c.experiment, k.order[0].s.variant
		}
		k.ctx = c.hookStart(ctx, e)
	}
	return k
}

// limited sets the deadline of the whole call, if there is one.
func (k *call) limited() {
	c := k.chain
	if c.total > 0 {
		k.deadline, k.limit = k.start.Add(c.total), c.errTotal
	}
	if !k.unary && c.stream > 0 && (c.total == 0 || c.stream < c.total) {
		k.deadline, k.limit = k.start.Add(c.stream), c.errStream
	}
}

// end closes a call; it is called on every way out, panics included.
func (k *call) end(err error) {
	if k.ended {
		return
	}
	k.ended = true
	if len(k.chain.hooks) == 0 {
		return
	}
	e := EndEvent{
		Chain: k.chain, Stream: !k.unary, Degraded: k.degraded || k.resp != nil && k.resp.Degraded, Attempts: k.attempts, Visited: k.visited,
		History: slices.Clip(k.history), Duration: time.Since(k.start),
		Err: err, Abandoned: k.left && !k.finished,
	}
	if k.answered != nil {
		e.Target = k.answered.name
	}
	k.chain.hookEnd(k.ctx, e)
}

// calls holds calls for use again: the common one, answered at the first
// attempt with nobody looking on, leaves nothing behind that refers to it.
var calls = sync.Pool{New: func() any { return new(call) }}

// leave is the last thing that a call does. It closes one that panics.
func (k *call) leave() {
	if k.ended {
		if k.attempts == 1 && !k.raced && len(k.chain.hooks) == 0 && k.answered != nil && !k.answered.wrapped && !k.broken {
			*k = call{}
			calls.Put(k)
		}
		return
	}
	if k.inYield { // it is the consumer that panics
		k.left = true
		k.end(nil)
		return
	}
	if providers.KindOf(k.err) != providers.KindPanic {
		k.err = &providers.Error{Provider: k.chain.name, Kind: providers.KindPanic}
	}
	k.end(k.err)
}

func (k *call) skip(t *target, r refusal, now time.Time) {
	k.history = append(k.history, Attempt{
		Target: t.name, Start: now, Kind: providers.KindRejected, Skip: r.reason, Until: r.until,
	})
	if k.from == nil {
		k.from, k.fromKind = t, providers.KindRejected
	}
	if len(k.chain.hooks) > 0 {
		k.chain.hookSkip(k.ctx, SkipEvent{Target: t.name, Reason: r.reason, Until: r.until})
	}
}

// request is the caller's request with the target's model.
func (k *call) request(t *target) *providers.Request {
	req := k.req
	if t.model != "" && t.model != req.Model {
		r := *req
		r.Model = t.model
		req = &r
	}
	if k.resume != nil {
		return k.resume.request(req)
	}
	return req
}

func (k *call) visitUnary(v *visit) error {
	if !v.t.wrapped {
		err := v.run(k.ctx)
		k.resp = v.resp
		if err == nil && k.resp.Attempts != k.tries() {
			k.resp.Attempts = k.tries()
		}
		return err
	}
	resp, err := v.t.visit.Generate(v.context(k.ctx), v.req)
	switch {
	case err != nil:
		return err
	case resp == nil:
		return v.malformed("no response and no error")
	}
	resp.Target, resp.Attempts = v.t.name, k.tries()
	k.resp = resp
	return nil
}

func (k *call) visitStream(v *visit) error {
	if !v.t.wrapped {
		v.yield = k.deliver
		err := v.run(k.ctx)
		if v.interrupted != nil {
			return v.interrupted
		}
		return err
	}
	for chunk, err := range v.t.visit.Stream(v.context(k.ctx), v.req) {
		if err != nil {
			return err
		}
		if chunk != nil && !k.deliver(chunk) {
			return nil
		}
	}
	if !k.finished {
		return v.malformed("the stream ended without its end")
	}
	return nil
}
