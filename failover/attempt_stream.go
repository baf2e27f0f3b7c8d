package failover

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/llmotel/sdk/providers"
)

// attemptStream runs a whole stream. Until the first semantic chunk nothing is
// delivered; from then on the visit is committed and the error, if any, is the
// end of it.
func (v *visit) attemptStream() error {
	ctx, w := v.watched()
	defer w.stop()
	v.begin = [2]*providers.Chunk{}
	err := v.pull(ctx, w)
	switch {
	case v.left || err == nil && v.finished:
		return nil
	case err == nil:
		err = v.malformed("the stream ended without its end")
	}
	err = v.withUsage(v.classify(ctx, err))
	if v.committed {
		v.interrupt(err)
	}
	return err
}

// pull ranges over the provider's stream and delivers it.
func (v *visit) pull(ctx context.Context, w *watch) error {
	for chunk, err := range v.t.provider.Stream(ctx, v.req) {
		if err != nil {
			if v.finished {
				return nil // the answer is whole
			}
			return err
		}
		if chunk == nil {
			return v.malformed("a chunk without content")
		}
		if v.finished || v.holdBack(chunk) {
			continue
		}
		w.pause()
		if !v.deliver(chunk) {
			v.left = true
			return nil
		}
		w.idle()
	}
	return nil
}

// holdBack keeps what is not yet an answer. Each such chunk replaces the one
// of its kind before, so little is kept.
func (v *visit) holdBack(chunk *providers.Chunk) bool {
	if v.committed {
		return false
	}
	switch chunk.Kind {
	case providers.ChunkStart:
		v.begin[0] = chunk
	case providers.ChunkUsage:
		v.begin[1] = chunk
	case providers.ChunkFinish:
		return false
	default:
		return !chunk.Kind.Semantic()
	}
	return true
}

// deliver commits the stream with its first chunk and passes the chunk on.
func (v *visit) deliver(chunk *providers.Chunk) bool {
	if !v.committed {
		v.committed = true
		v.t.guard.firstChunk(&v.ticket)
		for _, c := range v.begin {
			if c != nil && !v.pass(c) {
				return false
			}
		}
	}
	if chunk.Kind == providers.ChunkFinish {
		v.finished = true
		c := *chunk
		var f providers.Finish
		if c.Finish != nil {
			f = *c.Finish
		}
		f.Target, f.Attempts = v.t.name, v.n
		c.Finish = &f
		chunk = &c
	}
	return v.pass(chunk)
}

func (v *visit) pass(chunk *providers.Chunk) bool {
	v.partial.Add(chunk)
	v.inYield = true
	more := v.yield(chunk)
	v.inYield = false
	return more
}

// interrupt makes the error of a stream that broke after its first chunk.
func (v *visit) interrupt(err error) {
	p := v.partial.Partial()
	if p == nil {
		p = &providers.Response{}
	}
	p.Target, p.Attempts = v.t.name, v.n
	if p.Provider == "" {
		p.Provider = v.t.provider.Name()
	}
	v.interrupted = &providers.InterruptedError{
		Partial: p,
		Err:     &TargetError{Target: v.t.name, Attempts: v.n, Err: err},
	}
}

// watch ends a stream's context when a limit passes. The consumer's own time
// does not count. A nil watch has no limits.
type watch struct {
	v      *visit
	timer  *time.Timer
	cancel context.CancelCauseFunc
	cause  atomic.Pointer[TimeoutError]
	end    time.Time // of the whole stream; zero: none
}

// watched is the context of a streamed attempt.
func (v *visit) watched() (context.Context, *watch) {
	c := v.call.chain
	s := &v.t.s
	if v.call.deadline.IsZero() && c.stream == 0 && s.firstChunk == 0 && s.idle == 0 {
		return v.ctx, nil
	}
	w := &watch{v: v}
	if c.stream > 0 {
		w.end = v.call.start.Add(c.stream)
	}
	ctx, cancel := context.WithCancelCause(v.ctx)
	w.cancel = cancel
	end, cause := v.call.deadline, v.call.limit
	if s.firstChunk > 0 {
		if e := v.now.Add(s.firstChunk); end.IsZero() || e.Before(end) {
			end, cause = e, v.t.errFirstChunk
		}
	}
	w.arm(v.now, end, cause)
	return ctx, w
}

// arm starts the timer for the nearer of a limit and the end of the stream.
func (w *watch) arm(now, end time.Time, cause *TimeoutError) {
	if !w.end.IsZero() && (end.IsZero() || w.end.Before(end)) {
		end, cause = w.end, w.v.call.chain.errStream
	}
	if end.IsZero() {
		return
	}
	w.cause.Store(cause)
	if w.timer == nil {
		w.timer = time.AfterFunc(end.Sub(now), w.fire)
		return
	}
	w.timer.Reset(end.Sub(now))
}

func (w *watch) fire() { w.cancel(w.cause.Load()) }

// pause stops the clock while the consumer works.
func (w *watch) pause() {
	if w != nil && w.timer != nil {
		w.timer.Stop()
	}
}

// idle starts the limit on silence.
func (w *watch) idle() {
	if w == nil {
		return
	}
	d := w.v.t.s.idle
	if d == 0 && w.end.IsZero() {
		return
	}
	now := time.Now()
	var end time.Time
	if d > 0 {
		end = now.Add(d)
	}
	w.arm(now, end, w.v.t.errIdle)
}

func (w *watch) stop() {
	if w != nil {
		w.pause()
		w.cancel(nil)
	}
}
