package stats

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// Sink counts the calls that it is given. It is safe for concurrent use, and
// its memory is bounded by WithMaxSeries.
type Sink struct {
	cfg   config
	since time.Time

	mu        sync.Mutex
	overall   figures
	fallbacks int64
	series    map[key]*series
	order     []*series // in order of appearance
	other     *series   // what did not fit
	overflow  int64
}

var _ llmotel.Sink = (*Sink)(nil)

// key is the attribute tuple that has a series of its own. Coarser views are
// merged from it when a snapshot is taken, so a further attribute is a further
// field here and nothing on the call path.
type key struct {
	target, provider, model string
}

type series struct {
	key
	figures
}

// Other is the provider, model and target under which visits beyond the
// maximum number of series are counted.
const Other = "other"

// maxName bounds a name that becomes a series; longer ones are no names.
const maxName = 256

// New returns an empty Sink.
func New(opts ...Option) *Sink {
	cfg := newConfig(opts)
	return &Sink{cfg: cfg, since: cfg.now(), series: make(map[key]*series)}
}

// Record counts one finished call. In the steady state it allocates nothing
// and takes a fraction of a microsecond.
func (s *Sink) Record(_ context.Context, r *llmotel.Record) {
	if r == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()

	if len(r.Visits) == 0 {
		o := outcome{
			kind: r.ErrorKind, abandoned: r.Abandoned, attempts: r.Attempts, retries: max(0, r.Attempts-1), usage: &r.Usage, cost: &r.Cost,
			latency: r.Duration, firstChunk: r.TimeToFirstChunk,
		}
		s.overall.add(&o)
		// What was not sent, such as a call for which every breaker was open,
		// is nobody's failure.
		if r.Attempts > 0 {
			s.of(key{r.Target, r.Provider, r.RequestModel}).add(&o)
		}
		return
	}

	retries := 0
	for i := range r.Visits {
		v := &r.Visits[i]
		o := outcome{
			kind: v.ErrorKind, abandoned: r.Abandoned, attempts: v.Attempts, retries: max(0, v.Attempts-1), usage: &v.Usage, cost: &v.Cost,
			latency: v.Duration, firstChunk: v.TimeToFirstChunk,
		}
		retries += o.retries
		s.of(key{v.Target, v.Provider, v.RequestModel}).add(&o)
	}
	s.overall.add(&outcome{
		kind: r.ErrorKind, abandoned: r.Abandoned, attempts: r.Attempts, retries: retries, usage: &r.Usage, cost: &r.Cost,
		latency: r.Duration, firstChunk: r.TimeToFirstChunk,
	})
	if r.Succeeded() && len(r.Visits)+len(r.Skips) > 1 {
		s.fallbacks++
	}
}

// of returns the series of k, or the common one if there is no room for k.
func (s *Sink) of(k key) *series {
	if found, ok := s.series[k]; ok {
		return found
	}
	if len(s.series) >= s.cfg.maxSeries || len(k.target) > maxName || len(k.provider) > maxName || len(k.model) > maxName {
		if s.other == nil {
			s.other = &series{key: key{Other, Other, Other}}
		}
		s.overflow++
		return s.other
	}
	// The names may be parts of a larger string, which a map key would keep.
	k = key{strings.Clone(k.target), strings.Clone(k.provider), strings.Clone(k.model)}
	fresh := &series{key: k}
	s.series[k] = fresh
	s.order = append(s.order, fresh)
	return fresh
}

// Snapshot returns the figures as they are now. Calls that end meanwhile are
// in it whole or not at all. They wait for about two microseconds per series, so
// taking one a second costs nothing that can be noticed.
func (s *Sink) Snapshot() Snapshot {
	var breakers []providers.BreakerStatus
	if s.cfg.breakers != nil {
		breakers = s.cfg.breakers()
	}
	at := s.cfg.now()

	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.order
	if s.other != nil {
		all = append(slices.Clip(all), s.other)
	}
	return Snapshot{
		Since:            s.since,
		At:               at,
		RelativeAccuracy: RelativeAccuracy,
		Overall:          Overall{Figures: s.overall.snapshot(), Fallbacks: s.fallbacks},
		Models:           models(all),
		Targets:          targets(all, breakers),
		OverflowVisits:   s.overflow,
	}
}
