package report

import (
	"cmp"
	"math"
	"slices"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/providers"
)

// Comparison is one variant of an experiment against the baseline.
type Comparison struct {
	Experiment string `json:"experiment"`
	Baseline   string `json:"baseline"`
	Variant    string `json:"variant"`
	// Level is the confidence level of the intervals.
	Level float64 `json:"level"`
	// Cost is of a call in US dollars, over the calls whose cost is known,
	// Latency in milliseconds, over those that succeeded; ErrorRate is over
	// those that succeeded or failed.
	Cost      Difference `json:"cost_usd"`
	Latency   Difference `json:"latency_ms"`
	ErrorRate Difference `json:"error_rate"`
}

// Difference is how a figure of the variant differs from the baseline's.
type Difference struct {
	// Baseline and Variant are the two figures, nil without calls, and
	// Difference is the variant's minus the baseline's.
	Baseline   *float64 `json:"baseline"`
	Variant    *float64 `json:"variant"`
	Difference *float64 `json:"difference"`
	// Relative is Difference by Baseline; nil if that is 0.
	Relative *float64 `json:"relative"`
	// Interval is the confidence interval of Difference; nil if there are too
	// few calls.
	Interval *Interval `json:"interval"`
	// BaselineCalls and VariantCalls are how many records the figures are of.
	BaselineCalls int    `json:"baseline_calls"`
	VariantCalls  int    `json:"variant_calls"`
	Method        string `json:"method"`
}

// Clear tells whether the interval excludes zero.
func (d *Difference) Clear() bool { return d.Interval != nil && d.Interval.Excludes(0) }

type armKey struct{ experiment, variant string }

// arm is the sums of one variant of an experiment.
type arm struct{ cost, latency, failure Moments }

func (r *Report) arm(key armKey) *arm {
	if r.arms[key] == nil {
		r.arms[key] = new(arm)
	}
	return r.arms[key]
}

func (a *arm) add(e *calllog.Entry) {
	if e.USD != nil {
		a.cost.Add(*e.USD, e.Weight)
	}
	switch {
	case e.ErrorKind == string(providers.KindCancelled) || e.ErrorKind == "" && e.Abandoned:
	case e.ErrorKind != "":
		a.failure.Add(1, e.Weight)
	default:
		a.failure.Add(0, e.Weight)
		a.latency.Add(e.LatencyMS, e.Weight)
	}
}

func (a *arm) merge(o *arm) {
	a.cost.Merge(&o.cost)
	a.latency.Merge(&o.latency)
	a.failure.Merge(&o.failure)
}

// Comparisons compares, in each experiment, every variant with the baseline, at
// a confidence level such as 0.95. The baseline is the variant of the given name;
// in experiments that have none of it, "control" or "baseline", else the first by
// name.
func (r *Report) Comparisons(baseline string, level float64) []Comparison {
	var keys []armKey
	for key := range r.arms {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b armKey) int {
		return cmp.Or(cmp.Compare(a.experiment, b.experiment), cmp.Compare(a.variant, b.variant))
	})
	var out []Comparison
	for start := 0; start < len(keys); {
		end := start
		for end < len(keys) && keys[end].experiment == keys[start].experiment {
			end++
		}
		base := keys[start]
		for _, name := range []string{"baseline", "control", baseline} { // the last that there is
			for _, key := range keys[start:end] {
				if key.variant == name && name != "" {
					base = key
				}
			}
		}
		for _, key := range keys[start:end] {
			if key != base {
				out = append(out, r.compare(base, key, level))
			}
		}
		start = end
	}
	return out
}

func (r *Report) compare(base, other armKey, level float64) Comparison {
	a, b := r.arms[base], r.arms[other]
	return Comparison{
		Experiment: base.experiment, Baseline: base.variant, Variant: other.variant, Level: level,
		Cost:      difference(&a.cost, &b.cost, level, MeanDifference, MethodWelch),
		Latency:   difference(&a.latency, &b.latency, level, MeanDifference, MethodWelch),
		ErrorRate: difference(&a.failure, &b.failure, level, RateDifference, MethodNewcombe),
	}
}

func difference(base, other *Moments, level float64, interval func(a, b *Moments, level float64) (Interval, error), method string) Difference {
	d := Difference{BaselineCalls: base.n, VariantCalls: other.n, Method: method, Baseline: finite(base.Mean()), Variant: finite(other.Mean())}
	if d.Baseline == nil || d.Variant == nil {
		return d
	}
	d.Difference = finite(*d.Variant - *d.Baseline)
	d.Relative = finite(*d.Difference / *d.Baseline)
	if i, err := interval(other, base, level); err == nil {
		d.Interval = &i
	}
	return d
}

func finite(f float64) *float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}
