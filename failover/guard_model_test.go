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
	chunks  []bool    // first chunks of this state: whether they were late
	out     int       // tickets
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
	m.state, m.log, m.running, m.asked, m.chunks = state, nil, map[int]time.Time{}, time.Time{}, nil
	m.gen++
}

func (m *model) admit(id int, now time.Time) modelTicket {
	m.out++
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

// firstChunk is that of a stream which has not ended yet.
func (m *model) firstChunk(t modelTicket, took time.Duration, now time.Time) {
	if t.gen != m.gen {
		return
	}
	delete(m.running, t.id)
	late := took > m.s.slowThreshold
	switch {
	case m.s.slowRate == 0:
	case m.state == providers.BreakerHalfOpen && late:
		m.open(now, m.s.openFor)
	case m.state == providers.BreakerClosed:
		m.chunks = append(m.chunks, late)
		if m.slow() {
			m.open(now, m.s.openFor)
		}
	}
}

func (m *model) slow() bool {
	late := 0
	for _, l := range m.chunks {
		if l {
			late++
		}
	}
	return len(m.chunks) >= m.s.slowMinCalls && float64(late)/float64(len(m.chunks)) >= m.s.slowRate-.005 // two decimals
}

func (m *model) done(t modelTicket, r result, now time.Time) {
	m.out--
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
	if m.s.slowRate > 0 && r.slow {
		m.chunks = append(m.chunks, true)
	}
	if m.s.consecutive > 0 && streak >= m.s.consecutive || m.s.rate > 0 && len(m.log) >= m.s.rateMinCalls && rate ||
		m.s.slowRate > 0 && r.slow && m.slow() {
		m.open(now, m.s.openFor)
	}
}

// usable is the latest time at which the model lets a call through, whatever
// is still out there: never is only for what was done by hand.
func (m *model) usable(now time.Time) (at time.Time, never bool) {
	at = now
	if m.cool.After(at) {
		at = m.cool
	}
	switch m.state {
	case providers.BreakerOpen:
		if m.until.After(at) {
			at = m.until
		}
		return at, m.byHand
	case providers.BreakerHalfOpen: // a trial that hangs loses its slot after one open delay
		if end := now.Add(m.s.openFor); end.After(at) {
			at = end
		}
	}
	return at, false
}

// TestGuardAgainstModel runs the guard and the model through the same random
// calls, results, first chunks, changes by hand and steps of the clock. The
// windows are longer than a run, so their sliding is not part of it. Runs end
// at a random step, with calls still out: from any state that can be reached, a
// provider that has recovered is used again.
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
	s.rateWindow, s.slowWindow = 24*time.Hour, 24*time.Hour
	if rnd.IntN(2) == 0 {
		s.slowRate, s.slowThreshold, s.slowMinCalls = .2+.8*rnd.Float64(), 2*time.Second, 1+rnd.IntN(12)
		s.slowRate = float64(int(s.slowRate*100)) / 100
	}
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
	ends, step := 90, 10_000
	if rnd.IntN(4) == 0 { // a provider that hangs: trials lose their slots
		ends, step = 60, 50_000
	}
	for i := range 1 + rnd.IntN(500) {
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
		case what < ends && len(out) > 0:
			n := rnd.IntN(len(out))
			p := out[n]
			out = append(out[:n], out[n+1:]...)
			r := randomResult(rnd, failing)
			if rnd.IntN(3) == 0 {
				took := time.Duration(rnd.IntN(4000)) * time.Millisecond
				g.firstChunk(&p.t, took, now)
				m.firstChunk(p.m, took, now)
				r.slow = false
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
		case what == 97 && rnd.IntN(4) == 0:
			g.forceOpen(now, -1, ReasonManual)
			m.open(now, 0)
			m.byHand = true
		default:
			now = now.Add(time.Duration(rnd.IntN(step)) * time.Millisecond)
		}
		if got := g.status(now); got.State != m.state || g.trials != len(m.running) && m.state == providers.BreakerHalfOpen {
			return fmt.Errorf("step %d: %+v with %d trials, model %s with %d", i, got, g.trials, m.state, len(m.running))
		} else if got.InFlight != m.out {
			return fmt.Errorf("step %d: %d in flight, model %d", i, got.InFlight, m.out)
		}
		if at, never := m.usable(now); g.ready(at) == never {
			return fmt.Errorf("step %d: stuck in %+v, model usable at %v (never: %v)", i, g.status(now), at, never)
		}
	}
	return recovers(g, m, now)
}

// recovers drives a guard whose provider is well again, while what was out
// before never returns: it is used within one open delay and closes.
func recovers(g *guard, m *model, now time.Time) error {
	at, never := m.usable(now)
	if never {
		g.forceClose(now)
		at = now
	}
	// What the window remembers of worse times may open it once more.
	again := m.state == providers.BreakerClosed
	for i := 0; i < 2*g.s.successes || again && g.status(at).State == providers.BreakerOpen; i++ {
		t, ref, _ := g.admit(at)
		if ref.reason != "" && again {
			again, at = false, at.Add(g.s.openFor)
			t, ref, _ = g.admit(at)
		}
		if ref.reason != "" {
			return fmt.Errorf("a healthy provider is refused (%s) in %+v", ref.reason, g.status(at))
		}
		g.firstChunk(&t, time.Millisecond, at)
		g.done(t, result{verdict: Success}, at)
	}
	for range g.s.successes { // if it was opened by the last
		if g.status(at).State != providers.BreakerHalfOpen {
			break
		}
		t, _, _ := g.admit(at)
		g.done(t, result{verdict: Success}, at)
	}
	if s := g.status(at); s.State != providers.BreakerClosed {
		return fmt.Errorf("%+v although the provider is well", s)
	}
	return nil
}

func randomResult(rnd *rand.Rand, failing float64) result {
	r := result{verdict: Success}
	switch x := rnd.Float64(); {
	case x < failing:
		r.verdict = Failure
		r.slow = rnd.IntN(3) == 0
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
