package llmotel

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Span is the record of one call that is under way. Chunk and Retry belong to
// the goroutine that makes the call; End may come from any and counts once. The
// methods of a nil Span do nothing.
type Span struct {
	inst  *Instrumentation
	span  trace.Span
	outer *frame // the chain around, or nil
	call  Call
	// inside is the context of the call, record that of telemetry about it.
	inside callContext
	record detached
	begun  time.Time
	ended  once

	attempts int
	chunks   int
	chars    int
	// firstChunk and lastChunk are when semantic chunks came, since begun.
	firstChunk, lastChunk time.Duration
	chunkSeries           *series
	// seen is what chunks have said so far; answered is set once the stream
	// said that it is complete.
	seen     Result
	answered bool
}

// Start begins the record of a call: a CLIENT span named "{operation} {model}"
// whose context is returned. Make the call under that context and End the
// span when the answer, or the stream, has ended.
//
// Inside another llmotel span for the same operation, which a second layer
// around the same call has started, Start adds to that span what it knows and
// returns a nil Span.
func (i *Instrumentation) Start(ctx context.Context, call Call) (context.Context, *Span) {
	if call.Operation == "" {
		call.Operation = OperationChat
	}
	if call.Model == "" {
		switch {
		case call.Request != nil:
			call.Model = call.Request.Model
		case call.Embed != nil:
			call.Model = call.Embed.Model
		}
	}
	outer := frameFrom(ctx)
	if outer != nil && outer.inference != nil {
		if outer.inference.call.Operation == call.Operation {
			outer.inference.enrich(&call)
			return ctx, nil
		}
		outer = nil // another operation inside a call is a call of its own
	}
	s := &Span{inst: i, outer: outer, call: call, attempts: 1, begun: time.Now()}
	st := i.starts.of(startKey{call.Operation, call.Provider, call.Model, call.ServerAddress, call.ServerPort, call.Target, call.Stream})
	s.inside.Context, s.span = i.tracer.Start(ctx, st.name, st.opts...)
	s.inside.frame.inference = s
	s.record.values = &s.inside
	return &s.inside, s
}

// enrich takes over what an inner layer knows better.
func (s *Span) enrich(inner *Call) {
	if s.call.ServerAddress == "" && inner.ServerAddress != "" {
		s.call.ServerAddress, s.call.ServerPort = inner.ServerAddress, inner.ServerPort
		s.span.SetAttributes(appendServer(nil, inner.ServerAddress, inner.ServerPort)...)
	}
}

// Retry notes that the call is sent again, after delay, because of err. It
// becomes an event of the span.
func (s *Span) Retry(delay time.Duration, err error) {
	if s == nil || s.ended.Load() {
		return
	}
	s.attempts++
	if s.span.IsRecording() {
		s.span.AddEvent(genai.EventRetry, trace.WithAttributes(
			genai.RetryAttemptKey.Int(s.attempts),
			genai.RetryDelayKey.Float64(delay.Seconds()),
			genai.ErrorTypeKey.String(string(failureOf(err).kind))))
	}
}

// Chunk notes a chunk of a streamed answer. It does not keep it, and does not
// allocate.
func (s *Span) Chunk(c *providers.Chunk) {
	if s == nil || c == nil {
		return
	}
	switch c.Kind {
	case providers.ChunkStart:
		s.seen.ResponseID, s.seen.RequestID, s.seen.Model = c.ResponseID, c.RequestID, c.Model
	case providers.ChunkUsage:
		if c.Usage != nil {
			s.seen.Usage = *c.Usage
		}
	case providers.ChunkFinish:
		s.answered = true
		if c.Finish != nil {
			s.seen = resultOfFinish(c.Finish, s.chars)
		}
	case providers.ChunkRestart:
		s.seen, s.chars, s.answered = Result{}, 0, false
	default:
		s.semantic(c)
	}
}

