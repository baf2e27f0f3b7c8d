package llmotel

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// ending is all that is known once a call has ended.
type ending struct {
	Result
	err       error
	failure   failure
	abandoned bool
	took      time.Duration
	cost      pricing.Cost
	// billed is false for a failed call of which nothing came back: as far as
	// anyone can tell it cost nothing.
	billed bool
	// content is what the call was about, nil if nobody asked; collected tells
	// that it is complete.
	content   *content.Builder
	collected bool
}

// endings are used again: what prices a call is an interface, so that one on
// the stack would be allocated.
var endings = sync.Pool{New: func() any { return new(ending) }}

func (e *ending) release() {
	*e = ending{} // the pool must not keep what belongs to the call
	endings.Put(e)
}

func (s *Span) finish(r Result, err error, abandoned bool) {
	if s == nil {
		return
	}
	e := endings.Get().(*ending) //nolint:forcetypeassert // there is nothing else in it
	defer e.release()
	*e = ending{Result: r, err: err, failure: failureOf(err), abandoned: abandoned}
	e.failure.message = s.inst.clean(s.detached(), e.failure.message, unknownFailure)
	s.mu.Lock()
	if s.ended.Load() {
		s.mu.Unlock()
		return
	}
	s.ended.Store(true)
	e.took = time.Since(s.begun)
	e.content = s.content
	s.content = nil
	s.mu.Unlock() // nothing changes any more

	s.settle(e)
	s.agent().called(e)
	b := e.content
	if !e.collected {
		b = s.collect(b, &e.Result)
	}
	if s.into != nil {
		s.into.absorb(&e.Result, e.cost, e.billed, b)
		return
	}
	docs := s.gather(b, e)
	s.measure(e)
	s.describe(e, &docs)
	if err != nil {
		s.inst.exception(s.detached(), err, e.failure.message)
	}
	if !s.foreign {
		s.span.End()
	}
	s.report(e)
}

// settle brings together what End was given, what chunks, inner layers and
// earlier attempts have said, and what the error knows.
func (s *Span) settle(e *ending) {
	s.opened(e.Model)
	st, p := s.streamed(), s.parts
	if p == nil {
		p = &noParts
	}
	if st.answered() {
		e.abandoned = false // left after the end is not early
	}
	cut := e.err != nil || e.abandoned || st.chunks > 0 && !st.answered() && len(e.FinishReasons) == 0
	if st.seen != nil {
		e.fill(st.seen)
	}
	e.Provider = utf8Text(cmp.Or(p.innerProvider, e.Provider, s.call.Provider))
	e.Model, e.ServiceTier = utf8Text(e.Model), utf8Text(e.ServiceTier)
	e.RequestID = providers.CleanID(cmp.Or(e.RequestID, e.failure.requestID))
	e.ResponseID = providers.CleanID(e.ResponseID)
	e.Attempts = max(e.Attempts, int(s.attempts), p.attempts)
	if e.Usage.Completeness == providers.UsageMissing {
		e.Usage = e.failure.usage
	}
	if e.Usage.Completeness != providers.UsageMissing && e.Usage.Validate() != nil {
		e.Usage, e.refused = providers.Usage{}, true // impossible counts are unknown counts
	}
	if cut && s.call.Stream && !st.answered() && e.Usage.Completeness == providers.UsageReported {
		e.Usage.Completeness = providers.UsagePartial
	}
	if cut && len(e.FinishReasons) == 0 && (st.chunks > 0 || e.err == nil) {
		e.FinishReasons = s.errorReasons()
	}

	s.estimate(e)
	e.billed = e.err == nil || st.chunks > 0 || e.Usage.Completeness != providers.UsageMissing
	switch {
	case p.inner.calls > 1, p.inner.calls == 1 && e.Usage.Completeness == providers.UsageMissing:
		e.Usage, e.cost, e.billed = p.inner.usage, p.inner.cost, true
	case e.billed:
		e.cost = s.costOf(&e.Result, &e.Usage)
	}
	if spent := p.spent; spent.calls > 0 {
		if e.billed {
			spent.add(&e.Usage, e.cost)
		}
		e.Usage, e.cost, e.billed = spent.usage, spent.cost, true
	}
}

