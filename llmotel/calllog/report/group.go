package report

import (
	"maps"
	"math"
	"slices"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/providers"
)

// Group is the figures of the records that have the same values of the
// dimensions. Counts and sums are over calls, estimated if records were sampled.
type Group struct {
	// By has the value of each dimension; "" is what has none.
	By map[string]string `json:"by,omitempty"`
	// Records is how many records there are, Requests how many calls they
	// stand for.
	Records  int     `json:"records"`
	Requests float64 `json:"requests"`

	Succeeded float64 `json:"succeeded"`
	Failed    float64 `json:"failed"`
	Cancelled float64 `json:"cancelled"`
	Abandoned float64 `json:"abandoned"`
	// ErrorRate is failed by failed and succeeded; 0 without any.
	ErrorRate float64            `json:"error_rate"`
	Errors    map[string]float64 `json:"errors,omitempty"`
	// Fallbacks counts the calls that another target answered than the one asked
	// first, or that a target answered after one was passed over; a hedge that won
	// is one, as in stats. Retries counts the further tries on the same target.
	Fallbacks float64 `json:"fallbacks"`
	Retries   float64 `json:"retries"`

	LatencyMS    *Latency `json:"latency_ms"`
	FirstChunkMS *Latency `json:"ttfc_ms"`

	Tokens Tokens `json:"tokens"`
	Cost   Cost   `json:"cost"`
}

// Tokens are sums over the calls that have a usage.
type Tokens struct {
	Input      float64 `json:"input"`
	Output     float64 `json:"output"`
	CacheRead  float64 `json:"cache_read"`
	CacheWrite float64 `json:"cache_write"`
	Reasoning  float64 `json:"reasoning"`
	// Incomplete counts the calls whose usage is partial or estimated, Missing
	// those that were sent and have none.
	Incomplete float64 `json:"incomplete_calls"`
	Missing    float64 `json:"missing_calls"`
}

// Cost is the sum over the calls whose price is known.
type Cost struct {
	// USD is nil if no call has a known cost in US dollars.
	USD *float64 `json:"usd"`
	// PerSuccess is USD by the calls that succeeded: what an answer costs,
	// failures paid for included.
	PerSuccess *float64 `json:"usd_per_success"`
	// Other holds sums in other currencies.
	Other    map[string]float64 `json:"other_currencies,omitempty"`
	Priced   float64            `json:"priced_calls"`
	Unpriced float64            `json:"unpriced_calls"`
	Partial  float64            `json:"partially_priced_calls"`
}

// group is the sums behind a Group.
type group struct {
	values  []string
	figures Group // counts and tokens only
	latency distribution
	chunk   distribution
	usd     total
	other   map[string]*total
}

func (g *group) add(e *calllog.Entry) {
	w, f := e.Weight, &g.figures
	f.Records++
	f.Requests += w
	switch {
	case e.ErrorKind == string(providers.KindCancelled):
		f.Cancelled += w
	case e.ErrorKind != "":
		f.Failed += w
		if f.Errors == nil {
			f.Errors = make(map[string]float64)
		}
		f.Errors[e.ErrorKind] += w
	case e.Abandoned:
		f.Abandoned += w
	default:
		f.Succeeded += w
		g.latency.add(e.LatencyMS, w)
	}
	if e.TTFCMS > 0 {
		g.chunk.add(e.TTFCMS, w)
	}
	if fallback(e) {
		f.Fallbacks += w
	}
	f.Retries += w * float64(max(0, e.Attempts-max(1, len(e.Visits))))
	g.addTokens(e, w)
	g.addCost(e, w)
}

// fallback tells whether another target answered than the one asked first, as
// stats does.
func fallback(e *calllog.Entry) bool {
	if !e.Success {
		return false
	}
	winner := -1
	for i := range slices.Backward(e.Visits) {
		switch v := &e.Visits[i]; {
		case !v.Success:
		case v.Target == e.Target:
			return v.Target != e.Visits[0].Target || len(e.Skips) > 0
		case winner < 0:
			winner = i
		}
	}
	return winner >= 0 && (e.Visits[winner].Target != e.Visits[0].Target || len(e.Skips) > 0)
}

