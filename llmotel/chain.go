package llmotel

import (
	"cmp"
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
	// Degraded tells that the last resort answered, no target.
	Degraded bool
	// Breakers holds the circuit breaker state of each target at the end. Those
	// with a Model or Key, which are parts of a target, are left out.
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
	// inside is the context of the call.
	around context.Context //nolint:containedctx // of the call that this is; see insideChain
	begun  time.Time
	ended  flag

	mu     sync.Mutex // held for what follows
	visits []Visit
	skips  []Skip
	// changes are those of breakers that the call caused.
	changes []BreakerChange
	// records are those of the visits, with sinks only.
	records []*Record
}

// StartChain begins the record of a call to a failover chain and returns the
// context for its visits. Inside another llmotel span it returns a nil
// ChainSpan: the call is then recorded by what is around it.
func (i *Instrumentation) StartChain(ctx context.Context, call ChainCall) (context.Context, *ChainSpan) {
	if frameFrom(ctx) != (frame{}) {
		return ctx, nil
	}
	if call.Operation == "" {
		call.Operation = OperationChat
	}
	s := &ChainSpan{inst: i, call: call, begun: time.Now()}
	s.around, s.span = i.tracer.Start(ctx, genai.SpanNameCall, trace.WithSpanKind(trace.SpanKindInternal))
	return (*insideChain)(s), s
}

// Skip notes a target that was passed over.
func (s *ChainSpan) Skip(target, reason string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended.Load() {
		s.skips = append(s.skips, Skip{Target: target, Reason: reason})
	}
}

// BreakerChange notes a change of a circuit breaker that the call caused: an
// event of the parent span, and in the Record.
func (s *ChainSpan) BreakerChange(c BreakerChange) {
	if s == nil {
		return
	}
	kvs := make([]attribute.KeyValue, 0, 6)
	kvs = append(kvs, genai.TargetKey.String(c.Target),
		genai.BreakerFromKey.String(string(c.From)), genai.BreakerToKey.String(string(c.To)), genai.BreakerReasonKey.String(c.Reason))
	kvs = appendString(kvs, genai.BreakerModelKey, c.Model)
	kvs = appendString(kvs, genai.BreakerKeyKey, c.Key)
	s.Event(genai.EventBreakerChange, kvs...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended.Load() {
		s.changes = append(s.changes, c)
	}
}

// Event adds an event to the parent span.
func (s *ChainSpan) Event(name string, attrs ...attribute.KeyValue) {
	if s != nil && s.span.IsRecording() {
		s.span.AddEvent(name, trace.WithAttributes(attrs...))
	}
}

// visited takes over a finished inference span, unless the chain has ended.
func (s *ChainSpan) visited(v *Span, e *ending, rec *Record) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended.Load() {
		return false
	}
	s.visits = append(s.visits, Visit{
		Target: v.call.Target, Provider: e.Provider, RequestModel: v.call.Model, ResponseModel: e.Model,
		RequestID: e.RequestID, SpanID: v.span.SpanContext().SpanID(),
		Start: v.begun, Duration: e.took, TimeToFirstChunk: v.streamed().firstChunk, Attempts: e.Attempts, Retries: v.retries(),
		ErrorKind: e.failure.kind, ErrorMessage: e.failure.message, Usage: e.Usage, Cost: e.cost,
	})
	if rec != nil {
		s.records = append(s.records, rec)
	}
	return true
}

// End finishes the record. Only the first call counts.
func (s *ChainSpan) End(r ChainResult, err error) { s.finish(r, err, false) }

// Abandon finishes the record of a stream that the consumer left early, which
// is no failure.
func (s *ChainSpan) Abandon(r ChainResult) { s.finish(r, nil, true) }

func (s *ChainSpan) finish(r ChainResult, err error, abandoned bool) {
	if s == nil {
		return
	}
	s.mu.Lock()
	if s.ended.Load() {
		s.mu.Unlock()
		return
	}
	s.ended.Store(true)
	took := time.Since(s.begun)
	s.mu.Unlock() // nothing changes any more

	f := failureOf(err)
	if err != nil && r.Message != "" {
		f.message = r.Message
	}
	f.message = s.inst.clean(s.detached(), f.message, unknownFailure)
	if s.span.IsRecording() {
		s.describe(&r, s.visits, err, &f)
	}
	s.span.End()
	if len(s.inst.sinks) > 0 {
		s.inst.deliver(s.detached(), s.newRecord(&r, took, &f, abandoned))
	}
}

