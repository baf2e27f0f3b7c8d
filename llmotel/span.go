package llmotel

import (
	"context"
	"math"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Span is the record of one call that is under way. Its methods are safe for
// concurrent use; End counts once, and what comes after it is ignored. The
// methods of a nil Span do nothing.
type Span struct {
	inst *Instrumentation
	span trace.Span // nil in an inner layer
	into *Span      // in an inner layer the span that it reports to
	call calling
	// around is the context of the call, but for the Span itself: see insideSpan.
	around context.Context //nolint:containedctx // of the call that this is
	begun  time.Time
	ended  flag
	// capturing is where content goes.
	capturing destinations
	foreign   bool // the span is a vendor SDK's own, which ends it
	learned   bool // the model was not known when the span started; as what is below mu

	mu       sync.Mutex // held for what follows, which End freezes
	attempts int32
	resends  uint8            // how often something above this layer had sent the call before
	wired    bool             // the content comes off the wire
	absorbed bool             // by way of an inner layer
	borrowed bool             // the server's address is that of an inner layer
	content  *content.Builder // nil until there is something
	stream   *streamed        // nil until the first chunk
	parts    *parts           // nil unless the call consists of several
}

// parts is what makes up a call that is more than one exchange.
type parts struct {
	// spent is what attempts before the last one used and cost, inner what
	// layers inside have reported.
	spent, inner  expense
	innerProvider string
	// attempts are those that layers inside have made; the Span's own retries
	// are around them, and are counted by themselves.
	attempts int
	// retries are for the Record, with sinks only.
	retries []Retry
}

// The states of calls without chunks and parts; they are only read.
var (
	notStreamed streamed
	noParts     parts
)

func (s *Span) streamed() *streamed {
	if s.stream == nil {
		return &notStreamed
	}
	return s.stream
}

func (s *Span) made() *parts {
	if s.parts == nil {
		s.parts = &parts{}
	}
	return s.parts
}

func (s *Span) retries() []Retry {
	if s.parts == nil {
		return nil
	}
	return s.parts.retries
}

// expense adds up what several calls used and cost.
type expense struct {
	calls int
	usage providers.Usage
	cost  pricing.Cost
}

func (e *expense) add(u *providers.Usage, c pricing.Cost) {
	e.calls++
	if e.calls == 1 {
		e.usage, e.cost = *u, c
		return
	}
	e.usage, e.cost = e.usage.Add(*u), e.cost.Add(c)
}

// Start begins the record of a call: a CLIENT span named "{operation} {model}"
// whose context is returned. Make the call under that context and End the
// span when the answer, or the stream, has ended.
//
// Inside another llmotel span for the same kind of operation, which a layer
// around the same call has started, there is no second span: what the inner
// layer learns is added to the outer one, tokens and cost of several inner
// calls included.
func (i *Instrumentation) Start(ctx context.Context, call Call) (context.Context, *Span) {
	s := new(Span)
	return i.begin(ctx, s, &call, nil), s
}

// begin is Start with a Span that is a part of something else. theirs is the
// span that the vendor's SDK has started for the call; nil if it has not.
func (i *Instrumentation) begin(ctx context.Context, s *Span, call *Call, theirs trace.Span) context.Context {
	if call.Operation == "" {
		call.Operation = OperationChat
	}
	if call.Provider == "" {
		call.Provider = other
	}
	if call.Model == "" {
		switch {
		case call.Request != nil:
			call.Model = call.Request.Model
		case call.Embed != nil:
			call.Model = call.Embed.Model
		}
	}
	if call.ServerAddress != "" && call.ServerPort == 0 {
		call.ServerPort = 443
	}
	started := i.starts.of(startKey{
		utf8Text(call.Operation), utf8Text(call.Provider), utf8Text(call.Model),
		utf8Text(call.ServerAddress), call.ServerPort, utf8Text(call.Target), call.Stream,
	})
	s.inst, s.call, s.attempts, s.begun = i, call.calling(started), 1, time.Now()
	s.resends = uint8(min(max(call.ResendCount, 0), math.MaxUint8))
	around := frameFrom(ctx)
	if around.inference != nil && sameKind(around.inference.operation(), call.Operation) {
		s.into = around.inference
		s.into.borrow(&s.call)
		s.capturing = s.into.wanting()
		s.around = ctx
		countCall(ctx, around, s)
		return s.inside()
	} // another operation inside a call is a call of its own
	countCall(ctx, around, s)
	if theirs != nil {
		s.span, s.foreign, s.around = theirs, true, ctx
	} else {
		s.around, s.span = i.tracer.Start(ctx, started.name, started.opts...)
	}
	if s.inference() {
		s.capturing = i.destinations(s.detached(), s.span)
	}
	return s.inside()
}

// inference tells whether the call is one in the sense of the conventions:
// embeddings are not.
func (s *Span) inference() bool { return s.call.Operation != OperationEmbeddings }

// sameKind tells whether two layers that name these operations can be around
// the same call: vendors' SDKs call a chat different things.
func sameKind(a, b string) bool {
	return a == b || generates(a) && generates(b)
}

func generates(operation string) bool {
	return operation == OperationChat || operation == OperationGenerateContent || operation == OperationTextCompletion
}

// operation is that of the call. A layer inside may borrow meanwhile.
func (s *Span) operation() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.call.Operation
}

