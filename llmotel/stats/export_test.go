package stats

import (
	"maps"
	"slices"
	"time"
)

// WithClock replaces the clock.
func WithClock(now func() time.Time) Option {
	return optionFunc(func(c config) config { c.now = now; return c })
}

// The bounds of a histogram.
const (
	MaxBuckets = maxBuckets
	MaxListed  = maxListed
)

// Histogram is one with its buckets shown.
type Histogram struct{ histogram }

func (h *Histogram) Add(d time.Duration) { h.add(bucketOf(d)) }

// AddN adds n at once, to the counts.
func (h *Histogram) AddN(d time.Duration, n uint32) {
	if !h.counted {
		h.tally()
	}
	h.count(bucketOf(d), n)
}

func (h *Histogram) Merge(other *Histogram) { h.merge(&other.histogram) }
func (h *Histogram) Reset()                 { h.reset() }
func (h *Histogram) Words() int             { return cap(h.words) }

// Counts returns the counts by bucket.
func (h *Histogram) Counts() map[int]uint32 {
	out := map[int]uint32{}
	for bucket, n := range h.each {
		out[bucket] += n
	}
	return out
}

// Ascending tells whether buckets come in order.
func (h *Histogram) Ascending() bool {
	var all []int
	for bucket := range h.each {
		all = append(all, bucket)
	}
	return slices.IsSorted(all)
}

// BucketOf and Middle are the scale.
var (
	BucketOf = bucketOf
	Middle   = middle
)

// Same tells whether two histograms have the same counts.
func Same(a, b *Histogram) bool { return maps.Equal(a.Counts(), b.Counts()) }

// Hold does what a snapshot does with the lock held.
func (s *Sink) Hold() { s.capture(true); s.release() }
