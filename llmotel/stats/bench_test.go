package stats_test

import (
	"context"
	"runtime"
	"strconv"
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
		b.Run(name+"/1", func(b *testing.B) {
			s := stats.New()
			s.Record(context.Background(), r)
			b.ReportAllocs()
			for b.Loop() {
				s.Record(context.Background(), r)
			}
		})
		b.Run(name+"/64", func(b *testing.B) {
			s := stats.New()
			s.Record(context.Background(), r)
			b.ReportAllocs()
			b.SetParallelism((64 + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					s.Record(context.Background(), r)
				}
			})
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{2, stats.DefaultMaxSeries} {
		b.Run(strconv.Itoa(n)+"series", func(b *testing.B) {
			s := stats.New()
			for i := range 100 * n {
				s.Record(context.Background(), &llmotel.Record{
					Provider: "p", RequestModel: strconv.Itoa(i % n), Attempts: 1, Duration: time.Duration(i%997) * time.Millisecond,
				})
			}
			b.ReportAllocs()
			for b.Loop() {
				_ = s.Snapshot()
			}
		})
	}
}
