package llmotel

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// ChainCall says what is asked of a failover chain.
type ChainCall struct {
	// Operation is the GenAI operation; empty means OperationChat.
	Operation string
	// Chain is the chain's name.
	Chain string
	// Model is the model asked for; targets may replace it.
	Model  string
	Stream bool
}

// ChainResult says how a chain fared.
type ChainResult struct {
	// Target is the one that answered; empty if none did.
	Target string
	// Attempts counts the tries of all targets.
	Attempts int
	// Message describes the failure without content of the call; empty takes
	// what the error's *providers.Error says.
	Message string
	// Breakers holds the circuit breaker state of each target at the end.
	Breakers []providers.BreakerStatus
}

// ChainSpan is the record of one call to a failover chain that is under way: an
// INTERNAL span named "llm.call" around the inference spans of the targets
// visited. It carries no GenAI attributes, so that nothing is counted twice.
// Its methods are safe for concurrent use; those of a nil ChainSpan do nothing.
type ChainSpan struct {
	inst *Instrumentation
	span trace.Span
	call ChainCall
	// inside is the context of the call, record that of telemetry about it.
	inside callContext
	record detached
	begun  time.Time
	ended  once

	mu     sync.Mutex
	visits []Visit
	skips  []Skip
	// last is the visit that answered or, so far, the last one.
	last visitDetail
}

// visitDetail is what the Record takes from one visit besides its Visit.
type visitDetail struct {
	result    Result
	failure   failure
	chunks    int
	firstSeen time.Duration // since the chain began

	promptChars int
}

// StartChain begins the record of a call to a failover chain and returns the
// context for its visits. Inside another llmotel span it returns a nil
// ChainSpan: the call is then recorded by what is around it.
func (i *Instrumentation) StartChain(ctx context.Context, call ChainCall) (context.Context, *ChainSpan) {
	if frameFrom(ctx) != nil {
		return ctx, nil
	}
	if call.Operation == "" {
		call.Operation = OperationChat
	}
	s := &ChainSpan{inst: i, call: call, begun: time.Now()}
	s.inside.Context, s.span = i.tracer.Start(ctx, genai.SpanNameCall, trace.WithSpanKind(trace.SpanKindInternal))
	s.inside.frame.chain = s
	s.record.values = &s.inside
	return &s.inside, s
}

// Skip notes a target that was passed over.
func (s *ChainSpan) Skip(target, reason string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	s.skips = append(s.skips, Skip{Target: target, Reason: reason})
	s.mu.Unlock()
}

// Event adds an event to the parent span.
func (s *ChainSpan) Event(name string, attrs ...attribute.KeyValue) {
	if s != nil && s.span.IsRecording() {
		s.span.AddEvent(name, trace.WithAttributes(attrs...))
	}
}

// visited takes over a finished inference span.
func (s *ChainSpan) visited(v *Span, r *Result, c pricing.Cost, took time.Duration, f *failure) {
	visit := Visit{
		Target: v.call.Target, Provider: v.call.Provider, RequestModel: v.call.Model, ResponseModel: r.Model,
		RequestID: r.RequestID, SpanID: v.span.SpanContext().SpanID(),
		Start: v.begun, Duration: took, TimeToFirstChunk: v.firstChunk, Attempts: r.Attempts,
		ErrorKind: f.kind, ErrorMessage: f.message, Usage: r.Usage, Cost: c,
	}
	d := visitDetail{result: *r, failure: *f, chunks: v.chunks}
	if len(s.inst.sinks) > 0 {
		d.promptChars = v.call.promptLen()
	}
	if v.firstChunk > 0 {
		d.firstSeen = v.begun.Sub(s.begun) + v.firstChunk
	}
	s.mu.Lock()
	s.visits = append(s.visits, visit)
	s.last = d
	s.mu.Unlock()
}

// End finishes the record. Only the first call counts.
func (s *ChainSpan) End(r ChainResult, err error) { s.finish(r, err, false) }

// Abandon finishes the record of a stream that the consumer left early, which
// is no failure.
func (s *ChainSpan) Abandon(r ChainResult) { s.finish(r, nil, true) }