func (g *group) addTokens(e *calllog.Entry, w float64) {
	t := &g.figures.Tokens
	switch e.Usage {
	case "missing":
		if e.Attempts > 0 {
			t.Missing += w
		}
	case "partial", "estimated":
		t.Incomplete += w
	}
	for _, c := range [...]struct {
		sum *float64
		n   *int64
	}{
		{&t.Input, e.Input}, {&t.Output, e.Output}, {&t.CacheRead, e.CacheRead}, {&t.CacheWrite, e.CacheWrite}, {&t.Reasoning, e.Reasoning},
	} {
		if c.n != nil {
			*c.sum += w * float64(*c.n)
		}
	}
}

func (g *group) addCost(e *calllog.Entry, w float64) {
	c := &g.figures.Cost
	switch {
	case e.USD != nil:
		c.Priced += w
		g.usd.add(*e.USD, w)
	case e.Amount != nil:
		c.Priced += w
		g.currency(e.Currency).add(*e.Amount, w)
	case e.Unpriced:
		c.Unpriced += w
	}
	if e.Partial {
		c.Partial += w
	}
}

func (g *group) currency(code string) *total {
	if g.other == nil {
		g.other = make(map[string]*total)
	}
	if g.other[code] == nil {
		g.other[code] = new(total)
	}
	return g.other[code]
}

func (g *group) merge(o *group) {
	f, of := &g.figures, &o.figures
	f.Records += of.Records
	for _, c := range [...]struct{ sum, more *float64 }{
		{&f.Requests, &of.Requests},
		{&f.Succeeded, &of.Succeeded},
		{&f.Failed, &of.Failed},
		{&f.Cancelled, &of.Cancelled},
		{&f.Abandoned, &of.Abandoned},
		{&f.Fallbacks, &of.Fallbacks},
		{&f.Retries, &of.Retries},
		{&f.Tokens.Input, &of.Tokens.Input},
		{&f.Tokens.Output, &of.Tokens.Output},
		{&f.Tokens.CacheRead, &of.Tokens.CacheRead},
		{&f.Tokens.CacheWrite, &of.Tokens.CacheWrite},
		{&f.Tokens.Reasoning, &of.Tokens.Reasoning},
		{&f.Tokens.Incomplete, &of.Tokens.Incomplete},
		{&f.Tokens.Missing, &of.Tokens.Missing},
		{&f.Cost.Priced, &of.Cost.Priced},
		{&f.Cost.Unpriced, &of.Cost.Unpriced},
		{&f.Cost.Partial, &of.Cost.Partial},
	} {
		*c.sum += *c.more
	}
	for kind, n := range of.Errors {
		if f.Errors == nil {
			f.Errors = make(map[string]float64)
		}
		f.Errors[kind] += n
	}
	g.latency.merge(&o.latency)
	g.chunk.merge(&o.chunk)
	g.usd.merge(&o.usd)
	for code, t := range o.other {
		g.currency(code).merge(t)
	}
}

func (g *group) result(dims []dimension) Group {
	out := g.figures
	out.Errors = maps.Clone(out.Errors)
	if len(dims) > 0 {
		out.By = make(map[string]string, len(dims))
		for i, d := range dims {
			out.By[d.name] = g.values[i]
		}
	}
	if done := out.Failed + out.Succeeded; done > 0 {
		out.ErrorRate = out.Failed / done
	}
	out.LatencyMS, out.FirstChunkMS = g.latency.figures(), g.chunk.figures()
	if g.usd.n > 0 {
		usd := g.usd.value()
		out.Cost.USD = &usd
		if out.Succeeded > 0 {
			each := usd / out.Succeeded
			out.Cost.PerSuccess = &each
		}
	}
	for code, t := range g.other {
		if out.Cost.Other == nil {
			out.Cost.Other = make(map[string]float64)
		}
		out.Cost.Other[code] = t.value()
	}
	return out
}

// total is a sum of money. Amounts are whole numbers of 1e-12, as in
// pricing.Amount, and what a float64 loses when such are added is added at the
// end (Neumaier, 1974): the sum is the exact one, rounded once.
type total struct {
	n         int
	sum, lost float64
}

func (t *total) add(amount, weight float64) {
	t.n++
	t.plus(math.Round(amount*1e12) * weight)
}

func (t *total) plus(x float64) {
	s := t.sum + x
	if math.Abs(t.sum) >= math.Abs(x) {
		t.lost += t.sum - s + x
	} else {
		t.lost += x - s + t.sum
	}
	t.sum = s
}

func (t *total) merge(o *total) {
	t.n += o.n
	t.plus(o.sum)
	t.lost += o.lost
}

func (t *total) value() float64 { return (t.sum + t.lost) / 1e12 }
