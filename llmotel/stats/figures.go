package stats

import (
	"github.com/llmotel/sdk/providers"
)

// figures are the running sums of one series, or of one slice of its time.
type figures struct {
	succeeded, failed      int64
	cancelled, abandoned   int64
	attempts, retries      int64
	fallbacks              int64
	errors                 []kindCount
	tokens                 Tokens
	money                  money
	speed                  speed
	latency, failedLatency distribution
	firstChunk             distribution
}

type kindCount struct {
	kind providers.Kind
	n    int64
}

func (f *figures) add(o *outcome) {
	switch {
	case o.kind == "" && o.abandoned:
		f.abandoned++
	case o.kind == "":
		f.succeeded++
		f.latency.add(o.latency, o.latencyBucket)
		f.speed.add(o)
		if o.fallback {
			f.fallbacks++
		}
	case o.kind == providers.KindCancelled:
		f.cancelled++
	default:
		f.failed++
		f.countErrors(o.kind, 1)
		f.failedLatency.add(o.latency, o.latencyBucket)
	}
	if o.firstChunk > 0 {
		f.firstChunk.add(o.firstChunk, o.firstChunkBucket)
	}
	f.attempts += int64(o.attempts)
	f.retries += int64(o.retries)
	f.tokens.add(o)
	f.money.add(o)
}

// maxKinds is more than there are kinds of error; the set is closed, and what
// a provider of somebody else's makes up is counted as unknown.
const maxKinds = 32

func (f *figures) countErrors(kind providers.Kind, n int64) {
	for i := range f.errors {
		if f.errors[i].kind == kind {
			f.errors[i].n += n
			return
		}
	}
	if len(f.errors) >= maxKinds && kind != providers.KindUnknown {
		f.countErrors(providers.KindUnknown, n)
		return
	}
	f.errors = append(f.errors, kindCount{kind, n})
}

func (f *figures) merge(other *figures) {
	f.succeeded += other.succeeded
	f.failed += other.failed
	f.cancelled += other.cancelled
	f.abandoned += other.abandoned
	f.attempts += other.attempts
	f.retries += other.retries
	f.fallbacks += other.fallbacks
	for _, e := range other.errors {
		f.countErrors(e.kind, e.n)
	}
	f.tokens.merge(&other.tokens)
	f.money.merge(&other.money)
	f.speed.merge(&other.speed)
	f.latency.merge(&other.latency)
	f.failedLatency.merge(&other.failedLatency)
	f.firstChunk.merge(&other.firstChunk)
}

func (f *figures) requests() int64 { return f.succeeded + f.failed + f.cancelled + f.abandoned }

// reset empties f and keeps the memory.
func (f *figures) reset() {
	f.latency.reset()
	f.failedLatency.reset()
	f.firstChunk.reset()
	*f = figures{
		errors: f.errors[:0], money: money{other: f.money.other[:0]},
		latency: f.latency, failedLatency: f.failedLatency, firstChunk: f.firstChunk,
	}
}

// words is how much of an arena copyTo takes.
func (f *figures) words() int {
	return len(f.latency.samples.words) + len(f.failedLatency.samples.words) + len(f.firstChunk.samples.words)
}

// copyTo makes dst a copy that shares nothing with f and returns what is left of the
// arena.
func (f *figures) copyTo(dst *figures, arena []uint32) []uint32 {
	*dst = *f
	dst.errors = append([]kindCount(nil), f.errors...)
	dst.money.other = append([]currencySum(nil), f.money.other...)
	dst.latency, arena = f.latency.copied(arena)
	dst.failedLatency, arena = f.failedLatency.copied(arena)
	dst.firstChunk, arena = f.firstChunk.copied(arena)
	return arena
}

func (f *figures) snapshot() Figures {
	out := Figures{
		Requests:                f.requests(),
		Succeeded:               f.succeeded,
		Failed:                  f.failed,
		Cancelled:               f.cancelled,
		Abandoned:               f.abandoned,
		Attempts:                f.attempts,
		Retries:                 f.retries,
		Fallbacks:               f.fallbacks,
		Tokens:                  f.tokens,
		Cost:                    f.money.snapshot(f.succeeded),
		OutputTokensPerSecond:   perSecond(f.speed.tokens, f.speed.took),
		StreamedTokensPerSecond: perSecond(f.speed.streamed, f.speed.streaming),
		Latency:                 f.latency.snapshot(),
		FailedLatency:           f.failedLatency.snapshot(),
		TimeToFirstChunk:        f.firstChunk.snapshot(),
	}
	if done := f.succeeded + f.failed; done > 0 {
		out.ErrorRate = float64(f.failed) / float64(done)
	}
	if len(f.errors) > 0 {
		out.Errors = make(map[providers.Kind]int64, len(f.errors))
		for _, e := range f.errors {
			out.Errors[e.kind] = e.n
		}
	}
	return out
}
