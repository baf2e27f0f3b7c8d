package stats

import "time"

// Timeline is a window slice by slice, for a chart.
type Timeline struct {
	Window Window    `json:"window"`
	At     time.Time `json:"at"`
	// Points are the slices, oldest first; those in which nothing ended are
	// there too. The last one has only begun.
	Points []Point `json:"points"`
}

// Point is one slice of time.
type Point struct {
	Start   time.Time `json:"start"`
	Seconds float64   `json:"seconds"`
	// Overall counts the calls that ended in the slice.
	Overall Overall `json:"overall"`
	// Models counts their visits, in order of the models' first appearance
	// since the start.
	Models []ModelPoint `json:"models"`
}

// ModelPoint is the part of a model in a Point.
type ModelPoint struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Requests int64  `json:"requests"`
	Failed   int64  `json:"failed"`
	Tokens   Tokens `json:"tokens"`
	Cost     Cost   `json:"cost"`
}

// Timeline returns a window slice by slice: the last minute and the last five in
// slices of 5 seconds, the last hour in slices of 2 minutes. Since the start
// there are no slices; that is the last hour, too.
func (s *Sink) Timeline(w Window) Timeline {
	if w.Duration() == 0 {
		w = LastHour
	}
	c := s.capture(false)
	defer s.release()
	return Timeline{Window: w, At: c.at, Points: c.points(w)}
}

func (c *capture) points(w Window) []Point {
	ring, n := w.ring()
	slices := &c.slices[ring]
	skip := max(len(slices.closed)-n+1, 0)
	points := make([]Point, 0, n)
	for i := skip; i <= len(slices.closed); i++ {
		of := make(map[int]*figures)
		if i < len(slices.closed) {
			for cell := range slices.closed[i].all {
				of[cell.series.index] = &cell.figures
			}
		} else {
			for j := range slices.open {
				of[slices.open[j].series.index] = &slices.open[j].figures
			}
		}
		start := c.since.Add(time.Duration(slices.first+int64(i)) * slices.width)
		points = append(points, c.point(start, slices.width, of))
	}
	return points
}

func (c *capture) point(start time.Time, width time.Duration, of map[int]*figures) Point {
	all := make(rows, 0, len(of))
	for i, s := range c.order {
		if f, used := of[i]; used {
			all = append(all, entry{s, f})
		}
	}
	p := Point{Start: start, Seconds: min(width, c.at.Sub(start)).Seconds(), Overall: all.overall(), Models: []ModelPoint{}}
	for _, m := range all.models() {
		p.Models = append(p.Models, ModelPoint{m.Provider, m.Model, m.Requests, m.Failed, m.Tokens, m.Cost})
	}
	return p
}
