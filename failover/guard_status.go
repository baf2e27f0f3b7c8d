package failover

import (
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/llmotel/sdk/providers"
)

// status is what the guard says of itself. RetryAt is also set while the
// target cools down, with a closed breaker.
func (g *guard) status(now time.Time) providers.BreakerStatus {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := providers.BreakerStatus{
		Target: g.target, Model: g.model, Key: g.key, State: stateName(g.state), Since: g.since,
		Reason: g.reason, ConsecutiveFailures: g.streak, InFlight: g.running,
	}
	s.SlowCalls, s.TimedCalls = g.slow.counts(now, g.state == circuitbreaker.ClosedState)
	if g.state == circuitbreaker.OpenState {
		s.RetryAt = g.until
	}
	if now.Before(g.cool) && (g.state != circuitbreaker.OpenState || !g.until.IsZero()) {
		s.RetryAt = later(s.RetryAt, g.cool)
	}
	// The stock window drops old results only when a new one is written.
	if g.state == circuitbreaker.ClosedState && now.Sub(g.recorded) >= g.s.rateWindow {
		return s
	}
	m := g.breaker.Metrics()
	s.Successes, s.Failures = int(m.Successes()), int(m.Failures())
	if n := s.Successes + s.Failures; n > 0 { // the stock rate is rounded to a hundredth
		s.FailureRate = float64(s.Failures) / float64(n)
	}
	return s
}

// forceOpen opens for d, or until forceClose if d is negative.
func (g *guard) forceOpen(now time.Time, d time.Duration, reason string) *BreakerEvent {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open(now, d, reason, "")
}

// forceClose closes and forgets all that was counted.
func (g *guard) forceClose(now time.Time) *BreakerEvent {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cool, g.cools, g.streak, g.failed, g.asked = time.Time{}, 0, 0, false, time.Time{}
	if g.state == circuitbreaker.ClosedState {
		g.breaker.Open() // empties the window
		g.breaker.Close()
		g.slow.empty()
		g.gen++
		return nil
	}
	g.breaker.Close()
	return g.changed(now, ReasonManual, "")
}

// why is the reason for the open state in words.
func (g *guard) why() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.kind != "" && g.reason != "" {
		return g.reason + ", " + string(g.kind)
	}
	return g.reason
}

func stateName(s circuitbreaker.State) providers.BreakerState {
	switch s {
	case circuitbreaker.OpenState:
		return providers.BreakerOpen
	case circuitbreaker.HalfOpenState:
		return providers.BreakerHalfOpen
	default:
		return providers.BreakerClosed
	}
}
