package llmotel

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Sink receives one Record for each logical call when it ends. It is called
// synchronously on the goroutine of the call: it must be safe for concurrent
// use and must not block. A panic in it is contained and counted in
// llmotel.telemetry.dropped.
type Sink interface {
	// Record takes one finished call. The Record may be kept, but not
	// changed. ctx carries the call's values and is never cancelled.
	Record(ctx context.Context, r *Record)
}

// Record is all that is known of one finished logical call: what was asked,
// what came back, what it took and cost, and on whose behalf. It holds no
// content of prompts or answers.
type Record struct {
	// CallID is this library's id of the call, unique in practice.
	CallID string
	// TraceID and SpanID are those of the outermost llmotel span; invalid
	// without a tracing SDK.
	TraceID trace.TraceID
	SpanID  trace.SpanID
	// Sampled tells whether that span was exported.
	Sampled bool

	// Operation is the GenAI operation name: "chat", "embeddings".
	Operation string
	// Stream tells whether the answer was asked for as a stream.
	Stream bool

	// Start is when the call began, Duration how long it took until the
	// answer or stream had ended.
	Start    time.Time
	Duration time.Duration
	// TimeToFirstChunk is 0 for unary calls and for streams without a chunk.
	TimeToFirstChunk time.Duration
	// Chunks counts the semantic chunks of a stream.
	Chunks int

	// Provider, RequestModel and Target are those that answered or, if none
	// did, that were tried last. Target is empty without a failover chain.
	Provider     string
	RequestModel string
	Target       string
	// ResponseModel, ResponseID, RequestID and ServiceTier are the provider's
	// words.
	ResponseModel, ResponseID, RequestID, ServiceTier string
	FinishReasons                                     []providers.FinishReason

	// Usage and Cost cover all visits of the call, failed ones included. They
	// are partial if the chain cancelled a visit, such as the loser of a hedge, of
	// which no usage is known.
	Usage providers.Usage
	Cost  pricing.Cost

	// ErrorKind is empty on success. ErrorMessage holds no content of the
	// call, StatusCode and ErrorCode are the provider's.
	ErrorKind    providers.Kind
	ErrorMessage string
	StatusCode   int
	ErrorCode    string

	// Abandoned tells that the consumer left the stream before its end, which
	// is neither a success nor a failure of the provider.
	Abandoned bool

	// Degraded tells that no target answered but a failover chain's last
	// resort did. ErrorKind is then empty.
	Degraded bool

	// Attempts counts the tries of all targets, retries included; at least 1
	// if anything was sent.
	Attempts int
	// Retries lists the retries of a call without a chain, in order; nil if there
	// was none. Those of a chain are in its Visits.
	Retries []Retry
	// Visits lists the targets visited, in the order in which they were asked;
	// nil without a chain.
	Visits []Visit
	// Skips lists targets that were not called, with the reason.
	Skips []Skip
	// BreakerState is the circuit breaker state of Target at the end of the
	// call; empty without a breaker.
	BreakerState providers.BreakerState
	// BreakerChanges lists the changes of circuit breakers that this call
	// caused, in order; nil if none.
	BreakerChanges []BreakerChange

	// PromptChars and ResponseChars are the lengths in bytes of the text that
	// was sent and received; the text itself is not kept.
	PromptChars, ResponseChars int

	Attribution Attribution
}

// Succeeded tells whether the call returned a whole answer.
func (r *Record) Succeeded() bool { return r.ErrorKind == "" && !r.Abandoned }

// AnsweredBy returns the index in Visits of the visit that answered the call;
// -1 if none did, or there is no chain. Of a hedge both may have answered, and
// Target is the winner.
func (r *Record) AnsweredBy() int {
	if !r.Succeeded() {
		return -1
	}
	last := -1
	for i := range slices.Backward(r.Visits) {
		switch v := &r.Visits[i]; {
		case v.ErrorKind != "":
		case v.Target == r.Target:
			return i
		case last < 0:
			last = i
		}
	}
	return last
}

// FellBack tells whether another target answered than the one asked first, or
// one did after a target was passed over.
func (r *Record) FellBack() bool {
	i := r.AnsweredBy()
	return i >= 0 && (r.Visits[i].Target != r.Visits[0].Target || len(r.Skips) > 0)
}

// Visit is one target of a chain that was called for the call, its retries
// included.
type Visit struct {
	Target, Provider, RequestModel, ResponseModel string
	RequestID                                     string
	SpanID                                        trace.SpanID
	Start                                         time.Time
	Duration, TimeToFirstChunk                    time.Duration
	// Attempts is 1 plus the retries on this target.
	Attempts     int
	Retries      []Retry        // nil if there was none
	ErrorKind    providers.Kind // empty on success
	ErrorMessage string
	Usage        providers.Usage
	Cost         pricing.Cost
}

// Retry is one more try of what had failed.
type Retry struct {
	// At is when the try before had failed, Delay how long the next one waits
	// from then.
	At    time.Time
	Delay time.Duration
	// ErrorKind and StatusCode are of the try that failed; StatusCode is 0 if
	// there was no answer.
	ErrorKind  providers.Kind
	StatusCode int
}

// BreakerChange is a change of a circuit breaker's state.
type BreakerChange struct {
	Target string
	// Model and Key tell which of the target's breakers, where it has several.
	Model, Key string
	From, To   providers.BreakerState
	// Reason is why, such as "consecutive_failures".
	Reason string
}

// Skip is a target that was passed over without a call.
type Skip struct {
	Target string
	// Reason is why, such as "breaker_open".
	Reason string
}
