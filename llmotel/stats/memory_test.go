package stats_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
)

// heap returns the bytes that are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestMemory plays two hours of a million calls a day, and of hundred times as
// many, over 1,000 series on a clock of its own.
func TestMemory(t *testing.T) {
	for _, load := range []struct {
		name  string
		calls int           // in all
		every time.Duration // one call
		limit int64         // bytes
	}{
		{"a million calls a day", 83_333, 86_400 * time.Microsecond, 32 << 20},
		{"a hundred million calls a day", 2_083_333, 864 * time.Microsecond, 112 << 20}, // half an hour
	} {
		if (testing.Short() || raceDetector) && load.calls > 1e6 {
			continue
		}
		before := heap()
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		s := stats.New(stats.WithClock(func() time.Time { return now }))
		r := rand.New(rand.NewPCG(1, 2))
		features := make([]string, 100)
		for i := range features {
			features[i] = "feature " + strconv.Itoa(i)
		}
		models := [...]string{"m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"}
		for i := range load.calls {
			now = now.Add(load.every)
			took := time.Duration(1.5e9 * math.Exp(0.8*r.NormFloat64()))
			s.Record(t.Context(), &llmotel.Record{
				Provider: "p", RequestModel: models[i%10], Attempts: 1, Duration: took, TimeToFirstChunk: took / 3,
				Usage: used(1000, 200), Cost: dollars(1e9), Attribution: llmotel.Attribution{Feature: features[r.IntN(100)]},
			})
		}
		grown := heap() - before
		begun := time.Now()
		report := s.Report()
		took := time.Since(begun)
		if n := report.SinceStart.Overall.Requests; n != int64(load.calls) {
			t.Errorf("%d requests, want %d", n, load.calls)
		}
		t.Logf("%s: %.1f MB; all windows together take %v", load.name, float64(grown)/(1<<20), took)
		if grown > load.limit {
			t.Errorf("%s: %d bytes, want at most %d", load.name, grown, load.limit)
		}
	}
}

// TestMemoryOfManyNames: what is beyond the maximum of series takes nothing.
func TestMemoryOfManyNames(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := stats.New(stats.WithMaxSeries(50), stats.WithClock(func() time.Time { return now }))
	flood := func(n int) {
		for i := range n {
			now = now.Add(50 * time.Millisecond)
			r := plain(time.Duration(1+i%3000) * time.Millisecond)
			r.RequestModel, r.Attribution.Variant = "m"+strconv.Itoa(i), "v"+strconv.Itoa(i)
			s.Record(t.Context(), r)
		}
	}
	flood(100_000)
	before := heap()
	flood(100_000)
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("grew by %d bytes over 100,000 further names", grown)
	}
	if n := s.Snapshot().Overall.Requests; n != 200_000 {
		t.Errorf("%d requests, want 200000", n)
	}
}
