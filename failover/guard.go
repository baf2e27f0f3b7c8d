package failover

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/llmotel/sdk/providers"
)

// The reasons for a change of a circuit breaker's state.
const (
	// ReasonConsecutive and ReasonRate opened it: too many failures in a row,
	// or too large a share of failures in the window.
	ReasonConsecutive = "consecutive_failures"
	ReasonRate        = "failure_rate"
	// ReasonSlowRate opened it: too many first chunks came late.
	ReasonSlowRate = "slow_call_rate"
	// ReasonTrialFailed opened it again.
	ReasonTrialFailed = "trial_failed"
	// ReasonIsolated opened it for an error of the account, or by Isolate.
	ReasonIsolated = "isolated"
	// ReasonManual is Chain.Open or Chain.Close.
	ReasonManual = "manual"
	// ReasonDelayElapsed made it half-open, ReasonTrialsSucceeded closed it.
	ReasonDelayElapsed    = "delay_elapsed"
	ReasonTrialsSucceeded = "trials_succeeded"
)

// guard decides whether a target may be called. failsafe-go's circuit breaker
// is its state machine and its window, driven by Record, Open, HalfOpen and
// Close alone; the guard adds what that breaker lacks (docs/decisions/0200):
// time, trials that cannot leak, results that expire with the state that they
// were admitted in, consecutive failures beside the rate, neutral results.
type guard struct {
	target, model, key string
	s                  *settings

	mu      sync.Mutex
	breaker circuitbreaker.CircuitBreaker[any]
	state   circuitbreaker.State // what breaker says; only the guard drives it
	gen     uint64               // counts the changes of state
	since   time.Time
	reason  string         // why it opened last
	kind    providers.Kind // of the error that opened it
	until   time.Time      // end of the open state; zero: until closed by hand
	streak  int            // failures in a row, when open those before it opened
	failed  bool           // there has been a failure in this state
	asked   time.Time      // how long failing replies asked to be left alone

	trials    int       // running in this half-open state
	lastTrial time.Time // when the last of them began
	lease     uint64    // from 1; counts the times that slots were taken from trials that hang

	cool     time.Time // end of the cooldown
	cools    int       // cooldowns in a row that we had to choose
	recorded time.Time // when the window was last written

	running int         // tickets that are out
	slow    *slowWindow // nil: slowness does not count
}

// ticket is the permission for one attempt. It goes back with done.
type ticket struct {
	gen   uint64
	lease uint64 // of a trial, which counts in guard.trials unless the lease has moved on; else 0
}

// refusal says why there is no ticket.
type refusal struct {
	reason SkipReason
	until  time.Time
}

func newGuard(target string, s *settings) *guard {
	b := circuitbreaker.NewBuilder[any]().
		WithSuccessThreshold(uint(s.successes)).
		WithDelay(math.MaxInt64) // the guard owns time
	if s.rate > 0 {
		b.WithFailureRateThreshold(s.rate, uint(s.rateMinCalls), s.rateWindow)
	} else {
		b.WithFailureRateThreshold(1, math.MaxUint, s.rateWindow) // counts, never opens
	}
	return &guard{target: target, s: s, breaker: b.Build(), lease: 1, slow: newSlowWindow(s)}
}

// admit asks for an attempt at the time now.
func (g *guard) admit(now time.Time) (ticket, refusal, *BreakerEvent) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.refusal(now); r.reason != "" {
		return ticket{}, r, nil
	}
	var ev *BreakerEvent
	if g.state == circuitbreaker.OpenState {
		g.breaker.HalfOpen()
		ev = g.changed(now, ReasonDelayElapsed, "")
	}
	g.running++
	t := ticket{gen: g.gen}
	if g.state == circuitbreaker.HalfOpenState {
		if g.trials >= g.s.trials { // they hang, see refusal
			g.trials = 0
			g.lease++
		}
		t.lease = g.lease
		g.trials++
		g.lastTrial = now
	}
	return t, refusal{}, ev
}

// ready tells whether admit would say yes at that time.
func (g *guard) ready(at time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refusal(at).reason == ""
}

// barred is the refusal at that time, if any.
func (g *guard) barred(at time.Time) refusal {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refusal(at)
}

func (g *guard) refusal(now time.Time) refusal {
	switch {
	case g.state == circuitbreaker.OpenState && g.until.IsZero():
		return refusal{reason: SkipOpen}
	case g.state == circuitbreaker.OpenState && now.Before(g.until):
		return refusal{SkipOpen, later(g.until, g.cool)}
	case now.Before(g.cool):
		return refusal{SkipCooldown, g.cool}
	case g.state == circuitbreaker.HalfOpenState && g.trials >= g.s.trials:
		// A trial that hangs must not hold the state for ever: after another
		// delay it loses its slot, though not its say.
		if next := g.lastTrial.Add(g.s.openFor); now.Before(next) {
			return refusal{SkipHalfOpen, next}
		}
	}
	return refusal{}
}