func (s *ChainSpan) describe(r *ChainResult, visits []Visit, err error, f *failure) {
	kvs := make([]attribute.KeyValue, 0, 16)
	kvs = appendString(kvs, genai.TargetKey, r.Target)
	if r.Degraded {
		kvs = append(kvs, genai.DegradedKey.Bool(true))
	}
	kvs = append(kvs, genai.TargetsVisitedKey.Int(targetsOf(visits)), genai.AttemptsKey.Int(r.Attempts))
	for i := range r.Breakers {
		b := &r.Breakers[i]
		if b.Model != "" || b.Key != "" {
			continue
		}
		kvs = append(kvs, genai.BreakerStateOf(b.Target).String(string(b.State)))
		if b.Target == r.Target {
			kvs = append(kvs, genai.BreakerStateKey.String(string(b.State)))
		}
	}
	kvs = appendAttribution(kvs, attributionOf(s.detached()))
	if err != nil {
		kvs = append(kvs, genai.ErrorTypeKey.String(string(f.kind)))
		s.span.SetStatus(codes.Error, f.message)
	}
	s.span.SetAttributes(kvs...)
}

// targetsOf counts the targets of visits: a stream that broke may visit one
// again.
func targetsOf(visits []Visit) int {
	n := 0
	for i := range visits {
		if !slices.ContainsFunc(visits[:i], func(v Visit) bool { return v.Target == visits[i].Target }) {
			n++
		}
	}
	return n
}

// newRecord brings the visits together: usage and cost of all of them, the rest
// from the one that answered or came last.
func (s *ChainSpan) newRecord(r *ChainResult, took time.Duration, f *failure, abandoned bool) *Record {
	from := s.decisive(r.Target)
	// They came as they ended; the loser of a hedge ends last and began first.
	slices.SortStableFunc(s.visits, func(a, b Visit) int { return a.Start.Compare(b.Start) })
	rec := &Record{Operation: s.call.Operation, Stream: s.call.Stream, Provider: s.call.Chain, RequestModel: s.call.Model}
	switch {
	case r.Degraded: // whichever target came last, it is not what answered
		rec.Usage, rec.Cost = total(s.visits, f.kind)
	case from != nil:
		*rec = *from
		if rec.Chunks > 0 {
			rec.TimeToFirstChunk += rec.Start.Sub(s.begun)
		}
		rec.Usage, rec.Cost = total(s.visits, f.kind)
	}
	sc := s.span.SpanContext()
	rec.CallID, rec.TraceID, rec.SpanID, rec.Sampled = newCallID(), sc.TraceID(), sc.SpanID(), sc.IsSampled()
	rec.Start, rec.Duration, rec.Stream = s.begun, took, s.call.Stream
	rec.Target = cmp.Or(r.Target, rec.Target)
	rec.ErrorKind, rec.ErrorMessage, rec.StatusCode, rec.ErrorCode = f.kind, f.message, f.status, f.code
	rec.Abandoned, rec.Attempts, rec.Degraded = abandoned, r.Attempts, r.Degraded
	rec.Retries, rec.Visits, rec.Skips, rec.BreakerChanges = nil, s.visits, s.skips, s.changes
	rec.Attribution = AttributionFrom(s.detached())
	for i := range r.Breakers {
		if b := &r.Breakers[i]; b.Target == rec.Target && b.Model == "" && b.Key == "" {
			rec.BreakerState = b.State
		}
	}
	return rec
}

// decisive is the Record of the target that answered, or that came last if
// none did: the loser of a hedge may end after the winner. nil if there is none.
func (s *ChainSpan) decisive(target string) *Record {
	var last *Record
	for _, rec := range s.records {
		if last == nil || last.Target != target || rec.Target == target {
			last = rec
		}
	}
	return last
}

// total adds up what the visits used and cost. Failed visits that gave nothing
// are left out: nobody knows that they cost anything. Of one that the chain cancelled, such
// as the loser of a hedge, it is known that the provider was at work: the sum is
// then partial. If the caller cancelled, kind tells, and there is no other sum to be wrong.
func total(visits []Visit, kind providers.Kind) (providers.Usage, pricing.Cost) {
	var sum expense
	for i := range visits {
		v := &visits[i]
		lost := v.ErrorKind == providers.KindCancelled && kind != providers.KindCancelled && v.Attempts > 0
		if v.ErrorKind == "" || v.Usage.Completeness != providers.UsageMissing || v.TimeToFirstChunk > 0 || lost {
			sum.add(&v.Usage, v.Cost)
		}
	}
	return sum.usage, sum.cost
}
