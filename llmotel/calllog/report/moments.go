package report

import "math"

// Moments are weighted sums over values: enough for their mean and its
// uncertainty. The zero value is of no values.
type Moments struct {
	n                 int     // how many values
	shift             float64 // the first; sums are of differences to it, for precision
	w, w2             float64 // weights, their squares
	wx                float64
	w2x, w2xx         float64
	smallest, largest float64
}

// Add adds a value that stands for weight values like it.
func (m *Moments) Add(x, weight float64) {
	if m.n == 0 {
		m.shift, m.smallest, m.largest = x, x, x
	}
	m.n++
	m.smallest, m.largest = min(m.smallest, x), max(m.largest, x)
	d, w2 := x-m.shift, weight*weight
	m.w += weight
	m.w2 += w2
	m.wx += weight * d
	m.w2x += w2 * d
	m.w2xx += w2 * d * d
}

// Merge adds the values of o.
func (m *Moments) Merge(o *Moments) {
	if o.n == 0 {
		return
	}
	if m.n == 0 {
		*m = *o
		return
	}
	d := o.shift - m.shift
	m.n += o.n
	m.smallest, m.largest = min(m.smallest, o.smallest), max(m.largest, o.largest)
	m.w += o.w
	m.w2 += o.w2
	m.wx += o.wx + d*o.w
	m.w2x += o.w2x + d*o.w2
	m.w2xx += o.w2xx + 2*d*o.w2x + d*d*o.w2
}

// N returns how many values there are, and Weight how many they stand for.
func (m *Moments) N() int { return m.n }

// Weight is the sum of the weights.
func (m *Moments) Weight() float64 { return m.w }

// Mean is the weighted mean; NaN without values.
func (m *Moments) Mean() float64 {
	if m.n == 0 {
		return math.NaN()
	}
	return m.shift + m.wx/m.w
}

// variance is the estimated variance of Mean without the correction for few
// values: the linearised variance of a ratio of sums whose terms were kept
// with probability 1/weight (Särndal, Swensson and Wretman, Model Assisted
// Survey Sampling, 1992, section 5.7). With equal weights it is the mean square
// deviation by n.
func (m *Moments) variance() float64 {
	if m.n == 0 {
		return math.NaN()
	}
	mean := m.wx / m.w
	return max(0, m.w2xx-2*mean*m.w2x+mean*mean*m.w2) / (m.w * m.w)
}

// Variance is the estimated variance of Mean, the square of its standard error;
// NaN for fewer than two values. With equal weights it is s²/n.
func (m *Moments) Variance() float64 {
	if m.n < 2 {
		return math.NaN()
	}
	n := float64(m.n)
	return m.variance() * n / (n - 1)
}

// Effective is the number of equally weighted values that would say as much
// about a mean (Kish, Survey Sampling, 1965).
func (m *Moments) Effective() float64 {
	if m.n == 0 {
		return 0
	}
	return m.w * m.w / m.w2
}
