package stats

import (
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// RelativeAccuracy is how far a percentile may be from the sample at its rank,
// ceil(p/100 * count): 1 % of that sample.
const RelativeAccuracy = 0.01

// maxBins bounds a sketch to 8 KB. At this accuracy it spans a factor of 8e8,
// say from 1 µs to 13 min; beyond it the lowest values are merged, so high
// percentiles stay exact.
const maxBins = 1024

// The cubic mapping needs 1 % more bins than the logarithm and no logarithm.
// Immutable, so that all sketches share it.
var sketchMapping, _ = mapping.NewCubicallyInterpolatedMapping(RelativeAccuracy)

// distribution holds durations. The zero value is empty and takes no memory
// beyond itself.
type distribution struct {
	sketch   *ddsketch.DDSketch
	count    int64
	sum      float64 // seconds
	min, max time.Duration
}

func newSketch() *ddsketch.DDSketch {
	return ddsketch.NewDDSketch(sketchMapping, store.NewCollapsingLowestDenseStore(maxBins), store.NewCollapsingLowestDenseStore(maxBins))
}

func (d *distribution) add(v time.Duration) {
	v = max(v, 0)
	if d.sketch == nil {
		d.sketch, d.min = newSketch(), v
	}
	d.count++
	d.sum += v.Seconds()
	d.min, d.max = min(d.min, v), max(d.max, v)
	_ = d.sketch.Add(v.Seconds()) // fails on negative, NaN and infinite values only
}

func (d *distribution) merge(other *distribution) {
	switch {
	case other.sketch == nil:
		return
	case d.sketch == nil:
		*d = *other
		d.sketch = other.sketch.Copy()
		return
	}
	d.count += other.count
	d.sum += other.sum
	d.min, d.max = min(d.min, other.min), max(d.max, other.max)
	_ = d.sketch.MergeWith(other.sketch) // fails on another mapping only
}

func (d *distribution) snapshot() Latency {
	if d.count == 0 {
		return Latency{}
	}
	q := d.percentiles([...]int64{50, 90, 95, 99})
	return Latency{
		Count: d.count,
		Avg:   seconds(d.sum / float64(d.count)),
		Min:   d.min,
		Max:   d.max,
		P50:   q[0],
		P90:   q[1],
		P95:   q[2],
		P99:   q[3],
	}
}

// percentiles returns the samples at the nearest ranks, upwards: the smallest
// sample that at least so many per cent do not exceed. The first and the last
// sample are exact. It walks the bins once for all ranks, which must ascend.
func (d *distribution) percentiles(ps [4]int64) (out [4]time.Duration) {
	n := d.sketch.GetZeroCount()
	next := 0
	rank := func() int64 { return (ps[next]*d.count + 99) / 100 }
	for next < len(ps) && rank() <= 1 {
		out[next] = d.min
		next++
	}
	for next < len(ps) && float64(rank()) <= n {
		next++ // zero
	}
	d.sketch.GetPositiveValueStore().ForEach(func(index int, count float64) bool {
		n += count
		for next < len(ps) && rank() < d.count && float64(rank()) <= n {
			out[next] = min(max(seconds(sketchMapping.Value(index)), d.min), d.max)
			next++
		}
		return next == len(ps) || rank() == d.count
	})
	for ; next < len(ps); next++ {
		out[next] = d.max
	}
	return out
}

func seconds(s float64) time.Duration { return time.Duration(s*float64(time.Second) + 0.5) }
