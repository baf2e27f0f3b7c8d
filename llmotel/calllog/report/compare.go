package report

import (
	"errors"
	"math"
)

// Interval is a confidence interval.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Excludes tells whether x is outside.
func (i Interval) Excludes(x float64) bool { return x < i.Low || x > i.High }

// Methods by which intervals are computed.
const (
	MethodWelch    = "Welch's t interval for the difference of two means"
	MethodNewcombe = "Newcombe's hybrid score interval (Wilson) for the difference of two proportions"
)

// ErrTooFew is returned for samples from which no interval follows.
var ErrTooFew = errors.New("report: too few values for an interval")

var errLevel = errors.New("report: a confidence level is between 0 and 1")

// MeanDifference returns the confidence interval of the mean of a minus the mean
// of b, by Welch's t interval with the degrees of freedom of Satterthwaite
// (Welch, Biometrika 34, 1947). Weighted values count with their effective
// number. level is the confidence level, such as 0.95. Each sample needs two
// values.
func MeanDifference(a, b *Moments, level float64) (Interval, error) {
	if !(level > 0 && level < 1) {
		return Interval{}, errLevel
	}
	if a.Effective() <= 1 || b.Effective() <= 1 || a.n < 2 || b.n < 2 {
		return Interval{}, ErrTooFew
	}
	va, vb := a.Variance(), b.Variance()
	diff, sum := a.Mean()-b.Mean(), va+vb
	if sum == 0 {
		return Interval{diff, diff}, nil
	}
	freedom := sum * sum / (va*va/(a.Effective()-1) + vb*vb/(b.Effective()-1))
	half := studentQuantile(1-(1-level)/2, freedom) * math.Sqrt(sum)
	return Interval{diff - half, diff + half}, nil
}

// RateDifference returns the confidence interval of the rate of a minus the rate
// of b, whose values are 1 and 0, by the hybrid score interval (Newcombe,
// Statistics in Medicine 17, 1998, pages 873 to 890, method 10): it holds for
// rates near 0 and for few calls, where the usual interval does not. Weighted
// values count with their effective number (Korn and Graubard, Survey Methodology
// 24, 1998). Each sample needs one value.
func RateDifference(a, b *Moments, level float64) (Interval, error) {
	if !(level > 0 && level < 1) {
		return Interval{}, errLevel
	}
	if a.n == 0 || b.n == 0 {
		return Interval{}, ErrTooFew
	}
	pa, pb := rate(a), rate(b)
	wa, wb := Wilson(pa, effectiveOfRate(a), level), Wilson(pb, effectiveOfRate(b), level)
	return Interval{
		Low:  pa - pb - math.Hypot(pa-wa.Low, wb.High-pb),
		High: pa - pb + math.Hypot(wa.High-pa, pb-wb.Low),
	}, nil
}

// Wilson returns the score interval of a rate that was seen in n trials (Wilson,
// Journal of the American Statistical Association 22, 1927).
func Wilson(rate, n, level float64) Interval {
	z := normalQuantile(1 - (1-level)/2)
	middle := rate + z*z/(2*n)
	half := z * math.Sqrt(rate*(1-rate)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	return Interval{Low: max(0, (middle-half)/scale), High: min(1, (middle+half)/scale)}
}

func rate(m *Moments) float64 { return min(1, max(0, m.Mean())) }

// effectiveOfRate is the number of unweighted trials that would give a rate the
// same variance. It cannot be told from rates of 0 and 1.
func effectiveOfRate(m *Moments) float64 {
	p, v := rate(m), m.variance()
	if m.smallest == m.largest || v == 0 {
		return m.Effective()
	}
	return p * (1 - p) / v
}
