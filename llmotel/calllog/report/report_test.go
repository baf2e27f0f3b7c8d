package report_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/report"
)

func newReport(t testing.TB, by ...string) *report.Report {
	t.Helper()
	r, err := report.New(by...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// call is an entry of an answered call.
func call(feature string, latency, usd float64) *calllog.Entry {
	e := &calllog.Entry{Weight: 1, Attempts: 1, LatencyMS: latency, Attribution: &calllog.Attribution{Feature: feature}}
	e.Success, e.USD = true, new(usd)
	e.Usage, e.Input, e.Output = "reported", new(int64(100)), new(int64(10))
	return e
}

func TestFiguresOfAFewCalls(t *testing.T) {
	r := newReport(t, "feature")
	r.Add(call("search", 100, 0.1))
	r.Add(call("search", 300, 0.2))
	failed := call("search", 5000, 0.3) // paid for
	failed.Success, failed.ErrorKind, failed.Attempts = false, "timeout", 3
	r.Add(failed)
	refused := &calllog.Entry{Weight: 1, Attempts: 1, Attribution: &calllog.Attribution{Feature: "search"}}
	refused.ErrorKind, refused.Usage = "rate_limited", "missing"
	r.Add(refused)
	cancelled := call("search", 7000, 0)
	cancelled.Success, cancelled.ErrorKind, cancelled.USD, cancelled.Usage = false, "cancelled", nil, "partial"
	r.Add(cancelled)
	left := call("search", 9000, 0.05)
	left.Success, left.Abandoned, left.TTFCMS = false, true, 50
	left.Partial = true
	r.Add(left)
	fallback := call("", 200, 0)
	fallback.Attribution, fallback.USD, fallback.Unpriced = nil, nil, true
	fallback.Visits = []calllog.Visit{{Target: "primary"}, {Target: "backup", Outcome: calllog.Outcome{Success: true}}}
	fallback.Target, fallback.Attempts = "backup", 3
	r.Add(fallback)
	euro := call("chat", 400, 0)
	euro.USD, euro.Amount, euro.Currency = nil, new(1.5), "EUR"
	euro.CacheRead, euro.CacheWrite, euro.Reasoning = new(int64(7)), new(int64(8)), new(int64(9))
	r.Add(euro)

	groups := r.Groups()
	var order []string
	for _, g := range groups {
		order = append(order, g.By["feature"])
	}
	if !slices.Equal(order, []string{"search", "", "chat"}) {
		t.Fatalf("groups %q, want the dearest first, then by name", order)
	}
	search := groups[0]
	if search.Records != 6 || search.Requests != 6 || search.Succeeded != 2 || search.Failed != 2 || search.Cancelled != 1 || search.Abandoned != 1 ||
		search.ErrorRate != 0.5 || !reflect.DeepEqual(search.Errors, map[string]float64{"timeout": 1, "rate_limited": 1}) || search.Retries != 2 || search.Fallbacks != 0 {
		t.Errorf("%+v", search)
	}
	if l := search.LatencyMS; l.Min != 100 || l.Max != 300 || l.Mean != 200 || math.Abs(l.P50-100) > 0.5 || math.Abs(l.P99-300) > 1.5 {
		t.Errorf("latency %+v, want that of the two successes", l)
	}
	if c := search.FirstChunkMS; c == nil || c.Min != 50 || math.Abs(c.P50-50) > 0.25 {
		t.Errorf("first chunk %+v", c)
	}
	if c := search.Cost; *c.USD != 0.65 || *c.PerSuccess != 0.325 || c.Priced != 4 || c.Unpriced != 0 || c.Partial != 1 {
		t.Errorf("cost %+v", c)
	}
	if k := search.Tokens; k.Input != 500 || k.Output != 50 || k.Missing != 1 || k.Incomplete != 1 {
		t.Errorf("tokens %+v", k)
	}
	if g := groups[1]; g.Fallbacks != 1 || g.Retries != 1 || g.Cost.USD != nil || g.Cost.Unpriced != 1 || g.FirstChunkMS != nil {
		t.Errorf("%+v", g)
	}
	if g := groups[2]; g.Cost.USD != nil || g.Cost.Other["EUR"] != 1.5 || g.Tokens.CacheRead != 7 || g.Tokens.CacheWrite != 8 || g.Tokens.Reasoning != 9 {
		t.Errorf("%+v", g)
	}
	if all := r.Total(); all.Requests != 8 || *all.Cost.USD != 0.65 || all.By != nil {
		t.Errorf("total %+v", all)
	}
}

// Ten dollars in cents of cents: no noise of floating point.
func TestMoneyIsExact(t *testing.T) {
	r := newReport(t)
	for range 100_000 {
		r.Add(call("", 1, 0.0001))
	}
	if usd := *r.Total().Cost.USD; usd != 10 {
		t.Errorf("cost %v, want 10", usd)
	}
}

func TestPercentilesAreWithinHalfAPercent(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for name, draw := range map[string]func() float64{
		"lognormal": func() float64 { return math.Exp(6 + rnd.NormFloat64()) },
		"uniform":   func() float64 { return 1 + 1e5*rnd.Float64() },
		"two modes": func() float64 { return []float64{3, 90_000}[rnd.IntN(2)] * (1 + rnd.Float64()/10) },
		"tiny":      func() float64 { return 1e-2 * rnd.ExpFloat64() },
	} {
		r := newReport(t)
		var values []float64
		for range 20_001 {
			x := draw()
			values = append(values, x)
			r.Add(call("", x, 0))
		}
		slices.Sort(values)
		l := r.Total().LatencyMS
		for q, got := range map[float64]float64{0.5: l.P50, 0.9: l.P90, 0.95: l.P95, 0.99: l.P99} {
			exact := values[int(math.Ceil(q*float64(len(values))))-1]
			if math.Abs(got/exact-1) > 0.0051 {
				t.Errorf("%s: p%v is %v, want %v", name, 100*q, got, exact)
			}
		}
	}
}

// A record that stands for ten calls counts as ten of them.
func TestWeightsCount(t *testing.T) {
	weighted, plain := newReport(t, "feature"), newReport(t, "feature")
	for i := range 50 {
		e := call("a", float64(1+i*i), 0.01*float64(i))
		for range 10 {
			plain.Add(e)
		}
		w := *e
		w.Weight = 10
		weighted.Add(&w)
	}
	a, b := weighted.Groups()[0], plain.Groups()[0]
	if a.Records != 50 || b.Records != 500 {
		t.Errorf("%d and %d records", a.Records, b.Records)
	}
	a.Records = b.Records
	if got, want := text(t, a), text(t, b); got != want {
		t.Errorf("weighted\n%s\nten times\n%s", got, want)
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestMergedReportsAreThoseOfAll(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	all, a := newReport(t, "feature", "experiment"), newReport(t, "feature", "experiment")
	b := a.Empty()
	for i := range 2000 {
		e := call(fmt.Sprint(i%3), math.Round(1000*rnd.ExpFloat64()), float64(rnd.IntN(1000))/1e6)
		e.Weight = float64(1 + i%2*3)
		e.Attribution.Experiment, e.Attribution.Variant = "e", fmt.Sprint(i%2)
		switch i % 10 {
		case 1:
			e.ErrorKind, e.Success = "timeout", false
		case 2:
			e.USD, e.Amount, e.Currency = nil, new(2.0), "EUR"
		case 3:
			e.TTFCMS = 5
		}
		all.Add(e)
		if rnd.IntN(2) == 0 {
			a.Add(e)
		} else {
			b.Add(e)
		}
	}
	a.Merge(b)
	if got, want := text(t, []any{a.Groups(), a.Total()}), text(t, []any{all.Groups(), all.Total()}); got != want {
		t.Errorf("merged\n%s\nall\n%s", got, want)
	}
	got, want := a.Comparisons("", 0.9)[0], all.Comparisons("", 0.9)[0]
	near(t, "low", got.Latency.Interval.Low, want.Latency.Interval.Low, 1e-6)
	near(t, "high", got.ErrorRate.Interval.High, want.ErrorRate.Interval.High, 1e-9)
	near(t, "cost", *got.Cost.Difference, *want.Cost.Difference, 1e-12)
}

func TestComparisons(t *testing.T) {
	r := newReport(t)
	add := func(experiment, variant string, n int, latency, usd float64, fails int) {
		for i := range n {
			e := call("", latency+float64(i%5), usd)
			e.Attribution.Experiment, e.Attribution.Variant = experiment, variant
			if i < fails {
				e.Success, e.ErrorKind = false, "timeout"
			}
			r.Add(e)
		}
	}
	add("prompt", "b", 80, 150, 0.02, 32)
	add("prompt", "a", 70, 100, 0.01, 14)
	add("prompt", "control", 1, 100, 0.01, 0)
	add("model", "x", 10, 100, 0, 0)
	add("model", "y", 10, 100, 0, 0)
	add("alone", "x", 10, 100, 0, 0)

	var got []string
	for _, c := range r.Comparisons("a", 0.95) {
		got = append(got, fmt.Sprintf("%s: %s to %s", c.Experiment, c.Baseline, c.Variant))
	}
	want := "model: x to y, prompt: a to b, prompt: a to control"
	if strings.Join(got, ", ") != want {
		t.Errorf("comparisons %v, want %s", got, want)
	}
	if first := r.Comparisons("", 0.95)[1]; first.Baseline != "control" {
		t.Errorf("the baseline is %s, want control", first.Baseline)
	}

	c := r.Comparisons("a", 0.95)[1]
	if *c.Cost.Difference != 0.01 || *c.Cost.Relative != 1 || !c.Cost.Clear() || c.Cost.BaselineCalls != 70 || c.Cost.VariantCalls != 80 {
		t.Errorf("cost %+v", c.Cost)
	}
	near(t, "latency", *c.Latency.Difference, 50, 1)
	if !c.Latency.Clear() || c.Latency.BaselineCalls != 56 || c.Latency.Method != report.MethodWelch {
		t.Errorf("latency %+v", c.Latency)
	}
	// 32 of 80 failed and 14 of 70: Newcombe's first example by its complement.
	near(t, "error rate", *c.ErrorRate.Difference, 0.2, 1e-12)
	near(t, "low", c.ErrorRate.Interval.Low, 0.0524, 5.1e-5)
	near(t, "high", c.ErrorRate.Interval.High, 0.3339, 5.1e-5)

	lone := r.Comparisons("a", 0.95)[2]
	if lone.Latency.Interval != nil || lone.Latency.Difference == nil {
		t.Errorf("one call has %+v", lone.Latency)
	}
	same := r.Comparisons("a", 0.95)[0]
	if same.Cost.Clear() || *same.Cost.Difference != 0 || same.Cost.Relative != nil {
		t.Errorf("equal variants: %+v", same.Cost)
	}
}

func TestDimensionsAreChecked(t *testing.T) {
	if _, err := report.New("feature", "colour"); err == nil || !strings.Contains(err.Error(), "colour") || !strings.Contains(err.Error(), "variant") {
		t.Errorf("%v, want an error that names the dimension and those that there are", err)
	}
	if _, err := report.New("feature", "feature"); err == nil {
		t.Error("no error for a dimension that is named twice")
	}
	e := call("f", 1, 0)
	e.Timestamp = time.Date(2026, 3, 1, 23, 30, 0, 0, time.FixedZone("", 2*3600))
	e.Provider, e.Model, e.ResponseModel, e.Target, e.ServiceTier, e.Operation, e.ErrorKind, e.PriceID = "p", "m", "r", "t", "s", "o", "k", "i"
	e.Attribution = &calllog.Attribution{
		Feature: "f", FeatureVersion: "f1", Prompt: "q", PromptVersion: "q1", Experiment: "e", Variant: "v",
		Conversation: "c", User: "u", Session: "z", Tenant: "n",
	}
	r := newReport(t, report.Dimensions()...)
	r.Add(e)
	want := map[string]string{
		"feature": "f", "feature_version": "f1", "prompt": "q", "prompt_version": "q1", "experiment": "e", "variant": "v",
		"conversation": "c", "user": "u", "session": "z", "tenant": "n", "provider": "p", "model": "m", "response_model": "r",
		"target": "t", "service_tier": "s", "operation": "o", "error_kind": "k", "price_id": "i", "hour": "2026-03-01T21Z", "day": "2026-03-01",
	}
	if got := r.Groups()[0].By; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}
