package llmotel

import (
	"context"
	"math"
	"time"

	"github.com/llmotel/sdk/providers"
)

// streamed is what chunks have said so far.
type streamed struct {
	chunks uint32 // semantic chunks
	// longest is the longest time between two chunks in microseconds, as far as it
	// is known.
	longest uint32
	// firstChunk and lastChunk are when semantic chunks came, since the call
	// began.
	firstChunk, lastChunk time.Duration
	series                *series
	seen                  *Result // nil for a stream that is read off the wire
}

// answered tells whether the stream said that it is complete.
func (st *streamed) answered() bool { return st.seen != nil && st.seen.complete }

// told is a stream whose chunks say what the answer is.
type told struct {
	streamed
	result Result
}

func newTold() *streamed {
	t := new(told)
	t.seen = &t.result
	return &t.streamed
}

// Chunk notes a chunk of a streamed answer. It keeps nothing of it, and does not
// allocate, unless content is recorded.
func (s *Span) Chunk(c *providers.Chunk) {
	if s == nil || c == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended.Load() {
		return
	}
	if s.stream == nil {
		s.stream = newTold()
	}
	st := s.stream
	if s.capturing != 0 && !s.wired {
		s.builder().Chunk(c)
	}
	switch c.Kind {
	case providers.ChunkStart:
		st.seen.ResponseID, st.seen.RequestID, st.seen.Model = c.ResponseID, c.RequestID, c.Model
	case providers.ChunkUsage:
		if c.Usage != nil {
			st.seen.Usage = *c.Usage
		}
	case providers.ChunkFinish:
		if c.Finish != nil {
			chars := st.seen.ResponseChars
			*st.seen = resultOfFinish(c.Finish)
			st.seen.ResponseChars = chars
		}
		st.seen.complete = true
	case providers.ChunkRestart:
		*st.seen = Result{}
	default:
		if c.Kind.Semantic() {
			chars := len(c.Text)
			if c.ToolCall != nil {
				chars += len(c.ToolCall.Arguments)
			}
			st.seen.ResponseChars += chars
			s.semantic(st, time.Since(s.begun), "")
		}
	}
}

// semantic notes a piece of the answer, by a model that the stream does not know
// already.
func (s *Span) semantic(st *streamed, now time.Duration, model string) {
	st.chunks++
	first, gap := st.chunks == 1, now-st.lastChunk
	st.lastChunk = now
	if first {
		st.firstChunk = now
	}
	if s.into != nil {
		return // the outer layer sees the same chunks
	}
	switch {
	case first && st.seen == nil:
		// Off the wire the caller is to have the chunk first: see opened.
	case first:
		s.opened("")
	case s.inst.metrics.chunkTimes:
		s.opened(model)
		s.inst.metrics.next(st.witness(s.detached(), gap), st.series, gap)
	}
}

// opened records the time to the first chunk, if there was one and it is not
// recorded yet. It needs the mutex.
func (s *Span) opened(model string) {
	st := s.stream
	if st == nil || st.chunks == 0 || st.series != nil || s.into != nil {
		return
	}
	answer := Result{Model: model}
	if st.seen != nil {
		answer.Provider, answer.Model = st.seen.Provider, st.seen.Model
	}
	st.series = s.series(&answer, "") // these metrics have no tier
	s.inst.metrics.first(s.detached(), st.series, st.firstChunk)
}

// exemplars is how many chunks share one, beside those that came later than all
// before.
const exemplars = 16

// witness is the context that the time of a chunk is recorded with. Exemplars lead
// from a bucket to a trace, and a stream's chunks are all of one trace: to offer
// the SDK each of them would take a quarter of the time that recording does. The
// other use of the context, a reader's own, is left to those that are offered.
func (st *streamed) witness(ctx context.Context, gap time.Duration) context.Context {
	took := uint32(min(gap.Microseconds(), math.MaxUint32)) //nolint:gosec // it fits
	if took <= st.longest && st.chunks%exemplars != 2 {
		return context.Background()
	}
	st.longest = max(st.longest, took)
	return ctx
}

// consumed notes that the consumer is done with a chunk, so that its time is not
// taken for the provider's.
func (s *Span) consumed() {
	if !s.inst.metrics.chunkTimes {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream != nil {
		s.stream.lastChunk = time.Since(s.begun)
	}
}
