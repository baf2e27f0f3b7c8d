package stats_test

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/stats"
)

func TestBucketsAreNarrow(t *testing.T) {
	last := -1
	for d := time.Duration(0); d >= 0 && d < math.MaxInt64/2; d += d/1000 + 1 {
		b := stats.BucketOf(d)
		if b < last || b > last+1 {
			t.Fatalf("bucket %d of %d ns follows %d", b, d, last)
		}
		last = b
		if off := math.Abs(float64(stats.Middle(b) - d)); off > stats.RelativeAccuracy*float64(d) {
			t.Fatalf("%d ns is in the bucket of %d ns", d, stats.Middle(b))
		}
	}
	if b := stats.BucketOf(math.MaxInt64); b < last || b > 2000 {
		t.Errorf("bucket %d of the longest duration", b)
	}
	if stats.BucketOf(-1) != 0 {
		t.Error("a negative duration is not zero")
	}
}

func TestHistogramKeepsTheHighestBuckets(t *testing.T) {
	var h stats.Histogram
	h.AddN(0, 3)
	h.AddN(5*time.Nanosecond, 4)
	h.AddN(time.Hour, 1)
	h.AddN(time.Minute, 2)
	h.AddN(time.Nanosecond, 1)
	lowest := stats.BucketOf(time.Hour) - stats.MaxBuckets + 1
	want := map[int]uint32{lowest: 8, stats.BucketOf(time.Minute): 2, stats.BucketOf(time.Hour): 1}
	got := h.Counts()
	for b, n := range want {
		if got[b] != n {
			t.Errorf("bucket %d has %d, want %d", b, got[b], n)
		}
	}
	if len(got) != 3 || h.Words() > stats.MaxBuckets {
		t.Errorf("%v in %d words", got, h.Words())
	}
}

func TestHistogramDoesNotOverflow(t *testing.T) {
	var h stats.Histogram
	h.AddN(time.Second, 3_000_000_000)
	h.AddN(time.Minute, 1_000_000_000)
	h.AddN(time.Second, 3_000_000_000)
	got := h.Counts()
	if s, m := got[stats.BucketOf(time.Second)], got[stats.BucketOf(time.Minute)]; s != 3_000_000_000 || m != 500_000_000 {
		t.Errorf("%d and %d, want 3000000000 and 500000000, half of each", s, m)
	}
}

// FuzzHistogram compares a histogram with the counts of its samples, whole and
// merged of two.
func FuzzHistogram(f *testing.F) {
	seed := func(values ...int64) (b []byte) {
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
		return b
	}
	f.Add(uint8(1), seed(1e9, 2e9, 5e6))
	f.Add(uint8(0), seed(0, math.MaxInt64, -1))
	many := make([]int64, 70)
	for i := range many {
		many[i] = int64(i*i*i) * 1e6
	}
	f.Add(uint8(35), seed(many...))
	f.Add(uint8(2), seed(many...))
	f.Fuzz(func(t *testing.T, cut uint8, data []byte) {
		var whole, left, right, reused stats.Histogram
		for i := range 100 {
			reused.Add(time.Duration(i*i) * time.Millisecond)
		}
		reused.Reset()
		exact := map[int]uint32{}
		highest := 0
		for i := 0; i+8 <= len(data); i += 8 {
			d := time.Duration(binary.LittleEndian.Uint64(data[i:]))
			whole.Add(d)
			reused.Add(d)
			if i/8 < int(cut) {
				left.Add(d)
			} else {
				right.Add(d)
			}
			exact[stats.BucketOf(d)]++
			highest = max(highest, stats.BucketOf(d))
		}
		left.Merge(&right)
		if n := len(data) / 8; n > stats.MaxListed { // the lowest are merged
			floor := highest - stats.MaxBuckets + 1
			for b, n := range exact {
				if b < floor {
					exact[floor] += n
					delete(exact, b)
				}
			}
		}
		if got := whole.Counts(); len(got) != len(exact) || !equal(got, exact) {
			t.Fatalf("got %v, want %v", got, exact)
		}
		if !stats.Same(&whole, &left) || !stats.Same(&whole, &reused) {
			t.Fatalf("whole %v, merged %v, in used memory %v", whole.Counts(), left.Counts(), reused.Counts())
		}
		if !whole.Ascending() {
			t.Fatal("buckets do not ascend")
		}
	})
}

func equal(a, b map[int]uint32) bool {
	for k, n := range a {
		if b[k] != n {
			return false
		}
	}
	return true
}
