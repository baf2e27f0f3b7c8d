package calllog_test

import (
	"context"
	"io"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
)

func BenchmarkRecord(b *testing.B) {
	file := func(b *testing.B) *calllog.Log {
		l, err := calllog.Open(filepath.Join(b.TempDir(), "log.jsonl"))
		if err != nil {
			b.Fatal(err)
		}
		return l
	}
	discard := func(*testing.B) *calllog.Log { return calllog.New(io.Discard) }
	for _, c := range []struct {
		name   string
		record *llmotel.Record
		open   func(*testing.B) *calllog.Log
	}{
		{"plain/discard", plain(), discard}, {"plain/file", plain(), file},
		{"full/discard", full(), discard}, {"full/file", full(), file},
	} {
		b.Run(c.name+"/1", func(b *testing.B) {
			l := c.open(b)
			defer l.Close()
			b.ReportAllocs()
			for b.Loop() {
				l.Record(context.Background(), c.record)
			}
		})
		b.Run(c.name+"/64", func(b *testing.B) {
			l := c.open(b)
			defer l.Close()
			b.ReportAllocs()
			b.SetParallelism((64 + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					l.Record(context.Background(), c.record)
				}
			})
		})
	}
}
