package debugui

import (
	"slices"
	"strings"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// recentFailures is how many failed calls the overview lists.
const recentFailures = 5

type overviewView struct {
	Figures stats.Overall
	Rate    string
	Spans   []span
	Charts  []*chart
	Targets []stats.Target
	Models  []stats.Model
	// Breakers are those of targets as they are now.
	Breakers []providers.BreakerStatus
	Failures []callRow
	Empty    bool
}

// span is the figures of one window.
type span struct {
	Name string
	stats.Overall
}

type overviewData struct {
	stats.Report
	Timeline stats.Timeline            `json:"timeline"`
	Breakers []providers.BreakerStatus `json:"-"`
}

func (h *Handler) overview(req *request) (view, data any) {
	all, line := h.statistics(req.window)
	snapshot := map[stats.Window]stats.Snapshot{stats.LastMinute: all.LastMinute, stats.Last5Minutes: all.Last5Minutes, stats.LastHour: all.LastHour}[req.window]
	v := &overviewView{
		Figures: snapshot.Overall, Targets: snapshot.Targets, Models: snapshot.Models, Empty: all.SinceStart.Overall.Requests == 0,
		Spans:    []span{{"1" + nbsp + "min", all.LastMinute.Overall}, {"5" + nbsp + "min", all.Last5Minutes.Overall}, {"1" + nbsp + "h", all.LastHour.Overall}, {"Since start", all.SinceStart.Overall}},
		Charts:   charts(line),
		Breakers: slices.DeleteFunc(slices.Clone(h.cfg.breakers()), func(b providers.BreakerStatus) bool { return b.Model != "" || b.Key != "" }),
	}
	if s := snapshot.At.Sub(snapshot.Since).Seconds(); s > 0 {
		v.Rate = digits(float64(v.Figures.Requests)/s) + nbsp + "per second"
	}
	for r := range h.calls.backward() {
		if len(v.Failures) == recentFailures || req.now.Sub(r.Start.Add(r.Duration)) > req.window.Duration() {
			break // they come in the order of their ends
		}
		if outcome(r) == failed {
			v.Failures = append(v.Failures, rowOf(r))
		}
	}
	return v, overviewData{Report: all, Timeline: line}
}

// whole fills the part of a window that was before the statistics began.
func whole(line stats.Timeline) stats.Timeline {
	n := map[stats.Window]int{stats.LastMinute: 12, stats.Last5Minutes: 60, stats.LastHour: 30}[line.Window]
	if len(line.Points) == 0 || len(line.Points) >= n {
		return line
	}
	width := line.Window.Duration() / time.Duration(n)
	points := make([]stats.Point, n-len(line.Points), n)
	for i := range points {
		points[i].Start = line.Points[0].Start.Add(-width * time.Duration(len(points)-i))
	}
	line.Points = append(points, line.Points...)
	return line
}

func charts(line stats.Timeline) []*chart {
	line = whole(line)
	starts := make([]time.Time, len(line.Points))
	for i, p := range line.Points {
		starts[i] = p.Start
	}
	number := func(f float64) string { return count(int64(f + 0.5)) }
	millis := func(f float64) string { return duration(time.Duration(f * float64(time.Millisecond))) }
	calls := newChart("Calls by outcome", line, number, []counted{
		{"succeeded", 0, func(p *stats.Point) float64 { return float64(p.Overall.Succeeded) }},
		{"failed", 1, func(p *stats.Point) float64 { return float64(p.Overall.Failed) }},
		{"cancelled", 2, func(p *stats.Point) float64 { return float64(p.Overall.Cancelled) }},
		{"abandoned", 3, func(p *stats.Point) float64 { return float64(p.Overall.Abandoned) }},
	})
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	latency := newChart("Latency of succeeded calls", line, millis, []counted{
		{"p50", 0, func(p *stats.Point) float64 { return ms(p.Overall.Latency.P50) }},
		{"p95", 2, func(p *stats.Point) float64 { return ms(p.Overall.Latency.P95) }},
		{"p99", 1, func(p *stats.Point) float64 { return ms(p.Overall.Latency.P99) }},
	})
	latency.Lines = true
	latency.totals(func(s *series) string { return "at most " + s.name(slices.Max(s.values)) })
	tokens := newChart("Tokens by class", line, number, []counted{
		{"input", 0, func(p *stats.Point) float64 {
			t := p.Overall.Tokens
			return float64(max(t.Input-t.CacheRead-t.CacheWrite, 0))
		}},
		{"cache read", 4, func(p *stats.Point) float64 { return float64(p.Overall.Tokens.CacheRead) }},
		{"cache write", 5, func(p *stats.Point) float64 { return float64(p.Overall.Tokens.CacheWrite) }},
		{"output", 2, func(p *stats.Point) float64 {
			return float64(max(p.Overall.Tokens.Output-p.Overall.Tokens.Reasoning, 0))
		}},
		{"reasoning", 3, func(p *stats.Point) float64 { return float64(p.Overall.Tokens.Reasoning) }},
	})
	all := []*chart{calls, latency, tokens, costChart(line)}
	for n, c := range all {
		c.From = line.Window.Duration()
		c.Empty = []string{"No calls", "No answers", "No tokens", "No cost that is known"}[n] + " in this time."
		c.draw(starts)
		c.sumUp()
	}
	return all
}

type counted struct {
	name  string
	look  int
	value func(*stats.Point) float64
}

func newChart(title string, line stats.Timeline, name func(float64) string, of []counted) *chart {
	c := &chart{Title: title}
	for _, o := range of {
		s := series{Name: o.name, Look: o.look, name: name}
		for i := range line.Points {
			s.values = append(s.values, o.value(&line.Points[i]))
		}
		c.Series = append(c.Series, s)
	}
	c.totals(func(s *series) string {
		sum := 0.0
		for _, v := range s.values {
			sum += v
		}
		return s.name(sum)
	})
	return c
}

func (c *chart) totals(of func(*series) string) {
	for i := range c.Series {
		if s := &c.Series[i]; len(s.values) > 0 {
			s.Total = of(s)
		}
	}
}

func (c *chart) sumUp() {
	var parts []string
	for _, s := range c.Series {
		parts = append(parts, s.Name+" "+s.Total)
	}
	c.Text = c.Title + ": " + c.Empty
	if len(parts) > 0 {
		c.Text = c.Title + ": " + strings.Join(parts, ", ")
	}
}

// costModels is how many models the chart of cost tells apart.
const costModels = 5

func costChart(line stats.Timeline) *chart {
	type model struct{ provider, model string }
	sums := map[model]float64{}
	for _, p := range line.Points {
		for _, m := range p.Models {
			if m.Cost.USD > 0 {
				sums[model{m.Provider, m.Model}] += m.Cost.USD
			}
		}
	}
	var order []model
	for m := range sums {
		order = append(order, m)
	}
	slices.SortFunc(order, func(a, b model) int {
		switch {
		case sums[a] != sums[b]:
			return map[bool]int{true: -1, false: 1}[sums[a] > sums[b]]
		default:
			return strings.Compare(a.provider+"\x00"+a.model, b.provider+"\x00"+b.model)
		}
	})
	rank := func(p, m string) int { return min(slices.Index(order, model{p, m}), costModels) }
	var of []counted
	for n := range min(len(order), costModels+1) {
		name := order[n].model
		if n == costModels {
			name = "others"
		}
		of = append(of, counted{name, []int{0, 2, 4, 5, 3, 1}[n], func(p *stats.Point) float64 {
			sum := 0.0
			for _, m := range p.Models {
				if m.Cost.USD > 0 && rank(m.Provider, m.Model) == n {
					sum += m.Cost.USD
				}
			}
			return sum
		}})
	}
	return newChart("Cost by model", line, dollars, of)
}

// outcomes of calls.
const (
	succeeded = "succeeded"
	failed    = "failed"
	cancelled = "cancelled"
	abandoned = "abandoned"
)

// outcome is how a call ended, as statistics count it.
func outcome(r *llmotel.Record) string {
	switch {
	case r.ErrorKind == providers.KindCancelled:
		return cancelled
	case r.ErrorKind != "":
		return failed
	case r.Abandoned:
		return abandoned
	default:
		return succeeded
	}
}
