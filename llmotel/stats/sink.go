package stats

import (
	"context"
	"sync"
	"time"

	"github.com/llmotel/sdk/llmotel"
)

// Sink counts the calls that it is given. It is safe for concurrent use, and
// its memory is bounded by WithMaxSeries.
type Sink struct {
	cfg   config
	since time.Time

	mu                            sync.Mutex
	series                        map[key]*series
	recent                        [1 << recentBits]*series // a short way to series, by slot
	order                         []*series                // in order of appearance
	other                         [roles]*series
	overflowCalls, overflowVisits int64
	rings                         [rings]ring
}

var _ llmotel.Sink = (*Sink)(nil)

// New returns an empty Sink.
func New(opts ...Option) *Sink {
	cfg := newConfig(opts)
	return &Sink{
		cfg: cfg, since: cfg.now(), series: make(map[key]*series),
		rings: [rings]ring{newRing(fineWidth, fineSlices), newRing(coarseWidth, coarseSlices)},
	}
}

// Record counts one finished call. In the steady state it allocates nothing
// and takes a fraction of a microsecond.
func (s *Sink) Record(_ context.Context, r *llmotel.Record) {
	if r == nil {
		return
	}
	call := ofCall(r)
	role := both
	switch {
	case len(r.Visits) > 0, r.Attempts <= 0:
		// What was not sent, such as a call for which every breaker was open,
		// is nobody's failure.
		role = calls
	}
	winner := r.AnsweredBy()
	call.fallback = r.FellBack()
	now := s.cfg.now()

	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn(now)
	if role == both {
		s.add(keyOf(both, r.Target, r.Provider, r.RequestModel, &r.Attribution), &call)
		return
	}
	call.retries = 0
	for i := range r.Visits {
		v := &r.Visits[i]
		visit := ofVisit(v, r)
		visit.fallback = call.fallback && i == winner
		call.retries += visit.retries
		s.add(keyOf(visits, v.Target, v.Provider, v.RequestModel, &r.Attribution), &visit)
	}
	s.add(keyOf(calls, "", "", "", &r.Attribution), &call)
}

// turn lets the rings know the time.
func (s *Sink) turn(now time.Time) {
	elapsed := now.Sub(s.since)
	for i := range s.rings {
		s.rings[i].turn(elapsed)
	}
}

func (s *Sink) add(k key, o *outcome) {
	to := s.of(&k)
	to.total.add(o)
	for i := range s.rings {
		to.open[i] = s.rings[i].cellOf(to, to.open[i])
		to.open[i].add(o)
	}
}
