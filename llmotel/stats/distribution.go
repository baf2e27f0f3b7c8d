package stats

import "time"

// distribution holds durations. The zero value is empty.
type distribution struct {
	count    int64
	sum      float64 // nanoseconds
	min, max time.Duration
	samples  histogram
}

// add takes a duration and its bucket, which is found once for all the
// distributions that it goes to.
func (d *distribution) add(v time.Duration, bucket int) {
	if d.count == 0 {
		d.min = v
	}
	d.count++
	d.sum += float64(v)
	d.min, d.max = min(d.min, v), max(d.max, v)
	d.samples.add(bucket)
}

func (d *distribution) merge(other *distribution) {
	if other.count == 0 {
		return
	}
	if d.count == 0 {
		d.min = other.min
	}
	d.count += other.count
	d.sum += other.sum
	d.min, d.max = min(d.min, other.min), max(d.max, other.max)
	d.samples.merge(&other.samples)
}

func (d *distribution) reset() {
	d.samples.reset()
	*d = distribution{samples: d.samples}
}

// copied returns d with samples of its own, cut from the front of arena, and
// what is left of the arena.
func (d *distribution) copied(arena []uint32) (distribution, []uint32) {
	c, n := *d, len(d.samples.words)
	c.samples.words = arena[:n:n]
	copy(c.samples.words, d.samples.words)
	return c, arena[n:]
}

func (d *distribution) snapshot() Latency {
	if d.count == 0 {
		return Latency{}
	}
	q := d.percentiles([...]uint64{50, 90, 95, 99})
	return Latency{
		Count: d.count,
		Avg:   time.Duration(d.sum/float64(d.count) + 0.5),
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
// sample are exact. It walks the buckets once for all ranks, which must ascend.
func (d *distribution) percentiles(ps [4]uint64) (out [4]time.Duration) {
	total, seen, next := d.samples.total(), uint64(0), 0
	rank := func() uint64 { return (ps[next]*total + 99) / 100 }
	for next < len(ps) && rank() <= 1 {
		out[next] = d.min
		next++
	}
	for bucket, n := range d.samples.each {
		seen += uint64(n)
		for next < len(ps) && rank() < total && rank() <= seen {
			out[next] = min(max(middle(bucket), d.min), d.max)
			next++
		}
		if next == len(ps) || rank() == total {
			break
		}
	}
	for ; next < len(ps); next++ {
		out[next] = d.max
	}
	return out
}
