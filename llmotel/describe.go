package llmotel

import (
	"cmp"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// describe puts the attributes on the span, and on the details event.
func (s *Span) describe(e *ending, d *documents) {
	recording := s.span.IsRecording()
	details := s.inference() && s.inst.capture.details && s.inst.logs(s.detached(), genai.EventClientInferenceOperationDetails, log.SeverityDebug)
	if !recording && !details {
		return
	}
	buf := scratch.Get().(*[]attribute.KeyValue)
	kvs := s.appendAttributes((*buf)[:0], e)
	kvs = append(kvs, d.more...)
	if details {
		s.details(s.call.attrs, kvs, d)
	}
	if recording {
		if s.learned && !s.foreign { // else the start's attributes tell it
			kvs = append(kvs, genai.RequestModelKey.String(s.call.Model))
		}
		if s.capturing&toSpan != 0 {
			kvs = d.append(kvs, s.inst.capture.structured)
			kvs = s.inst.appendPromptVariables(kvs, s.detached()) // last: there may be more than a span takes
		}
		switch {
		case s.foreign:
			s.span.SetName(s.call.name)
			s.span.SetAttributes(s.call.attrs...)
		case e.err != nil:
			s.span.SetStatus(codes.Error, e.failure.message)
		}
		s.span.SetAttributes(kvs...)
		s.interrupted(e)
	}
	clear(kvs) // the pool must not keep strings of the call alive
	*buf = kvs[:0]
	scratch.Put(buf)
}

// appendAttributes adds what is known at the end of a call.
func (s *Span) appendAttributes(kvs []attribute.KeyValue, e *ending) []attribute.KeyValue {
	st, c := s.streamed(), s.inst.metrics.conventions
	if s.call.Request != nil {
		kvs = appendRequest(kvs, s.call.Provider, s.call.Request)
	}
	if s.call.asked != nil {
		kvs = appendAsked(kvs, &s.call)
	}
	if s.call.Stream {
		kvs = append(kvs, genai.RequestStreamKey.Bool(true))
	}
	kvs = appendCall(kvs, &s.call)
	if s.resends > 0 {
		kvs = append(kvs, genai.HTTPRequestResendCountKey.Int(int(s.resends)))
	}
	if s.borrowed {
		kvs = appendServer(kvs, s.call.ServerAddress, spanPort(s.call.Operation, s.call.Provider, s.call.ServerPort))
	}
	about := attributionOf(s.detached())
	kvs = appendAttribution(kvs, about)
	if about == nil || about.Conversation == "" {
		kvs = appendString(kvs, genai.ConversationIDKey, cmp.Or(e.ConversationID, s.call.conversation()))
	}
	kvs = appendResult(kvs, &s.call, &e.Result)
	if st.chunks > 0 {
		kvs = append(kvs, genai.ResponseTimeToFirstChunkKey.Float64(st.firstChunk.Seconds()))
	}
	if e.billed {
		on := onInference
		if !s.inference() {
			on = onEmbeddings
		}
		kvs = appendUsage(kvs, &e.Usage, c, on)
		kvs = appendCost(kvs, &e.cost)
	}
	if e.Attempts > 1 {
		kvs = append(kvs, genai.AttemptsKey.Int(e.Attempts))
	}
	if e.MalformedChunks > 0 {
		kvs = append(kvs, genai.StreamMalformedChunksKey.Int(e.MalformedChunks))
	}
	if e.err != nil && !s.foreign { // the SDK may try again under the same span
		kvs = append(kvs, genai.ErrorTypeKey.String(string(e.failure.kind)))
	}
	return kvs
}

// interrupted adds the event of a stream that did not come to its end.
func (s *Span) interrupted(e *ending) {
	if st := s.streamed(); st.chunks > 0 && (e.err != nil || e.abandoned) && !st.answered() {
		reason := cmp.Or(e.failure.kind, providers.KindCancelled)
		s.span.AddEvent(genai.EventStreamInterrupted, trace.WithAttributes(genai.ErrorTypeKey.String(string(reason))))
	}
}
