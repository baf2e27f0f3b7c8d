package failover

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// maxModels bounds the guards of a target that has one for each model.
const maxModels = 64

// guards are those of a target that has one for each model that it is asked
// for. Names may come from outside, so their number is bounded: a new model
// takes the place of one that nothing is held against or, if there is none,
// shares a guard with its like.
type guards struct {
	target string
	s      *settings
	shared *guard

	byModel atomic.Pointer[map[string]*guard] // replaced, never written to

	mu     sync.Mutex // held to replace it, and for what follows
	opened *hand
}

// hand is what was done by hand to all models, and holds for new ones too.
type hand struct {
	until  time.Time // zero: until closed
	reason string
}

func newGuards(target string, s *settings, shared *guard) *guards {
	g := &guards{target: target, s: s, shared: shared}
	g.byModel.Store(&map[string]*guard{})
	return g
}

// of returns the guard of a model.
func (g *guards) of(model string, now time.Time) *guard {
	if found, ok := (*g.byModel.Load())[model]; ok {
		return found
	}
	return g.add(model, now)
}

// find is of without a new guard: nil stands for one that would say yes.
func (g *guards) find(model string) *guard {
	m := *g.byModel.Load()
	if found, ok := m[model]; ok {
		return found
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(m) >= maxModels || g.opened != nil {
		return g.shared
	}
	return nil
}

func (g *guards) add(model string, now time.Time) *guard {
	g.mu.Lock()
	defer g.mu.Unlock()
	old := *g.byModel.Load()
	if found, ok := old[model]; ok {
		return found
	}
	next := make(map[string]*guard, len(old)+1)
	maps.Copy(next, old)
	if len(next) >= maxModels && !dropClean(next, now) {
		return g.shared
	}
	model = strings.Clone(model) // it may be part of a larger string
	fresh := newGuard(g.target, g.s)
	fresh.model = model
	if h := g.opened; h != nil {
		switch {
		case h.until.IsZero():
			fresh.forceOpen(now, -1, h.reason)
		case now.Before(h.until):
			fresh.forceOpen(now, h.until.Sub(now), h.reason)
		}
	}
	next[model] = fresh
	g.byModel.Store(&next)
	return fresh
}

func dropClean(m map[string]*guard, now time.Time) bool {
	for model, g := range m {
		if g.clean(now) {
			delete(m, model)
			return true
		}
	}
	return false
}

// byHand does something to all guards, also those to come: open is what it
// leaves behind for them.
func (g *guards) byHand(open *hand, change func(*guard) *BreakerEvent) []*BreakerEvent {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened = open
	var evs []*BreakerEvent
	for _, one := range g.all() {
		evs = append(evs, change(one))
	}
	return evs
}

// all returns the guards by the names of their models, the shared one last.
func (g *guards) all() []*guard {
	m := *g.byModel.Load()
	out := make([]*guard, 0, len(m)+1)
	for _, model := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[model])
	}
	return append(out, g.shared)
}

// telling are those that say how the target fares: the shared one only while it
// is in use or alone.
func (g *guards) telling() []*guard {
	all := g.all()
	if n := len(all) - 1; n > 0 && n < maxModels {
		return all[:n]
	}
	return all
}

// clean tells whether a guard knows nothing that a new one would not know.
func (g *guard) clean(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state != circuitbreaker.ClosedState || g.running > 0 || g.streak > 0 || g.cools > 0 || now.Before(g.cool) {
		return false
	}
	late := g.slow != nil && now.Sub(g.slow.recorded) < g.slow.window
	return !late && now.Sub(g.recorded) >= g.s.rateWindow
}
