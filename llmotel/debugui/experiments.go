package debugui

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/report"
)

// level is the confidence level of intervals, that of llmotel report.
const level = 0.95

type experimentsView struct {
	Kept        int
	Experiments []experiment
}

type experiment struct {
	Name     string
	Baseline string
	Variants []variant
}

// variant is one arm; Against is nil for the baseline.
type variant struct {
	Name    string
	Figures report.Group
	Cells   []comparedCell
}

// comparedCell is a figure of a variant, and how it differs from the baseline.
type comparedCell struct {
	Name, Value, Difference, Interval string
	// Verdict says in words whether the interval excludes zero.
	Verdict string
	Clear   bool
}

type experimentsData struct {
	Calls       int                 `json:"calls"`
	Variants    []report.Group      `json:"variants"`
	Comparisons []report.Comparison `json:"comparisons"`
}

// compare adds up the kept calls; the next viewers get the same for a second.
func (h *Handler) compare() *comparison {
	c := &h.figures
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.compared != nil && time.Since(c.comparedAt) < time.Second {
		return c.compared
	}
	records, _ := h.calls.newest()
	r, err := report.New("experiment", "variant")
	if err != nil {
		return &comparison{} // the dimensions are there
	}
	for _, rec := range records {
		if rec.Attribution.Experiment != "" {
			r.Add(entryOf(rec))
		}
	}
	c.compared = &comparison{of: len(records), groups: r.Groups(), compared: r.Comparisons("", level)}
	c.comparedAt = time.Now()
	return c.compared
}

// entryOf is what a report needs of a record.
func entryOf(r *llmotel.Record) *calllog.Entry {
	e := &calllog.Entry{
		Timestamp: r.Start, Weight: 1, Operation: r.Operation, Stream: r.Stream, Provider: r.Provider, Model: r.RequestModel,
		LatencyMS: float64(r.Duration) / float64(time.Millisecond), TTFCMS: float64(r.TimeToFirstChunk) / float64(time.Millisecond),
		Outcome:  calllog.Outcome{Success: r.Succeeded(), Abandoned: r.Abandoned, ErrorKind: string(r.ErrorKind)},
		Attempts: r.Attempts, Degraded: r.Degraded,
		Attribution: &calllog.Attribution{Experiment: r.Attribution.Experiment, Variant: r.Attribution.Variant},
	}
	e.Usage = r.Usage.Completeness.String()
	if r.Cost.Priced && (r.Cost.Currency == "USD" || r.Cost.Currency == "") {
		usd := r.Cost.Amount.Float()
		e.USD = &usd
	}
	return e
}

func (h *Handler) experiments(*request) (view, data any) {
	c := h.compare()
	v := &experimentsView{Kept: c.of}
	baselines := map[string]string{}
	compared := map[[2]string]*report.Comparison{}
	for i := range c.compared {
		one := &c.compared[i]
		baselines[one.Experiment] = one.Baseline
		compared[[2]string{one.Experiment, one.Variant}] = one
	}
	groups := slices.Clone(c.groups)
	slices.SortFunc(groups, func(a, b report.Group) int {
		base := func(g report.Group) int {
			if baselines[g.By["experiment"]] == g.By["variant"] {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.By["experiment"], b.By["experiment"]), cmp.Compare(base(a), base(b)), cmp.Compare(a.By["variant"], b.By["variant"]))
	})
	for _, g := range groups {
		name := g.By["experiment"]
		if n := len(v.Experiments); n == 0 || v.Experiments[n-1].Name != name {
			v.Experiments = append(v.Experiments, experiment{Name: name, Baseline: baselines[name]})
		}
		e := &v.Experiments[len(v.Experiments)-1]
		e.Variants = append(e.Variants, variant{cmp.Or(g.By["variant"], "(none)"), g, cells(&g, compared[[2]string{name, g.By["variant"]}])})
	}
	return v, experimentsData{c.of, append([]report.Group{}, groups...), append([]report.Comparison{}, c.compared...)}
}

// cells are the error rate, the latency and the cost of a call.
func cells(g *report.Group, c *report.Comparison) []comparedCell {
	millis := func(f float64) string { return duration(time.Duration(f * float64(time.Millisecond))) }
	points := func(f float64) string { return strconv.FormatFloat(100*f, 'f', 1, 64) + nbsp + "pp" }
	out := []comparedCell{{Name: "Error rate", Value: none}, {Name: "Mean latency", Value: none}, {Name: "Cost per call", Value: none}}
	if g.Succeeded+g.Failed > 0 {
		out[0].Value = percent(g.ErrorRate)
	}
	if g.LatencyMS != nil {
		out[1].Value = millis(g.LatencyMS.Mean)
	}
	if g.Cost.USD != nil && g.Cost.Priced > 0 {
		out[2].Value = dollars(*g.Cost.USD / g.Cost.Priced)
	}
	if c == nil {
		return out
	}
	for i, d := range []*report.Difference{&c.ErrorRate, &c.Latency, &c.Cost} {
		write := []func(float64) string{points, millis, dollars}[i]
		cell := &out[i]
		switch {
		case d.Difference == nil:
			continue
		case d.Interval == nil:
			cell.Difference, cell.Verdict = signed(*d.Difference, write), "too few calls for an interval"
			continue
		}
		cell.Difference = signed(*d.Difference, write)
		cell.Interval = signed(d.Interval.Low, write) + " to " + signed(d.Interval.High, write)
		cell.Clear = d.Clear()
		switch {
		case !cell.Clear:
			cell.Verdict = "no clear difference"
		case *d.Difference > 0:
			cell.Verdict = "clearly higher"
		default:
			cell.Verdict = "clearly lower"
		}
	}
	return out
}

func signed(f float64, write func(float64) string) string {
	if f < 0 {
		return "−" + write(-f)
	}
	return "+" + write(f)
}