func (s *Span) semantic(c *providers.Chunk) {
	now := time.Since(s.begun)
	s.chunks++
	s.chars += len(c.Text)
	if c.ToolCall != nil {
		s.chars += len(c.ToolCall.Arguments)
	}
	if s.chunks == 1 {
		s.firstChunk, s.lastChunk = now, now
		s.chunkSeries = s.series("")
		s.inst.metrics.firstChunk.Record(&s.record, now.Seconds(), s.chunkSeries.record...)
		return
	}
	if s.inst.metrics.chunkTimes {
		s.inst.metrics.chunkTime.Record(&s.record, (now - s.lastChunk).Seconds(), s.chunkSeries.record...)
	}
	s.lastChunk = now
}

// End finishes the record: what came back, or the error that did. Only the
// first call counts. For a stream whose chunks were noted the zero Result
// stands for what the chunks said.
func (s *Span) End(r Result, err error) { s.finish(r, err, false) }

// Abandon finishes the record of a stream that the consumer left early, which
// is no failure.
func (s *Span) Abandon() { s.finish(Result{}, nil, true) }

func (s *Span) finish(r Result, err error, abandoned bool) {
	if s == nil || !s.ended.first() {
		return
	}
	took := time.Since(s.begun)
	f := failureOf(err)
	s.settle(&r, err, &f, &abandoned)
	cost, priced := s.price(&r, err)

	// Metrics come first: the exemplars they keep need the span's context only.
	s.measure(&r, &cost, priced, took, string(f.kind))
	if s.span.IsRecording() {
		s.describe(&r, &cost, priced, err, &f, abandoned)
	}
	s.span.End()
	s.report(&r, cost, took, &f, abandoned)
}

// settle brings together what End was given, what chunks have said and what
// the error knows.
func (s *Span) settle(r *Result, err error, f *failure, abandoned *bool) {
	cut := err != nil || *abandoned
	if s.chunks > 0 || s.seen.ResponseID != "" || s.answered {
		if r.ResponseID == "" && r.Usage.Completeness == providers.UsageMissing && len(r.FinishReasons) == 0 {
			attempts := max(r.Attempts, s.seen.Attempts)
			*r = s.seen
			r.Attempts = attempts
			cut = cut || !s.answered
		}
		if r.ResponseChars == 0 {
			r.ResponseChars = s.chars
		}
	}
	if s.answered {
		*abandoned = false // left after the end is not early
	}
	if r.Usage.Completeness == providers.UsageMissing {
		r.Usage = f.usage
	}
	if r.RequestID == "" {
		r.RequestID = f.requestID
	}
	if r.Usage.Completeness != providers.UsageMissing && r.Usage.Validate() != nil {
		r.Usage = providers.Usage{} // impossible counts are unknown counts
	}
	if cut {
		if r.Usage.Completeness == providers.UsageReported && !s.answered && s.call.Stream {
			r.Usage.Completeness = providers.UsagePartial
		}
		if len(r.FinishReasons) == 0 && (s.chunks > 0 || err == nil) {
			r.FinishReasons = singleReasons[providers.FinishError]
		}
	}
	if r.Attempts == 0 {
		r.Attempts = s.attempts
	}
}

// price asks what the call cost. A failed call without usage was not billed,
// as far as anyone can tell: priced is then false.
func (s *Span) price(r *Result, err error) (c pricing.Cost, priced bool) {
	if err != nil && r.Usage.Completeness == providers.UsageMissing {
		return c, false
	}
	defer func() {
		if recover() != nil {
			c, priced = pricing.Cost{}, true
		}
	}()
	model := r.Model
	if model == "" {
		model = s.call.Model
	}
	return s.inst.pricer.Cost(s.call.Provider, model, r.ServiceTier, &r.Usage, s.begun), true
}

// series returns the metric attribute set of the call, errorType included
// unless empty.
func (s *Span) series(errorType string) *series {
	m := s.inst.metrics
	k := seriesKey{
		operation: s.call.Operation, provider: s.call.Provider,
		model: s.call.Model, responseModel: s.seen.Model,
		address: s.call.ServerAddress, port: s.call.ServerPort, errorType: errorType,
	}
	if len(m.fields) == 0 {
		return m.of(k, nil)
	}
	return m.of(k, attributionOf(&s.record))
}

