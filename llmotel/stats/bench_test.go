package stats_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
)

func BenchmarkRecord(b *testing.B) {
	plain := &llmotel.Record{
		Provider: "openai", RequestModel: "gpt-5.2", Attempts: 1, Duration: time.Second, TimeToFirstChunk: 300 * time.Millisecond,
		Usage: used(1200, 300), Cost: dollars(5e9),
	}
	for name, r := range map[string]*llmotel.Record{"plain": plain, "fallback": fallback()} {
		b.Run(name, func(b *testing.B) { each(b, func() llmotel.Sink { return stats.New() }, r) })
	}
}

// each measures a Sink from 1 goroutine and from 64.
func each(b *testing.B, sink func() llmotel.Sink, r *llmotel.Record) {
	ctx := context.Background()
	b.Run("1", func(b *testing.B) {
		s := sink()
		s.Record(ctx, r)
		b.ReportAllocs()
		for b.Loop() {
			s.Record(ctx, r)
		}
	})
	b.Run("64", func(b *testing.B) {
		s := sink()
		s.Record(ctx, r)
		b.ReportAllocs()
		b.SetParallelism((64 + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				s.Record(ctx, r)
			}
		})
	})
}

// floor is the least that counting a call can be: the time, a lock and some
// sums.
type floor struct {
	mu    sync.Mutex
	since time.Time
	sums  [3][16]int64 // as many as there are figures that a call is added to
	last  time.Duration
}

func (f *floor) Record(_ context.Context, r *llmotel.Record) {
	elapsed := time.Since(f.since)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = elapsed
	for i := range f.sums {
		s := &f.sums[i]
		s[0]++
		s[1] += int64(r.Attempts)
		s[2] += r.Usage.Input
		s[3] += r.Usage.Output
		s[4] += int64(r.Cost.Amount)
		s[5] += int64(r.Duration)
		s[6] = max(s[6], int64(r.Duration))
		s[7] += int64(r.TimeToFirstChunk)
	}
}

func BenchmarkRecordFloor(b *testing.B) {
	r := plain(time.Second)
	each(b, func() llmotel.Sink { return &floor{since: time.Now()} }, r)
}

// hour is a Sink after an hour of a million calls a day over n series, and its
// clock.
func hour(n int) *stats.Sink {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := stats.New(stats.WithClock(func() time.Time { return now }))
	r := rand.New(rand.NewPCG(1, 2))
	for range 41_667 {
		now = now.Add(86_400 * time.Microsecond)
		i := r.IntN(n)
		s.Record(context.Background(), &llmotel.Record{
			Provider: "p", RequestModel: "m" + strconv.Itoa(i%10), Attempts: 1, Duration: time.Duration(1e9 * math.Exp(0.8*r.NormFloat64())),
			Attribution: llmotel.Attribution{Feature: "f" + strconv.Itoa(i/10)},
		})
	}
	return s
}

func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{10, stats.DefaultMaxSeries} {
		s := hour(n)
		for name, f := range map[string]func(){
			"start": func() { _ = s.Snapshot() }, "minute": func() { _ = s.Window(stats.LastMinute) }, "hour": func() { _ = s.Window(stats.LastHour) },
			"all": func() { _ = s.Report() }, "timeline": func() { _ = s.Timeline(stats.LastHour) }, "locked": s.Hold,
		} {
			b.Run(strconv.Itoa(n)+"series/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
			})
		}
	}
}
