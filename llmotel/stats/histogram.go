package stats

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// RelativeAccuracy is how far a percentile may be from the sample at its rank,
// ceil(p/100 * count): 1/64, or 1.6 %, of that sample.
const RelativeAccuracy = 1.0 / (2 * perOctave)

const (
	octaveBits = 5
	perOctave  = 1 << octaveBits
	// maxBuckets bounds a histogram to 4 KB. It spans 32 powers of two, say from
	// a microsecond to an hour; beyond it the lowest values are merged, so high
	// percentiles stay right.
	maxBuckets = 32 * perOctave
	// maxListed is how many samples are listed before they are counted.
	maxListed = 32
)

// histogram counts durations in buckets, 32 to each power of two of a
// nanosecond. Up to 32 samples it is the list of their buckets, since most
// series see few calls in one slice of time; then it is the counts of all
// buckets between its lowest and its highest. The zero value is empty.
type histogram struct {
	words []uint32 // buckets, or counts if counted
	first int16    // bucket of words[0], if counted
	// counted tells which of the two words are.
	counted bool
}

// bucketOf returns the bucket of a duration; negative ones are zero.
func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	if v < 2*perOctave {
		return int(v)
	}
	shift := bits.Len64(v) - octaveBits - 1
	return shift<<octaveBits + int(v>>shift) //nolint:gosec // below 64
}

// middle returns the middle of a bucket.
func middle(bucket int) time.Duration {
	if bucket < 2*perOctave {
		return time.Duration(bucket)
	}
	shift := bucket>>octaveBits - 1
	low := uint64(bucket&(perOctave-1)+perOctave) << shift
	return time.Duration(low + 1<<shift/2) //nolint:gosec // as small as what is in the bucket
}

func (h *histogram) add(bucket int) {
	if !h.counted {
		if len(h.words) < maxListed {
			h.words = append(h.words, uint32(bucket)) //nolint:gosec // below 2,000
			return
		}
		h.tally()
	}
	h.count(bucket, 1)
}

// tally goes from the list to counts.
func (h *histogram) tally() {
	var list [maxListed]uint32
	n := copy(list[:], h.words)
	h.words, h.counted = h.words[:0], true
	for _, bucket := range list[:n] {
		h.count(int(bucket), 1)
	}
}

func (h *histogram) count(bucket int, n uint32) {
	at := bucket - int(h.first)
	if at < 0 || at >= len(h.words) {
		at = h.reach(bucket)
	}
	if h.words[at] > math.MaxUint32-n {
		for i := range h.words { // the shares stay as they are
			h.words[i] /= 2
		}
		n /= 2
	}
	h.words[at] += n
}

// reach makes room for a bucket and returns where it is.
func (h *histogram) reach(bucket int) int {
	old := h.words
	if len(old) == 0 {
		h.first = int16(bucket) //nolint:gosec // below 2,000
	}
	low := int(h.first)
	from, to := min(low, bucket), max(low+len(old)-1, bucket)
	from = max(from, to-maxBuckets+1)
	size := to - from + 1
	words := old[:min(size, cap(old))]
	if len(words) < size {
		words = make([]uint32, size, min(size+size/4, maxBuckets))
	}
	gone := min(max(from-low, 0), len(old)) // merged into the lowest that stays
	var merged uint32
	for _, n := range old[:gone] {
		merged += min(n, math.MaxUint32-merged)
	}
	before := max(low-from, 0)
	kept := copy(words[before:], old[gone:])
	clear(words[:before])
	clear(words[before+kept:])
	words[0] += min(merged, math.MaxUint32-words[0])
	h.words, h.first = words, int16(from) //nolint:gosec // below 2,000
	return max(bucket-from, 0)
}

func (h *histogram) merge(other *histogram) {
	if !other.counted {
		for _, bucket := range other.words {
			h.add(int(bucket))
		}
		return
	}
	if !h.counted {
		h.tally()
	}
	if len(other.words) == 0 {
		return
	}
	h.count(int(other.first)+len(other.words)-1, 0) // the room for all at once
	for i, n := range other.words {
		if n > 0 {
			h.count(int(other.first)+i, n)
		}
	}
}

// each yields the buckets in ascending order with their counts.
func (h *histogram) each(yield func(bucket int, n uint32) bool) {
	if !h.counted {
		var list [maxListed]uint32
		sorted := list[:copy(list[:], h.words)]
		slices.Sort(sorted)
		for _, bucket := range sorted {
			if !yield(int(bucket), 1) {
				return
			}
		}
		return
	}
	for i, n := range h.words {
		if n > 0 && !yield(int(h.first)+i, n) {
			return
		}
	}
}

func (h *histogram) total() (n uint64) {
	if !h.counted {
		return uint64(len(h.words))
	}
	for _, c := range h.words {
		n += uint64(c)
	}
	return n
}

// reset empties it and keeps the memory.
func (h *histogram) reset() { h.words, h.counted = h.words[:0], false }
