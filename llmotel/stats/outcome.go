package stats

import (
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// outcome is what one call or one visit adds to the figures, worked out once
// for all the figures that it is added to.
type outcome struct {
	kind                            providers.Kind
	abandoned, fallback             bool // unless there is a kind
	attempts, retries               int
	usage                           *providers.Usage
	cost                            *pricing.Cost
	latency, firstChunk             time.Duration
	latencyBucket, firstChunkBucket int
}

func ofCall(r *llmotel.Record) (o outcome) {
	o = outcome{
		kind: r.ErrorKind, abandoned: r.Abandoned, attempts: r.Attempts, retries: max(0, r.Attempts-1),
		usage: &r.Usage, cost: &r.Cost, latency: max(r.Duration, 0), firstChunk: r.TimeToFirstChunk,
	}
	o.place()
	return o
}

func ofVisit(v *llmotel.Visit, r *llmotel.Record) (o outcome) {
	o = outcome{
		kind: v.ErrorKind, abandoned: r.Abandoned, attempts: v.Attempts, retries: max(0, v.Attempts-1),
		usage: &v.Usage, cost: &v.Cost, latency: max(v.Duration, 0), firstChunk: v.TimeToFirstChunk,
	}
	o.place()
	return o
}

func (o *outcome) place() {
	o.latencyBucket, o.firstChunkBucket = bucketOf(o.latency), bucketOf(o.firstChunk)
}

// speed is how fast output came.
type speed struct {
	tokens, streamed int64
	// took is that of whole calls, streaming that from the first chunk on.
	took, streaming float64 // nanoseconds
}

func (s *speed) add(o *outcome) {
	out, known := o.usage.Get(providers.ClassOutput)
	if !known || o.usage.Completeness == providers.UsageMissing || o.latency <= 0 {
		return
	}
	s.tokens += out
	s.took += float64(o.latency)
	if o.firstChunk > 0 && o.firstChunk < o.latency {
		s.streamed += out
		s.streaming += float64(o.latency - o.firstChunk)
	}
}

func (s *speed) merge(other *speed) {
	s.tokens += other.tokens
	s.streamed += other.streamed
	s.took += other.took
	s.streaming += other.streaming
}

func perSecond(n int64, took float64) float64 {
	if took <= 0 {
		return 0
	}
	return float64(n) / (took / float64(time.Second))
}
