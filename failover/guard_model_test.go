package failover

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
)

// model is the guard as a specification: slow, without failsafe-go, with every
// result kept.
type model struct {
	s       settings
	state   providers.BreakerState
	gen     int
	log     []Verdict // results of this state
	until   time.Time
	byHand  bool
	asked   time.Time
	cool    time.Time
	running map[int]time.Time // trials with a slot
}

type modelTicket struct{ id, gen int }

func (m *model) admits(now time.Time) bool {
	switch {
	case m.state == providers.BreakerOpen && (m.byHand || now.Before(m.until)), now.Before(m.cool):
		return false
	case m.state == providers.BreakerHalfOpen && len(m.running) >= m.s.trials:
		var last time.Time
		for _, at := range m.running {
			if at.After(last) {
				last = at
			}
		}
		return !now.Before(last.Add(m.s.openFor))
	}
	return true
}

func (m *model) enter(state providers.BreakerState) {
	m.state, m.log, m.running, m.asked = state, nil, map[int]time.Time{}, time.Time{}
	m.gen++
}

func (m *model) admit(id int, now time.Time) modelTicket {
	if m.state == providers.BreakerOpen {
		m.enter(providers.BreakerHalfOpen)
	}
	if m.state == providers.BreakerHalfOpen {
		if len(m.running) >= m.s.trials {
			clear(m.running)
		}
		m.running[id] = now
	}
	return modelTicket{id, m.gen}
}

func (m *model) open(now time.Time, d time.Duration) {
	until := now.Add(d)
	if m.asked.After(until) {
		until = m.asked
	}
	m.until, m.byHand = until, false
	if m.state != providers.BreakerOpen {
		m.enter(providers.BreakerOpen)
	}
}

func (m *model) done(t modelTicket, r result, now time.Time) {
	if r.cooldown {
		if end := now.Add(r.retryAfter); end.After(m.cool) {
			m.cool = end
		}
	}
	if t.gen != m.gen {
		return
	}
	delete(m.running, t.id)
	if r.isolate > 0 {
		m.open(now, r.isolate)
		return
	}
	v := r.verdict
	if v == Ignored || v == Alive && m.state == providers.BreakerClosed {
		return
	}
	m.log = append(m.log, v)
	switch m.state {
	case providers.BreakerClosed:
		m.closed(r, now)
	case providers.BreakerHalfOpen:
		if v == Failure {
			m.asked = now.Add(r.retryAfter)
			m.open(now, m.s.openFor)
		} else if len(m.log) >= m.s.successes {
			m.enter(providers.BreakerClosed)
		}
	}
}

func (m *model) closed(r result, now time.Time) {
	streak, failures := 0, 0
	for _, v := range m.log {
		streak++
		if v == Success {
			streak = 0
		} else {
			failures++
		}
	}
	if r.verdict == Success {
		m.asked = time.Time{}
	} else if end := now.Add(r.retryAfter); r.retryAfter > 0 && end.After(m.asked) {
		m.asked = end
	}
	rate := float64(failures)/float64(len(m.log)) >= m.s.rate-.005 // two decimals
	if m.s.consecutive > 0 && streak >= m.s.consecutive || m.s.rate > 0 && len(m.log) >= m.s.rateMinCalls && rate {
		m.open(now, m.s.openFor)
	}
}

// TestGuardAgainstModel runs the guard and the model through the same random
// calls, results, changes by hand and steps of the clock. The window is longer
// than a run, so its sliding is not part of it.
func TestGuardAgainstModel(t *testing.T) {
	runs := 400
	if testing.Short() {
		runs = 50
	}
	for seed := range runs {
		if err := compare(uint64(seed)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func compare(seed uint64) error {
	rnd := rand.New(rand.NewPCG(seed, 1))
	s := defaults().defaults
	s.rateWindow = 24 * time.Hour
	s.consecutive, s.trials, s.successes = rnd.IntN(7), 1+rnd.IntN(3), 1+rnd.IntN(3)
	s.rateMinCalls = 3 + rnd.IntN(20)
	if rnd.IntN(3) == 0 {
		s.rate = 0
	}
	g := newGuard("x", &s)
	m := &model{s: s, state: providers.BreakerClosed, running: map[int]time.Time{}}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	type pair struct {
		t ticket
		m modelTicket
	}
	var out []pair
	failing := rnd.Float64()
	for i := range 500 {
		what := rnd.IntN(100)
		switch {
		case what < 45:
			want := m.admits(now)
			tk, ref, _ := g.admit(now)
			if got := ref.reason == ""; got != want {
				return fmt.Errorf("step %d: admitted %v (%q), model %v in %s", i, got, ref.reason, want, m.state)
			}
			if want {
				out = append(out, pair{tk, m.admit(i, now)})
			}
		case what < 90 && len(out) > 0:
			n := rnd.IntN(len(out))
			p := out[n]
			out = append(out[:n], out[n+1:]...)
			r := randomResult(rnd, failing)
			if rnd.IntN(5) == 0 {
				g.firstChunk(&p.t)
				if p.m.gen == m.gen {
					delete(m.running, p.m.id)
				}
			}
			g.done(p.t, r, now)
			m.done(p.m, r, now)
		case what == 95:
			d := time.Duration(1+rnd.IntN(60)) * time.Second
			g.forceOpen(now, d, ReasonIsolated)
			m.open(now, d)
		case what == 96:
			g.forceClose(now)
			m.cool, m.asked = time.Time{}, time.Time{}
			m.enter(providers.BreakerClosed)
		default:
			now = now.Add(time.Duration(rnd.IntN(10_000)) * time.Millisecond)
		}
		if got := g.status(now); got.State != m.state || g.trials != len(m.running) && m.state == providers.BreakerHalfOpen {
			return fmt.Errorf("step %d: %+v with %d trials, model %s with %d", i, got, g.trials, m.state, len(m.running))
		}
	}
	// Whatever is still out there, the guard lets a call through in the end.
	if !g.ready(now.Add(10 * time.Minute)) {
		return fmt.Errorf("stuck in %+v", g.status(now))
	}
	return nil
}

func randomResult(rnd *rand.Rand, failing float64) result {
	r := result{verdict: Success}
	switch x := rnd.Float64(); {
	case x < failing:
		r.verdict = Failure
		if rnd.IntN(6) == 0 {
			r.retryAfter = time.Duration(rnd.IntN(90)) * time.Second
		}
	case x < failing+(1-failing)*.1:
		r.verdict = Ignored
	case x < failing+(1-failing)*.2:
		r = result{verdict: Alive, cooldown: true, retryAfter: time.Duration(1+rnd.IntN(20)) * time.Second}
	case x < failing+(1-failing)*.22:
		r = result{isolate: time.Duration(1+rnd.IntN(300)) * time.Second}
	}
	return r
}
