package failover

import (
	"context"
	"errors"
	"time"

	"github.com/llmotel/sdk/providers"
)

// StreamPolicy says what becomes of a stream that breaks after its first
// semantic chunk. Before that chunk every stream may be retried and moved.
type StreamPolicy uint8

// The policies.
const (
	// StreamFail ends the stream with a *providers.InterruptedError that has
	// what had arrived: the default.
	StreamFail StreamPolicy = iota
	// StreamRestart begins anew, on the same target where the table retries
	// it, else on the next. A ChunkRestart before the new answer's first chunk
	// tells the consumer to discard what it has. If nobody answers anew, the
	// stream ends as under StreamFail and what was delivered stands.
	StreamRestart
	// StreamBuffer delivers nothing before the answer is complete, so that a
	// stream that breaks may be retried and moved like a Generate, unseen.
	StreamBuffer
	// StreamContinue hands the text so far to the next target that declares
	// WithContinuation, as the beginning of its own answer, and delivers what
	// it adds; New wants one. Answers with anything but text and reasoning, or without any
	// text yet, and requests for several choices end as under StreamFail.
	// Usage and ids at the end are those of the target that finished.
	StreamContinue
)

// String returns the policy's name.
func (p StreamPolicy) String() string {
	switch p {
	case StreamFail:
		return "fail"
	case StreamRestart:
		return "restart"
	case StreamBuffer:
		return "buffer"
	case StreamContinue:
		return "continue"
	}
	return "unknown"
}

// WithStreamPolicy sets what becomes of streams that break after their first
// chunk. The default is StreamFail.
func WithStreamPolicy(p StreamPolicy) Option {
	return optionFunc(func(c config) config { c.policy = p; return c })
}

// WithStreamedGenerate makes Generate ask its targets for a stream and return
// what it adds up to. The limits on the first chunk and on silence then hold
// for it too, and an answer that is cut or stalls is retried and moved. The
// Response has no Raw.
func WithStreamedGenerate() Option {
	return optionFunc(func(c config) config { c.streamed = true; return c })
}

// WithContinuation declares that the target's model continues an answer whose
// beginning is the last message of the request (see StreamContinue). Models
// that do not would answer it instead. The default is that it does not.
func WithContinuation() TargetOption {
	return targetOptionFunc(func(s settings) settings { s.continues = true; return s })
}

// recovery is what a call knows of an answer that may break.
type recovery struct {
	whole bool // the answer is handed over only when it is complete
	begun bool // a chunk of the present visit has arrived

	collected *providers.Collector // of a Generate over a stream
	held      []*providers.Chunk   // under StreamBuffer

	lost       *providers.InterruptedError // what broke after delivery
	lostBy     *visit
	restart    bool // a ChunkRestart is due
	resume     *resume
	delivering *providers.Collector // under StreamContinue: all that was delivered

	again bool          // the target is to be visited once more ...
	delay time.Duration // ... after this ...
	prior int           // ... having tried so often

	degraded bool // a last resort has answered
}

// deliver takes a chunk of the answer and reports whether more is wanted.
func (k *call) deliver(chunk *providers.Chunk) bool {
	k.begun = true
	k.finished = chunk.Kind == providers.ChunkFinish
	if f := chunk.Finish; f != nil {
		k.degraded = f.Degraded // by a chain inside
		if f.Attempts != k.tries() {
			c, g := *chunk, *f
			g.Attempts = k.tries()
			c.Finish, chunk = &g, &c
		}
	}
	switch {
	case k.unary:
		if k.collected == nil {
			k.collected = new(providers.Collector)
		}
		k.collected.Add(chunk)
		return true
	case k.whole:
		if chunk.Kind == providers.ChunkRestart { // of a chain inside
			k.held = nil
			return true
		}
		k.held = append(k.held, chunk)
		return true
	case k.resume != nil:
		if chunk.Kind == providers.ChunkRestart { // of a chain inside: only its part is taken back
			return k.pass(chunk) && k.pass(k.resume.again())
		}
		if chunk = k.resume.join(chunk); chunk == nil {
			return true
		}
	case k.restart:
		k.restart = false
		if !k.pass(&providers.Chunk{Kind: providers.ChunkRestart}) {
			return false
		}
	}
	return k.pass(chunk)
}

// flush delivers an answer that was held until it was complete. The target has
// done its part by then: the consumer's time holds nothing of it.
func (k *call) flush() {
	for _, c := range k.held {
		if !k.pass(c) {
			return
		}
	}
}

// pass hands a chunk to the consumer.
func (k *call) pass(chunk *providers.Chunk) bool {
	if k.chain.policy == StreamContinue && k.race == nil {
		if k.delivering == nil {
			k.delivering = new(providers.Collector)
		}
		k.delivering.Add(chunk)
	}
	k.delivered, k.finished = true, chunk.Kind == providers.ChunkFinish
	k.inYield = true
	more := k.yield(chunk, nil)
	k.inYield = false
	k.left = !more
	return more
}

// broke decides what becomes of an answer that broke after its first chunk.
func (k *call) broke(v *visit, err error) {
	k.begun, k.finished = false, false
	cut, _ := errors.AsType[*providers.InterruptedError](err)
	if k.whole { // nobody has seen any of it
		k.held, k.collected = nil, nil
		if cut != nil && isError(cut.Err) {
			k.err = cut.Err
		}
		k.again, k.delay = v.again, v.delay
		return
	}
	if cut == nil {
		cut = &providers.InterruptedError{Err: k.err}
	}
	if k.delivering != nil {
		p := *cut
		p.Partial = k.delivering.Partial()
		cut = &p
	}
	k.lost, k.lostBy = cut, v
	switch {
	case k.race != nil: // the call that it is a branch of decides
	case k.chain.policy == StreamRestart:
		k.restart = true
		k.again, k.delay = v.again, v.delay
		return
	case k.chain.policy == StreamContinue:
		if k.resume = continuable(k.req, cut.Partial); k.resume != nil {
			return
		}
	}
	k.more = false
}

// recovers tells whether a stream that has begun may begin anew.
func (k *call) recovers() bool { return k.bounded() || k.chain.policy == StreamRestart }

// bounded tells whether the limits on the call hold for all of a stream: the
// caller waits for its end.
func (k *call) bounded() bool { return k.whole || k.race != nil && k.race.parent.whole }

// forGenerate tells whether the caller has called Generate.
func (k *call) forGenerate() bool { return k.unary || k.race != nil && k.race.parent.unary }

// tries counts the attempts of the call, of all branches of a race.
func (k *call) tries() int {
	if k.race != nil {
		return int(k.race.attempts.Load())
	}
	if k.runners != nil {
		return int(k.runners.attempts.Load())
	}
	return k.attempts
}

// pause waits unless the context ends first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
