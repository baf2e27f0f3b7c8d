package debugui

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/llmotel/sdk/llmotel"
)

// filter is which calls to list, as the URL has it.
type filter struct {
	Target, Model, Outcome, Kind, Feature, Variant string
	// MinLatency is in milliseconds, MinCost in US dollars; as written.
	MinLatency, MinCost string

	latency time.Duration
	cost    float64
}

// outcomes are the values of the filter by outcome: how calls ended, and what
// they went through.
var outcomes = []string{succeeded, failed, cancelled, abandoned, "fallback", "retried", "degraded"}

func filterOf(q url.Values) filter {
	f := filter{
		Target: q.Get("target"), Model: q.Get("model"), Outcome: q.Get("outcome"), Kind: q.Get("kind"),
		Feature: q.Get("feature"), Variant: q.Get("variant"),
	}
	if ms, err := strconv.ParseFloat(q.Get("min_ms"), 64); err == nil && ms > 0 && ms < 1e12 {
		f.MinLatency, f.latency = q.Get("min_ms"), time.Duration(ms*float64(time.Millisecond))
	}
	if usd, err := strconv.ParseFloat(q.Get("min_usd"), 64); err == nil && usd > 0 && !math.IsInf(usd, 0) {
		f.MinCost, f.cost = q.Get("min_usd"), usd
	}
	return f
}

// Active tells whether anything is left out.
func (f filter) Active() bool { return f != filter{} }

// Outcomes are what can be chosen.
func (f filter) Outcomes() []string { return outcomes }

func (f *filter) matches(r *llmotel.Record) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return is(f.Kind, string(r.ErrorKind)) && is(f.Feature, r.Attribution.Feature) && is(f.Variant, r.Attribution.Variant) &&
		r.Duration >= f.latency && (f.cost == 0 || r.Cost.Priced && r.Cost.Amount.Float() >= f.cost) &&
		f.ended(r) && f.visited(r)
}

func (f *filter) ended(r *llmotel.Record) bool {
	switch f.Outcome {
	case "":
		return true
	case "fallback":
		return r.FellBack()
	case "retried":
		return retries(r) > 0
	case "degraded":
		return r.Degraded
	default:
		return outcome(r) == f.Outcome
	}
}

// visited tells whether the call was sent to the target and model of the filter,
// whoever answered it.
func (f *filter) visited(r *llmotel.Record) bool {
	is := func(target, provider, asked, answered string) bool {
		if target == "" {
			target = provider
		}
		return (f.Target == "" || f.Target == target) && (f.Model == "" || f.Model == asked || f.Model == answered)
	}
	return is(r.Target, r.Provider, r.RequestModel, r.ResponseModel) || slices.ContainsFunc(r.Visits, func(v llmotel.Visit) bool {
		return is(v.Target, v.Provider, v.RequestModel, v.ResponseModel)
	})
}

// choices are the values that the kept calls have.
type choices struct{ Targets, Models, Kinds, Features, Variants []string }

// maxChoices bounds a list, which hostile names could make long.
const maxChoices = 200

func choicesOf(records []*llmotel.Record) choices {
	var sets [5]map[string]bool
	add := func(n int, s string) {
		if sets[n] == nil {
			sets[n] = map[string]bool{}
		}
		if s != "" && len(sets[n]) < maxChoices {
			sets[n][s] = true
		}
	}
	for _, r := range records {
		if r.Target != "" {
			add(0, r.Target)
		} else {
			add(0, r.Provider)
		}
		add(1, r.RequestModel)
		add(2, string(r.ErrorKind))
		add(3, r.Attribution.Feature)
		add(4, r.Attribution.Variant)
		for i := range r.Visits {
			add(0, r.Visits[i].Target)
			add(1, r.Visits[i].RequestModel)
		}
	}
	sorted := func(n int) []string {
		var out []string
		for s := range sets[n] {
			out = append(out, s)
		}
		slices.Sort(out)
		return out
	}
	return choices{sorted(0), sorted(1), sorted(2), sorted(3), sorted(4)}
}