// fill takes from seen what r leaves empty.
func (r *Result) fill(seen *Result) {
	r.Provider = cmp.Or(r.Provider, seen.Provider)
	r.API = cmp.Or(r.API, seen.API)
	r.ResponseID = cmp.Or(r.ResponseID, seen.ResponseID)
	r.RequestID = cmp.Or(r.RequestID, seen.RequestID)
	r.Model = cmp.Or(r.Model, seen.Model)
	r.ServiceTier = cmp.Or(r.ServiceTier, seen.ServiceTier)
	r.SystemFingerprint = cmp.Or(r.SystemFingerprint, seen.SystemFingerprint)
	r.Region = cmp.Or(r.Region, seen.Region)
	r.ConversationID = cmp.Or(r.ConversationID, seen.ConversationID)
	r.ResponseChars = cmp.Or(r.ResponseChars, seen.ResponseChars)
	r.Attempts = cmp.Or(r.Attempts, seen.Attempts)
	r.MalformedChunks = cmp.Or(r.MalformedChunks, seen.MalformedChunks)
	if r.FinishReasons == nil {
		r.FinishReasons, r.RawFinishReasons = seen.FinishReasons, seen.RawFinishReasons
	}
	if r.Usage.Completeness == providers.UsageMissing {
		r.Usage = seen.Usage
	}
}

// requestTier is the tier asked for, which stands for the one that served as
// long as the provider does not say. "auto" leaves the choice to the provider.
func (s *Span) requestTier() string {
	if a := s.call.asked; a != nil {
		if tier := a.Option(wire.ParamServiceTier).String(); tier != genai.OpenAIRequestServiceTierAuto {
			return tier
		}
	}
	if r := s.call.Request; r != nil && r.ServiceTier != genai.OpenAIRequestServiceTierAuto {
		return r.ServiceTier
	}
	return ""
}

// errorReasons has FinishError for each choice of an answer that did not end.
func (s *Span) errorReasons() []providers.FinishReason {
	if a := s.call.asked; a != nil {
		if n, ok := a.Option(wire.ParamChoices).Int(); ok && n > 1 {
			return slices.Repeat(singleReasons[providers.FinishError], int(min(n, maxReasons)))
		}
	}
	if r := s.call.Request; r != nil && r.Choices > 1 {
		return slices.Repeat(singleReasons[providers.FinishError], r.Choices)
	}
	return singleReasons[providers.FinishError]
}

// served fills in what was asked for where it is not known what answered.
func (s *Span) served(provider, model string) (string, string) {
	return cmp.Or(provider, s.call.Provider), cmp.Or(model, s.call.Model)
}

// series returns the metric attribute set of the call; errorType may be empty.
func (s *Span) series(r *Result, errorType string) *series {
	m := s.inst.metrics
	k := seriesKey{
		operation: s.call.Operation, provider: cmp.Or(r.Provider, s.call.Provider),
		model: s.call.Model, responseModel: r.Model,
		address: s.call.ServerAddress, port: s.call.ServerPort, errorType: errorType,
	}
	if k.provider == genai.ProviderNameOpenAI {
		k.openAITier = r.ServiceTier
	}
	if len(m.fields) == 0 {
		return m.of(k, nil)
	}
	return m.of(k, attributionOf(s.detached()))
}

func (s *Span) measure(e *ending) {
	m := s.inst.metrics
	if e.refused {
		s.inst.drop(s.detached(), "usage", genai.ReasonInvalid)
	}
	series := s.series(&e.Result, string(e.failure.kind))
	m.took(s.detached(), series, e.took, s.inference())
	if !e.billed {
		return
	}
	if e.err != nil {
		series = s.series(&e.Result, "") // only the duration tells errors apart
	}
	m.tokens(s.detached(), series, &e.Usage, s.inference(), e.err == nil)
	m.price(s.detached(), series, &e.cost)
}

// report hands the call to the chain around it or, as the outermost span, to
// the sinks.
func (s *Span) report(e *ending) {
	var rec *Record
	if len(s.inst.sinks) > 0 {
		rec = s.newRecord(e)
	}
	if chain := s.outer(); chain != nil && chain.visited(s, e, rec) {
		return
	}
	if rec != nil {
		s.inst.deliver(s.detached(), rec)
	}
}

func (s *Span) newRecord(e *ending) *Record {
	sc, st := s.span.SpanContext(), s.streamed()
	return &Record{
		CallID: newCallID(), TraceID: sc.TraceID(), SpanID: sc.SpanID(), Sampled: sc.IsSampled(),
		Operation: s.call.Operation, Stream: s.call.Stream,
		Start: s.begun, Duration: e.took, TimeToFirstChunk: st.firstChunk, Chunks: int(st.chunks),
		Provider: e.Provider, RequestModel: s.call.Model, Target: s.call.Target,
		ResponseModel: e.Model, ResponseID: e.ResponseID, RequestID: e.RequestID, ServiceTier: e.ServiceTier,
		FinishReasons: e.FinishReasons, Usage: e.Usage, Cost: e.cost,
		ErrorKind: e.failure.kind, ErrorMessage: e.failure.message, StatusCode: e.failure.status, ErrorCode: e.failure.code,
		Abandoned: e.abandoned, Attempts: e.Attempts, Retries: s.retries(), PromptChars: s.call.promptLen(), ResponseChars: e.ResponseChars,
		Attribution: AttributionFrom(s.detached()),
	}
}
