package report

import "math"

// accuracy is the relative error of percentiles: values are counted in bins
// whose bounds grow by a constant factor (Masson, Rim and Lee, DDSketch, 2019).
const accuracy = 0.005

var (
	growth    = math.Log((1 + accuracy) / (1 - accuracy))
	smallest  = 1e-3 // milliseconds; less is counted as nothing
	firstBin  = int(math.Ceil(math.Log(smallest) / growth))
	binMiddle = 2 / (1 + (1+accuracy)/(1-accuracy))
)

// distribution counts values, weighted. The zero value is empty.
type distribution struct {
	values Moments
	zero   float64   // the weight of what is too small
	offset int       // the bin of counts[0]
	counts []float64 // the weight of each bin
}

func (d *distribution) add(x, weight float64) {
	d.values.Add(x, weight)
	if x < smallest {
		d.zero += weight
		return
	}
	*d.bin(int(math.Ceil(math.Log(x) / growth))) += weight
}

// bin returns the count of a bin, which it makes if need be.
func (d *distribution) bin(i int) *float64 {
	switch at := i - d.offset; {
	case len(d.counts) == 0:
		d.offset, d.counts = i, make([]float64, 1, 16)
	case at < 0:
		more := min(-at+16, i-firstBin+16)
		more = max(more, -at)
		d.counts = append(make([]float64, more, more+len(d.counts)), d.counts...)
		d.offset -= more
	case at >= len(d.counts):
		d.counts = append(d.counts, make([]float64, at-len(d.counts)+1)...)
	}
	return &d.counts[i-d.offset]
}

func (d *distribution) merge(o *distribution) {
	d.values.Merge(&o.values)
	d.zero += o.zero
	for i, w := range o.counts {
		if w > 0 {
			*d.bin(o.offset + i) += w
		}
	}
}

// quantile is the smallest value that a share q of the weight does not exceed.
func (d *distribution) quantile(q float64) float64 {
	rank := q * d.values.w
	seen := d.zero
	if seen >= rank {
		return d.values.smallest
	}
	for i, w := range d.counts {
		if seen += w; seen >= rank*(1-1e-12) && w > 0 {
			middle := math.Exp(float64(d.offset+i)*growth) * binMiddle
			return min(max(middle, d.values.smallest), d.values.largest)
		}
	}
	return d.values.largest
}

// Latency describes times in milliseconds.
type Latency struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	Mean float64 `json:"mean"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
}

// figures is nil without values.
func (d *distribution) figures() *Latency {
	if d.values.n == 0 {
		return nil
	}
	return &Latency{
		P50: d.quantile(0.5), P90: d.quantile(0.9), P95: d.quantile(0.95), P99: d.quantile(0.99),
		Mean: d.values.Mean(), Min: d.values.smallest, Max: d.values.largest,
	}
}
