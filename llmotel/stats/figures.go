package stats

import (
	"maps"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// outcome is what one call or one visit adds to the figures.
type outcome struct {
	kind                providers.Kind
	abandoned           bool // unless there is a kind
	attempts, retries   int
	usage               *providers.Usage
	cost                *pricing.Cost
	latency, firstChunk time.Duration
}

// figures are the running sums of one series.
type figures struct {
	succeeded, failed      int64
	cancelled, abandoned   int64
	attempts, retries      int64
	errors                 map[providers.Kind]int64
	tokens                 Tokens
	money                  money
	latency, failedLatency distribution
	firstChunk             distribution
}

func (f *figures) add(o *outcome) {
	switch {
	case o.kind == "" && o.abandoned:
		f.abandoned++
	case o.kind == "":
		f.succeeded++
		f.latency.add(o.latency)
	case o.kind == providers.KindCancelled:
		f.cancelled++
	default:
		f.failed++
		f.countError(o.kind)
		f.failedLatency.add(o.latency)
	}
	if o.firstChunk > 0 {
		f.firstChunk.add(o.firstChunk)
	}
	f.attempts += int64(o.attempts)
	f.retries += int64(o.retries)
	f.tokens.add(o)
	f.money.add(o)
}

// maxKinds is more than there are kinds of error; the set is closed, and what
// a provider of somebody else's makes up is counted as unknown.
const maxKinds = 32

func (f *figures) countError(kind providers.Kind) {
	if f.errors == nil {
		f.errors = make(map[providers.Kind]int64, 4)
	}
	if _, ok := f.errors[kind]; !ok && len(f.errors) >= maxKinds {
		kind = providers.KindUnknown
	}
	f.errors[kind]++
}

func (f *figures) merge(other *figures) {
	f.succeeded += other.succeeded
	f.failed += other.failed
	f.cancelled += other.cancelled
	f.abandoned += other.abandoned
	f.attempts += other.attempts
	f.retries += other.retries
	for kind, n := range other.errors {
		if f.errors == nil {
			f.errors = make(map[providers.Kind]int64, len(other.errors))
		}
		f.errors[kind] += n
	}
	f.tokens.merge(other.tokens)
	f.money.merge(&other.money)
	f.latency.merge(&other.latency)
	f.failedLatency.merge(&other.failedLatency)
	f.firstChunk.merge(&other.firstChunk)
}

func (f *figures) snapshot() Figures {
	out := Figures{
		Requests:         f.succeeded + f.failed + f.cancelled + f.abandoned,
		Succeeded:        f.succeeded,
		Failed:           f.failed,
		Cancelled:        f.cancelled,
		Abandoned:        f.abandoned,
		Attempts:         f.attempts,
		Retries:          f.retries,
		Tokens:           f.tokens,
		Cost:             f.money.snapshot(),
		Latency:          f.latency.snapshot(),
		FailedLatency:    f.failedLatency.snapshot(),
		TimeToFirstChunk: f.firstChunk.snapshot(),
	}
	if done := f.succeeded + f.failed; done > 0 {
		out.ErrorRate = float64(f.failed) / float64(done)
	}
	if len(f.errors) > 0 {
		out.Errors = maps.Clone(f.errors)
	}
	return out
}
