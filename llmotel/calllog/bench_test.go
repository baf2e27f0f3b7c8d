package calllog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
)

type sink interface {
	llmotel.Sink
	io.Closer
}

// nothing is a Store that keeps nothing.
type nothing struct{}

func (*nothing) WriteBatch(_ context.Context, items []calllog.Item) (int, error) {
	return len(items), nil
}
func (*nothing) Close() error { return nil }

func BenchmarkRecord(b *testing.B) {
	file := func(b *testing.B) *calllog.Log {
		l, err := calllog.Open(filepath.Join(b.TempDir(), "log.jsonl"))
		if err != nil {
			b.Fatal(err)
		}
		return l
	}
	direct := func(b *testing.B) sink { return file(b) }
	discard := func(*testing.B) sink { return calllog.New(io.Discard) }
	// What a call pays for, as long as the queue's goroutine keeps up; it blocks
	// if not, so that nothing is measured that is lost.
	queued := func(b *testing.B) sink {
		q, err := calllog.NewQueue(file(b), calllog.WithBlock())
		if err != nil {
			b.Fatal(err)
		}
		return q
	}
	// What a call pays for while the queue's goroutine has nothing to do.
	handed := func(b *testing.B) sink {
		q, err := calllog.NewQueue(new(nothing))
		if err != nil {
			b.Fatal(err)
		}
		return q
	}
	for _, c := range []struct {
		name   string
		record *llmotel.Record
		open   func(*testing.B) sink
	}{
		{"plain/handed", plain(), handed},
		{"plain/queue", plain(), queued},
		{"full/queue", full(), queued},
		{"plain/discard", plain(), discard},
		{"plain/file", plain(), direct},
		{"full/discard", full(), discard},
		{"full/file", full(), direct},
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

// BenchmarkFloor is what a log cannot go below, write(2) of a line, and what it
// would take with encoding/json.
func BenchmarkFloor(b *testing.B) {
	line := calllog.AppendLine(nil, plain())
	b.Run("write", func(b *testing.B) {
		f, err := os.OpenFile(filepath.Join(b.TempDir(), "log.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		b.SetBytes(int64(len(line)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := f.Write(line); err != nil {
				b.Fatal(err)
			}
		}
	})
	// Of a queue: handing a pointer to a goroutine that waits for it.
	b.Run("channel", func(b *testing.B) {
		c := make(chan *llmotel.Record, 16384)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for r := range c {
				runtime.KeepAlive(r)
			}
		}()
		r := plain()
		b.ReportAllocs()
		for b.Loop() {
			c <- r
		}
		close(c)
		<-done
	})
	b.Run("encoding-json", func(b *testing.B) {
		e := entryOf(b, line)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkReader(b *testing.B) {
	lines := bytes.Repeat(calllog.AppendLine(nil, plain()), 1000)
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range calllog.NewReader(bytes.NewReader(lines)).All() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
