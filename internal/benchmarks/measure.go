package benchmarks

import (
	"context"
	"io"
	"math"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Heap is what a call allocates.
type Heap struct{ Allocs, Bytes float64 }

// Sub returns what h has more than other.
func (h Heap) Sub(other Heap) Heap { return Heap{h.Allocs - other.Allocs, h.Bytes - other.Bytes} }

// Allocated returns what f allocates, as the mean of so many runs. The garbage
// collector is off meanwhile, so that what is kept in pools stays there, and there
// is one processor, so that each pool is in one piece.
func Allocated(runs int, f func()) Heap {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 10 {
		f()
	}
	runtime.GC()
	f()
	f() // fills pools that the collector has emptied
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return Heap{
		Allocs: math.Round(float64(after.Mallocs-before.Mallocs) / float64(runs)),
		Bytes:  math.Round(float64(after.TotalAlloc-before.TotalAlloc) / float64(runs)),
	}
}

// Times returns the time of one run of each function: the best of all rounds. In
// each round every function runs so many times, there and back again.
func Times(rounds, runs int, fs ...func()) []time.Duration {
	timed := make([]func() time.Duration, len(fs))
	for i, f := range fs {
		timed[i] = func() time.Duration {
			begun := time.Now()
			for range runs {
				f()
			}
			return time.Since(begun) / time.Duration(runs)
		}
	}
	return turns(rounds, timed)
}

// FirstChunks returns the times until each caller's streams have given their
// first chunk.
func FirstChunks(rounds, runs int, callers ...Caller) ([]time.Duration, error) {
	var failed error
	timed := make([]func() time.Duration, len(callers))
	for i, c := range callers {
		timed[i] = func() (sum time.Duration) {
			for range runs {
				begun := time.Now()
				s := c.Open(context.Background())
				s.Next()
				sum += time.Since(begun)
				if err := s.Err(); err != nil {
					failed = err
				}
				_ = s.Close() // of a body in memory
			}
			return sum / time.Duration(runs)
		}
	}
	return turns(rounds, timed), failed
}

func turns(rounds int, timed []func() time.Duration) []time.Duration {
	best := make([]time.Duration, len(timed))
	once := func(i int) {
		if took := timed[i](); best[i] == 0 || took < best[i] {
			best[i] = took
		}
	}
	for range rounds {
		for i := range timed {
			once(i)
		}
		for i := range timed {
			once(len(timed) - 1 - i)
		}
	}
	return best
}

// Retained returns what each open stream holds in memory, and how many goroutines,
// after so many chunks.
func Retained(c Caller, chunks int) (bytes, goroutines float64, err error) {
	const streams = 256 // what the runtime itself keeps is divided by them
	open := make([]Stream, 0, streams+1)
	start := func() error {
		s := c.Open(context.Background())
		open = append(open, s)
		for range chunks {
			if !s.Next() {
				return s.Err()
			}
		}
		return nil
	}
	defer func() {
		for _, s := range open {
			_ = s.Close()
		}
	}()
	if err := start(); err != nil { // fills what all streams share
		return 0, 0, err
	}
	heap, count := heldMemory(), runtime.NumGoroutine()
	for range streams {
		if err := start(); err != nil {
			return 0, 0, err
		}
	}
	grown := heldMemory() - heap
	started := runtime.NumGoroutine() - count
	return math.Round(grown / streams), float64(started) / streams, nil
}

// heldMemory is what the heap and the stacks hold after all garbage is gone; pools let
// go of what they have after two collections.
func heldMemory() float64 {
	for range 4 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// ReadAll makes a stream and reads it to its end.
func ReadAll(ctx context.Context, c Caller) error {
	s := c.Open(ctx)
	for s.Next() {
	}
	err := s.Err()
	if closing := s.Close(); err == nil {
		err = closing
	}
	return err
}

// Requests as OpenAI's SDK sends them.
var (
	sentUnary = `{"messages":[{"content":"` + systemPrompt + `","role":"system"},{"content":"` + userPrompt +
		`","role":"user"}],"model":"` + requestModel + `","max_tokens":500,"temperature":0.2`
	sentStream = sentUnary + `,"stream_options":{"include_usage":true},"stream":true}`
)

// Isolated makes a call with what observes alone, and reads its answer.
func Isolated(ctx context.Context, c Caller, stream bool, buf []byte) error {
	body := sentUnary + "}"
	if stream {
		body = sentStream
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.openai.com/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	for err == nil {
		_, err = resp.Body.Read(buf)
	}
	if closing := resp.Body.Close(); err == io.EOF { //nolint:errorlint // readers return it as it is
		err = closing
	}
	return err
}