// result is what an attempt came to.
type result struct {
	verdict    Verdict
	kind       providers.Kind
	retryAfter time.Duration
	cooldown   bool
	isolate    time.Duration
	slow       bool // it ended while the first chunk was already late
}

// done gives a ticket back with its result. It returns the change of state
// that this caused, if any, for the hooks, and the end of the cooldown.
func (g *guard) done(t ticket, r result, now time.Time) (*BreakerEvent, time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if r.cooldown {
		g.coolDown(now, r.retryAfter)
	}
	if t.gen != g.gen {
		return nil, g.cool // admitted in an older state, which says nothing of this one
	}
	g.free(&t)
	if r.isolate > 0 {
		return g.open(now, r.isolate, ReasonIsolated, r.kind), g.cool
	}
	switch g.state {
	case circuitbreaker.ClosedState:
		return g.count(r, now), g.cool
	case circuitbreaker.HalfOpenState:
		return g.judge(r, now), g.cool
	}
	return nil, g.cool
}

// count enters a result in the closed state. A success can open the breaker
// too: it may be the result that completes the minimum for the rate.
func (g *guard) count(r result, now time.Time) *BreakerEvent {
	switch r.verdict {
	case Success:
		g.streak, g.cools, g.asked = 0, 0, time.Time{}
		g.breaker.RecordSuccess()
		if !g.failed { // nothing that a success could make too large a share
			g.recorded = now
			return nil
		}
	case Failure:
		g.streak++
		g.failed = true
		if r.retryAfter > 0 {
			g.asked = later(g.asked, now.Add(r.retryAfter))
		}
		g.breaker.RecordFailure()
	default:
		return nil
	}
	g.recorded = now
	late := r.slow && g.slow.record(true, now)
	switch {
	case g.s.consecutive > 0 && g.streak >= g.s.consecutive:
		return g.open(now, g.s.openFor, ReasonConsecutive, r.kind)
	case g.breaker.State() == circuitbreaker.OpenState:
		return g.open(now, g.s.openFor, ReasonRate, r.kind)
	case late:
		return g.open(now, g.s.openFor, ReasonSlowRate, r.kind)
	}
	return nil
}

// judge enters a trial's result.
func (g *guard) judge(r result, now time.Time) *BreakerEvent {
	switch r.verdict {
	case Success, Alive:
		if r.verdict == Success {
			g.cools = 0
		}
		g.breaker.RecordSuccess()
		if g.breaker.State() == circuitbreaker.ClosedState {
			return g.changed(now, ReasonTrialsSucceeded, r.kind)
		}
	case Failure:
		return g.open(now, max(g.s.openFor, r.retryAfter), ReasonTrialFailed, r.kind)
	}
	return nil
}

func (g *guard) free(t *ticket) {
	if t.gen == g.gen && t.lease == g.lease {
		g.trials--
	}
	t.lease = 0
}

// open enters the open state for d and what failing replies asked for; d < 0
// means until closed by hand. Opening an open breaker only moves its end.
func (g *guard) open(now time.Time, d time.Duration, reason string, kind providers.Kind) *BreakerEvent {
	g.until = time.Time{}
	if d >= 0 {
		g.until = later(now.Add(d), g.asked)
	}
	g.reason, g.kind = reason, kind
	if g.state == circuitbreaker.OpenState {
		return nil
	}
	g.breaker.Open()
	return g.changed(now, reason, kind)
}

// changed follows the breaker into its new state.
func (g *guard) changed(now time.Time, reason string, kind providers.Kind) *BreakerEvent {
	from := g.state
	g.state = g.breaker.State()
	g.gen++
	g.since = now
	g.failed, g.trials, g.asked = false, 0, time.Time{}
	if g.state != circuitbreaker.OpenState { // which shows what opened it
		g.streak = 0
		g.slow.empty()
	}
	ev := &BreakerEvent{
		Target: g.target, Model: g.model, Key: g.key, From: stateName(from), To: stateName(g.state),
		Reason: reason, Kind: kind, Seq: g.gen,
	}
	if g.state == circuitbreaker.OpenState {
		ev.Until = g.until
	}
	return ev
}

// coolDown honours a 429: as long as it asks or, if it does not say, between
// half and all of 1, 2, 4 ... 60 s.
func (g *guard) coolDown(now time.Time, asked time.Duration) {
	const longest = 60 * time.Second
	if asked <= 0 {
		if now.Before(g.cool) {
			return // one of several calls that met the same limit
		}
		d := min(time.Second<<min(g.cools, 6), longest)
		g.cools++
		asked = d/2 + rand.N(d/2+1)
	}
	g.cool = later(g.cool, now.Add(asked))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