func (s *Span) measure(r *Result, c *pricing.Cost, priced bool, took time.Duration, errorType string) {
	m := s.inst.metrics
	s.seen.Model = r.Model
	series := s.series(errorType)
	if s.call.Operation == OperationEmbeddings {
		m.operationDuration.Record(&s.record, took.Seconds(), series.record...)
	} else {
		m.duration.Record(&s.record, took.Seconds(), series.record...)
	}
	if !priced {
		return
	}
	if errorType != "" {
		series = s.series("") // only the duration tells errors apart
	}
	if s.call.Operation != OperationEmbeddings {
		m.tokens(&s.record, series, &r.Usage, errorType == "")
	}
	m.price(&s.record, series, c)
}

// describe puts the attributes on the span.
func (s *Span) describe(r *Result, c *pricing.Cost, priced bool, err error, f *failure, abandoned bool) {
	buf := scratch.Get().(*[]attribute.KeyValue)
	kvs := (*buf)[:0]
	if s.call.Request != nil {
		kvs = appendRequest(kvs, s.call.Provider, s.call.Request)
	}
	if s.call.Embed != nil {
		kvs = appendEmbed(kvs, s.call.Embed)
	}
	kvs = appendAttribution(kvs, attributionOf(&s.record))
	kvs = appendResult(kvs, &s.call, r)
	if s.firstChunk > 0 {
		kvs = append(kvs, genai.ResponseTimeToFirstChunkKey.Float64(s.firstChunk.Seconds()))
	}
	if err == nil || r.Usage.Completeness != providers.UsageMissing {
		kvs = appendUsage(kvs, &r.Usage, s.call.Operation == OperationEmbeddings)
	}
	if priced {
		kvs = appendCost(kvs, c)
	}
	if r.Attempts > 1 {
		kvs = append(kvs, genai.AttemptsKey.Int(r.Attempts))
	}
	if err != nil {
		kvs = append(kvs, genai.ErrorTypeKey.String(string(f.kind)))
		s.span.SetStatus(codes.Error, f.message)
	}
	s.span.SetAttributes(kvs...)
	if s.chunks > 0 && (err != nil || abandoned) && !s.answered {
		reason := string(f.kind)
		if abandoned {
			reason = string(providers.KindCancelled)
		}
		s.span.AddEvent(genai.EventStreamInterrupted, trace.WithAttributes(genai.ErrorTypeKey.String(reason)))
	}
	clear(kvs) // the pool must not keep strings of the call alive
	*buf = kvs[:0]
	scratch.Put(buf)
}

// report hands the call to the chain around it or, as the outermost span, to
// the sinks.
func (s *Span) report(r *Result, c pricing.Cost, took time.Duration, f *failure, abandoned bool) {
	if s.outer != nil && s.outer.chain != nil {
		s.outer.chain.visited(s, r, c, took, f)
		return
	}
	if len(s.inst.sinks) == 0 {
		return
	}
	sc := s.span.SpanContext()
	rec := &Record{
		CallID: newCallID(), TraceID: sc.TraceID(), SpanID: sc.SpanID(), Sampled: sc.IsSampled(),
		Operation: s.call.Operation, Stream: s.call.Stream,
		Start: s.begun, Duration: took, TimeToFirstChunk: s.firstChunk, Chunks: s.chunks,
		Provider: s.call.Provider, RequestModel: s.call.Model, Target: s.call.Target,
		ResponseModel: r.Model, ResponseID: r.ResponseID, RequestID: r.RequestID, ServiceTier: r.ServiceTier,
		FinishReasons: r.FinishReasons, Usage: r.Usage, Cost: c,
		ErrorKind: f.kind, ErrorMessage: f.message, StatusCode: f.status, ErrorCode: f.code, Abandoned: abandoned,
		Attempts: r.Attempts, PromptChars: s.call.promptLen(), ResponseChars: r.ResponseChars,
		Attribution: AttributionFrom(&s.record),
	}
	s.inst.deliver(&s.record, rec)
}
