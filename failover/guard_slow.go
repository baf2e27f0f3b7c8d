package failover

import (
	"math"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// slowWindow counts first chunks that came late. It is a second breaker of
// failsafe-go, again as a window alone: whether it opens is asked, what it does
// then is not.
type slowWindow struct {
	breaker   circuitbreaker.CircuitBreaker[any]
	threshold time.Duration
	window    time.Duration
	recorded  time.Time
}

// newSlowWindow returns nil if slowness does not count.
func newSlowWindow(s *settings) *slowWindow {
	if s.slowRate == 0 {
		return nil
	}
	return &slowWindow{
		breaker: circuitbreaker.NewBuilder[any]().
			WithFailureRateThreshold(s.slowRate, uint(s.slowMinCalls), s.slowWindow).
			WithSuccessThreshold(1). // never half-open
			WithDelay(math.MaxInt64).
			Build(),
		threshold: s.slowThreshold,
		window:    s.slowWindow,
	}
}

// record enters a first chunk and tells whether too many were late.
func (w *slowWindow) record(late bool, now time.Time) bool {
	if w == nil {
		return false
	}
	if late {
		w.breaker.RecordFailure()
	} else {
		w.breaker.RecordSuccess()
	}
	w.recorded = now
	return w.breaker.State() == circuitbreaker.OpenState
}

func (w *slowWindow) empty() {
	if w != nil {
		w.breaker.Open()
		w.breaker.Close()
	}
}

// counts are those of the window; see guard.status for one that was idle.
func (w *slowWindow) counts(now time.Time, closed bool) (late, all int) {
	if w == nil || closed && now.Sub(w.recorded) >= w.window {
		return 0, 0
	}
	m := w.breaker.Metrics()
	return int(m.Failures()), int(m.Executions())
}

// waitsForChunk tells whether firstChunk has anything to do.
func (g *guard) waitsForChunk(t *ticket) bool { return g != nil && (t.lease != 0 || g.slow != nil) }

// firstChunk enters how long a stream took to begin its answer, and frees the
// slot of a trial; its verdict still comes with done. A trial that is late has
// failed.
func (g *guard) firstChunk(t *ticket, took time.Duration, now time.Time) *BreakerEvent {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free(t)
	if g.slow == nil || t.gen != g.gen {
		return nil
	}
	late := took > g.slow.threshold
	switch g.state {
	case circuitbreaker.ClosedState:
		if g.slow.record(late, now) {
			return g.open(now, g.s.openFor, ReasonSlowRate, "")
		}
	case circuitbreaker.HalfOpenState:
		if late {
			return g.open(now, g.s.openFor, ReasonTrialFailed, "")
		}
	}
	return nil
}