// borrow takes the server's address from an inner layer; the last one wins.
func (s *Span) borrow(inner *calling) {
	if s.into != nil {
		s.into.borrow(inner)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if inner.ServerAddress != "" && (s.borrowed || s.call.ServerAddress == "") && !s.ended.Load() {
		k := *s.call.start
		k.ServerAddress, k.ServerPort = inner.ServerAddress, inner.ServerPort
		s.call.start, s.borrowed = &k, true
	}
}

// absorb takes what an inner layer's call used, cost and, in b, said.
func (s *Span) absorb(r *Result, c pricing.Cost, billed bool, b *content.Builder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended.Load() {
		b.Free()
		return
	}
	switch {
	case b == nil:
	case s.wired && !s.absorbed: // someone else holds that one
		b.Free()
	default:
		s.content.Free() // of an earlier call; the last one made the answer
		s.content, s.wired, s.absorbed = b, true, true
	}
	p := s.made()
	p.attempts += r.Attempts
	p.innerProvider = r.Provider
	if billed {
		p.inner.add(&r.Usage, c)
	}
}

// Retry notes that the call is sent again, after delay, because of err. It
// becomes an event of the span. What the failed attempt had used is added to
// the call's usage and cost.
func (s *Span) Retry(delay time.Duration, err error) {
	if s == nil {
		return
	}
	if s.into != nil {
		s.into.Retry(delay, err)
		return
	}
	f := failureOf(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended.Load() {
		return
	}
	s.attempts++
	if len(s.inst.sinks) > 0 {
		s.made().retries = append(s.made().retries, Retry{At: time.Now(), Delay: delay, ErrorKind: f.kind, StatusCode: f.status})
	}
	s.content.ResetOutput()
	if f.usage.Completeness != providers.UsageMissing && f.usage.Validate() == nil {
		s.made().spent.add(&f.usage, s.costOf(&Result{}, &f.usage))
	}
	if s.span.IsRecording() {
		s.span.AddEvent(genai.EventRetry, trace.WithAttributes(
			genai.RetryAttemptKey.Int(int(s.attempts)),
			genai.RetryDelayKey.Float64(delay.Seconds()),
			genai.ErrorTypeKey.String(string(f.kind))))
	}
}

// End finishes the record: what came back, or the error that did. Only the
// first call counts. What r leaves empty is taken from the chunks that were
// noted.
func (s *Span) End(r Result, err error) {
	if u := &r.Usage; u.Completeness == providers.UsageMissing && (u.Reported != 0 || u.Total() != 0) {
		u.Completeness = providers.UsageReported // written by hand
	}
	s.finish(r, err, false)
}

// Abandon finishes the record of a stream that the consumer left early, which
// is no failure.
func (s *Span) Abandon() { s.finish(Result{}, nil, true) }