func (s *ChainSpan) finish(r ChainResult, err error, abandoned bool) {
	if s == nil || !s.ended.first() {
		return
	}
	took := time.Since(s.begun)
	s.mu.Lock()
	visits, skips, last := s.visits, s.skips, s.last
	s.mu.Unlock()

	f := failureOf(err)
	if err != nil && r.Message != "" {
		f.message = r.Message
	}
	if s.span.IsRecording() {
		s.describe(&r, visits, err, &f)
	}
	s.span.End()
	if len(s.inst.sinks) > 0 {
		s.inst.deliver(&s.record, s.newRecord(&r, visits, skips, &last, took, &f, abandoned))
	}
}

func (s *ChainSpan) describe(r *ChainResult, visits []Visit, err error, f *failure) {
	kvs := make([]attribute.KeyValue, 0, 16)
	kvs = appendString(kvs, genai.TargetKey, r.Target)
	kvs = append(kvs, genai.TargetsVisitedKey.Int(len(visits)), genai.AttemptsKey.Int(r.Attempts))
	for i := range r.Breakers {
		b := &r.Breakers[i]
		kvs = append(kvs, genai.BreakerStateOf(b.Target).String(string(b.State)))
		if b.Target == r.Target {
			kvs = append(kvs, genai.BreakerStateKey.String(string(b.State)))
		}
	}
	kvs = appendAttribution(kvs, attributionOf(&s.record))
	if err != nil {
		kvs = append(kvs, genai.ErrorTypeKey.String(string(f.kind)))
		s.span.SetStatus(codes.Error, f.message)
	}
	s.span.SetAttributes(kvs...)
}

// newRecord brings the visits together: usage and cost of all of them, the rest
// from the one that answered or came last.
func (s *ChainSpan) newRecord(r *ChainResult, visits []Visit, skips []Skip, last *visitDetail, took time.Duration, f *failure, abandoned bool) *Record {
	sc := s.span.SpanContext()
	rec := &Record{
		CallID: newCallID(), TraceID: sc.TraceID(), SpanID: sc.SpanID(), Sampled: sc.IsSampled(),
		Operation: s.call.Operation, Stream: s.call.Stream,
		Start: s.begun, Duration: took, TimeToFirstChunk: last.firstSeen, Chunks: last.chunks,
		Provider: s.call.Chain, RequestModel: s.call.Model, Target: r.Target,
		ResponseModel: last.result.Model, ResponseID: last.result.ResponseID, RequestID: last.result.RequestID,
		ServiceTier: last.result.ServiceTier, FinishReasons: last.result.FinishReasons,
		ErrorKind: f.kind, ErrorMessage: f.message, StatusCode: f.status, ErrorCode: f.code, Abandoned: abandoned,
		Attempts: r.Attempts, Visits: slices.Clone(visits), Skips: slices.Clone(skips),
		PromptChars: last.promptChars, ResponseChars: last.result.ResponseChars,
		Attribution: AttributionFrom(&s.record),
	}
	if n := len(visits); n > 0 {
		v := &visits[n-1]
		rec.Provider, rec.RequestModel = v.Provider, v.RequestModel
		if rec.Target == "" {
			rec.Target = v.Target
		}
		rec.Usage, rec.Cost = total(visits)
	}
	for i := range r.Breakers {
		if r.Breakers[i].Target == rec.Target {
			rec.BreakerState = r.Breakers[i].State
		}
	}
	return rec
}

// total adds up what the visits used and cost. Failed visits without usage are
// left out: nobody knows that they cost anything.
func total(visits []Visit) (providers.Usage, pricing.Cost) {
	var u providers.Usage
	var c pricing.Cost
	first := true
	for i := range visits {
		v := &visits[i]
		if v.ErrorKind != "" && v.Usage.Completeness == providers.UsageMissing {
			continue
		}
		if first {
			u, c, first = v.Usage, v.Cost, false
			continue
		}
		u, c = u.Add(v.Usage), c.Add(v.Cost)
	}
	return u, c
}
