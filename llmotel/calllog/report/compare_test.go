package report_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/llmotel/sdk/llmotel/calllog/report"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func of(values ...float64) *report.Moments {
	m := new(report.Moments)
	for _, x := range values {
		m.Add(x, 1)
	}
	return m
}

// yes is m ones and n-m zeros.
func yes(m, n int) *report.Moments {
	s := new(report.Moments)
	for i := range n {
		if i < m {
			s.Add(1, 1)
		} else {
			s.Add(0, 1)
		}
	}
	return s
}

// From printed tables of the t distribution.
func TestStudentQuantile(t *testing.T) {
	for _, c := range []struct{ p, freedom, want float64 }{
		{0.975, 1, 12.7062},
		{0.975, 2, 4.30265},
		{0.975, 10, 2.22814},
		{0.975, 30, 2.04227},
		{0.975, 120, 1.97993},
		{0.995, 5, 4.03214},
		{0.95, 7, 1.89458},
		{0.975, 1e6, 1.95997},
		{0.975, 1e12, 1.95996},
	} {
		near(t, "quantile", report.StudentQuantile(c.p, c.freedom), c.want, 6e-5)
	}
}

// Welch's interval for Student's sleep data, as R's t.test gives it.
func TestMeanDifferenceOfStudentsSleepData(t *testing.T) {
	a := of(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
	b := of(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
	i, err := report.MeanDifference(a, b, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "low", i.Low, -3.3654832, 1e-7)
	near(t, "high", i.High, 0.2054832, 1e-7)
	if i.Excludes(0) || !i.Excludes(0.3) || !i.Excludes(-4) {
		t.Errorf("%+v", i)
	}
	// Far from zero nothing is lost.
	far := of(1e9+0.7, 1e9-1.6, 1e9-0.2, 1e9-1.2, 1e9-0.1, 1e9+3.4, 1e9+3.7, 1e9+0.8, 1e9, 1e9+2)
	near(t, "variance far out", far.Variance(), a.Variance(), 1e-6)
}

// The examples of table II of Newcombe's paper, method 10.
func TestRateDifferenceOfNewcombesExamples(t *testing.T) {
	for _, c := range []struct {
		a, m, b, n int
		low, high  float64
	}{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.0582, 0.8062},
		{5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775},
		{0, 10, 0, 10, -0.2775, 0.2775},
		{10, 10, 0, 20, 0.6791, 1.0000},
		{10, 10, 0, 10, 0.6075, 1.0000},
	} {
		i, err := report.RateDifference(yes(c.a, c.m), yes(c.b, c.n), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "low", i.Low, c.low, 5.1e-5)
		near(t, "high", i.High, c.high, 5.1e-5)
	}
}

// The examples of Newcombe's paper on single proportions (Statistics in Medicine
// 17, 1998, pages 857 to 872).
func TestWilson(t *testing.T) {
	for _, c := range []struct{ r, n, low, high float64 }{
		{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718},
	} {
		i := report.Wilson(c.r/c.n, c.n, 0.95)
		near(t, "low", i.Low, c.low, 5.1e-5)
		near(t, "high", i.High, c.high, 5.1e-5)
	}
}

func TestTooFewValues(t *testing.T) {
	for name, err := range map[string]error{
		"none":      second(report.MeanDifference(of(), of(1, 2), 0.95)),
		"one":       second(report.MeanDifference(of(1, 2), of(1), 0.95)),
		"no trials": second(report.RateDifference(of(), of(1), 0.95)),
	} {
		if !errors.Is(err, report.ErrTooFew) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, level := range []float64{0, 1, -1, math.NaN()} {
		if second(report.MeanDifference(of(1, 2), of(1, 2), level)) == nil || second(report.RateDifference(of(1, 0), of(1, 0), level)) == nil {
			t.Errorf("no error for the level %v", level)
		}
	}
	i, err := report.MeanDifference(of(2, 2), of(5, 5, 5), 0.95)
	if err != nil || i != (report.Interval{Low: -3, High: -3}) {
		t.Errorf("equal values: %v, %v", i, err)
	}
}

func second(_ report.Interval, err error) error { return err }

func TestMergedMomentsAreThoseOfAll(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var all, a, b, none report.Moments
	for i := range 1000 {
		x, w := 1e6+r.ExpFloat64(), 1+9*r.Float64()
		all.Add(x, w)
		if i%3 == 0 {
			a.Add(x, w)
		} else {
			b.Add(x, w)
		}
	}
	a.Merge(&none)
	none.Merge(&a)
	none.Merge(&b)
	near(t, "mean", none.Mean(), all.Mean(), 1e-8)
	near(t, "variance", none.Variance()/all.Variance(), 1, 1e-6)
	near(t, "effective", none.Effective(), all.Effective(), 1e-6)
	if none.N() != 1000 || none.Weight() <= 1000 {
		t.Errorf("%d values with weight %v", none.N(), none.Weight())
	}
}

// Of many experiments, with records sampled as calllog.Sampler does, the
// intervals cover the truth as often as they say.
func TestIntervalsCoverTheTruthOfSampledLogs(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const experiments, calls, rate = 1000, 4000, 0.2
	const meanA, meanB, errorsA, errorsB = 100.0, 104.0, 0.02, 0.03
	draw := func(mean, errors float64) (latency, failed *report.Moments) {
		latency, failed = new(report.Moments), new(report.Moments)
		for range calls {
			x := mean * r.ExpFloat64()
			fails := r.Float64() < errors
			w := 1.0
			if !fails && x < 3*mean { // neither an error nor slow
				if r.Float64() >= rate {
					continue
				}
				w = 1 / rate
			}
			if fails {
				failed.Add(1, w)
				continue
			}
			failed.Add(0, w)
			latency.Add(x, w)
		}
		return latency, failed
	}
	means, rates := 0, 0
	for range experiments {
		latencyA, failedA := draw(meanA, errorsA)
		latencyB, failedB := draw(meanB, errorsB)
		m, err := report.MeanDifference(latencyB, latencyA, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if !m.Excludes(meanB - meanA) {
			means++
		}
		p, err := report.RateDifference(failedB, failedA, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if !p.Excludes(errorsB - errorsA) {
			rates++
		}
	}
	// 95 % of 1000 with a standard deviation of 6.9.
	if means < 925 || means > 975 || rates < 925 || rates > 975 {
		t.Errorf("of %d intervals %d of means and %d of rates cover the truth, want 950 each", experiments, means, rates)
	}
	t.Logf("of %d intervals %d of means and %d of rates cover the truth", experiments, means, rates)
}
