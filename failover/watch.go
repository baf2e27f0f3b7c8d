package failover

import (
	"context"
	"math"
	"sync/atomic"
	"time"
)

// watch ends a streamed attempt's context when a limit passes: first the one
// on the first chunk or on the whole call, then the one on silence, in which
// the consumer's own time does not count. A nil watch has no limits.
//
// A chunk only moves the time that the timer looks at when it fires, so that
// chunks cost no timer operations.
type watch struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	start  time.Time
	idle   time.Duration
	end    time.Duration // of the whole stream, after start; 0: none

	at      atomic.Int64 // when the limit passes, after start
	cause   atomic.Pointer[TimeoutError]
	errIdle *TimeoutError
	errEnd  *TimeoutError

	connected func() // ends the limit on the connection; nil: none
}

const (
	watchPaused  = math.MaxInt64
	watchStopped = math.MinInt64
)

// watched is the context of a streamed attempt.
func (v *visit) watched() (context.Context, *watch) {
	s := &v.t.s
	end, errEnd := v.streamEnd()
	if end.IsZero() && v.call.deadline.IsZero() && s.firstChunk == 0 && s.idle == 0 && s.connect == 0 {
		return v.ctx, nil
	}
	ctx, cancel := context.WithCancelCause(v.ctx)
	w := &watch{cancel: cancel, start: v.now, idle: s.idle, errIdle: v.t.errIdle, errEnd: errEnd}
	if !end.IsZero() {
		w.end = max(1, end.Sub(v.now))
	}
	first, cause := s.firstChunk, v.t.errFirstChunk
	if !v.call.deadline.IsZero() {
		if d := max(1, v.call.deadline.Sub(v.now)); first == 0 || d < first {
			first, cause = d, v.call.limit
		}
	}
	if w.end > 0 && (first == 0 || w.end < first) {
		first, cause = w.end, errEnd
	}
	w.at.Store(watchPaused)
	w.timer = time.AfterFunc(math.MaxInt64, w.fire)
	if first > 0 {
		w.cause.Store(cause)
		w.at.Store(int64(first))
		w.timer.Reset(first)
	}
	if s.connect > 0 {
		ctx, w.connected = v.connecting(ctx, cancel)
	}
	return ctx, w
}

// streamEnd is when a stream is to be at its end, however well it flows, and
// the limit that says so. The caller of a Generate waits for that.
func (v *visit) streamEnd() (end time.Time, limit *TimeoutError) {
	k := v.call
	switch c := k.chain; {
	case k.bounded():
		end, limit = k.deadline, k.limit
	case c.stream > 0:
		end, limit = k.start.Add(c.stream), c.errStream
	}
	if d := v.t.s.attempt; d > 0 && k.forGenerate() {
		if e := v.now.Add(d); end.IsZero() || e.Before(end) {
			end, limit = e, v.t.errAttempt
		}
	}
	return end, limit
}

// pause stops the clock while the consumer works.
func (w *watch) pause() {
	if w != nil {
		w.at.Store(watchPaused)
	}
}

// resume starts the limit on silence.
func (w *watch) resume() {
	if w == nil || w.idle == 0 && w.end == 0 {
		return
	}
	at, cause := time.Duration(math.MaxInt64-1), w.errIdle
	if w.idle > 0 {
		at = time.Since(w.start) + w.idle
	}
	if w.end > 0 && w.end < at {
		at, cause = w.end, w.errEnd
	}
	same := w.cause.Swap(cause) == cause
	w.at.Store(int64(at))
	if !same || cause == w.errEnd { // the timer may be set for later
		w.timer.Reset(max(1, at-time.Since(w.start)))
	}
}

// fire is called by the timer, which may be early: it then waits for the rest.
func (w *watch) fire() {
	switch at := w.at.Load(); at {
	case watchStopped:
	case watchPaused:
		if w.idle > 0 {
			w.timer.Reset(w.idle)
		}
	default:
		if left := time.Duration(at) - time.Since(w.start); left > 0 {
			w.timer.Reset(left)
			return
		}
		w.cancel(w.cause.Load())
	}
}

func (w *watch) stop() {
	if w != nil {
		w.at.Store(watchStopped)
		w.timer.Stop()
		if w.connected != nil {
			w.connected()
		}
		w.cancel(nil)
	}
}
