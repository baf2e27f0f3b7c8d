package stats

import (
	"slices"
	"time"
)

// capture is what the figures of several windows are made from, all of the
// same moment. What can still change is copied with the lock held, which takes
// about a microsecond per series; the rest is read after.
type capture struct {
	since, at                     time.Time
	order                         []*series
	other                         [roles]*series
	totals                        []figures // by index of the series; nil if not asked for
	slices                        [rings]captured
	overflowCalls, overflowVisits int64
}

// captured are the slices of a ring, oldest first.
type captured struct {
	width  time.Duration
	first  int64 // number of the first
	closed []cells
	open   []cell // copies
}

// capture must be followed by release.
func (s *Sink) capture(totals bool) *capture {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &capture{
		since: s.since, at: s.cfg.now(), order: slices.Clip(s.order), other: s.other,
		overflowCalls: s.overflowCalls, overflowVisits: s.overflowVisits,
	}
	s.turn(c.at)
	if totals {
		c.totals = s.totals()
	}
	for i := range s.rings {
		r := &s.rings[i]
		r.hold()
		lists, first := r.last(len(r.slices))
		last := len(lists) - 1
		c.slices[i] = captured{r.width, first, lists[:last], lists[last].copied()}
	}
	return c
}

func (s *Sink) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.rings {
		s.rings[i].done()
	}
}

func (s *Sink) totals() []figures {
	words := 0
	for _, x := range s.order {
		words += x.total.words()
	}
	out, arena := make([]figures, len(s.order)), make([]uint32, words)
	for i, x := range s.order {
		arena = x.total.copyTo(&out[i], arena)
	}
	return out
}

func (l cells) copied() []cell {
	n, words := 0, 0
	for c := range l.all {
		n, words = n+1, words+c.words()
	}
	out, arena := make([]cell, 0, n), make([]uint32, words)
	for c := range l.all {
		out = append(out, cell{series: c.series})
		arena = c.copyTo(&out[len(out)-1].figures, arena)
	}
	return out
}

// figures returns those of the window by index of the series, and when it
// began.
func (c *capture) figures(w Window) ([]figures, time.Time) {
	if w.Duration() == 0 {
		return c.totals, c.since
	}
	ring, n := w.ring()
	slices := &c.slices[ring]
	out := make([]figures, len(c.order))
	closed := slices.closed[max(len(slices.closed)-n+1, 0):]
	for _, l := range closed {
		for cell := range l.all {
			out[cell.series.index].merge(&cell.figures)
		}
	}
	for i := range slices.open {
		out[slices.open[i].series.index].merge(&slices.open[i].figures)
	}
	first := slices.first + int64(len(slices.closed)-len(closed))
	return out, c.since.Add(time.Duration(first) * slices.width)
}
