package llmotel

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// What the ways in that read calls off the wire need of a Span.

// arrived notes n chunks of a streamed answer that came at once, with texts of
// so many bytes. The caller has waited for them since asked, if chunks came before.
func (s *Span) arrived(n, bytes int, model string, asked time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended.Load() {
		return
	}
	if s.stream == nil {
		s.stream = new(streamed)
	}
	st := s.stream
	if st.chunks > 0 && !s.inst.metrics.chunkTimes {
		st.chunks += n
		st.chars += bytes
		return // nobody asks when
	}
	st.lastChunk = asked
	now := time.Since(s.begun)
	for ; n > 0; n-- {
		s.semantic(st, now, bytes, model)
		bytes = 0
	}
}

// passed tells that the caller has the first chunk and wants more.
func (s *Span) passed(model string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended.Load() {
		s.opened(model)
	}
}

// leave finishes the record of an answer that the consumer left early.
func (s *Span) leave(r Result) { s.finish(r, nil, true) }

// adopt makes b the collector of the call's content, unless that is not wanted.
func (s *Span) adopt(b *content.Builder) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.capturing == 0 || s.ended.Load() {
		return false
	}
	s.content, s.wired = b, true
	return true
}

// wireBuilder returns a collector if content may be wanted. Whether it is, is
// known when the span has started; a request is read before.
func (c *capture) wireBuilder() *content.Builder {
	if c.mode == ContentNone && c.hook == nil && !c.estimate {
		return nil
	}
	return c.builder()
}

// learn tells the model asked for, if it was not known when the span started:
// a long request may name it last.
func (s *Span) learn(model string) {
	if model == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.call.Model != "" || s.ended.Load() {
		return
	}
	k := *s.call.startKey
	k.Model = utf8Text(model)
	s.call.startKey = &k
	if s.into == nil && !s.foreign {
		s.span.SetName(s.call.Operation + " " + k.Model)
		s.span.SetAttributes(genai.RequestModelKey.String(k.Model))
	}
}

// anthropicScope is how the scopes of the spans begin that Anthropic's SDK
// makes itself: com.anthropic.sdk.go, and .bedrock or .vertex after it.
const anthropicScope = "com.anthropic.sdk.go"

// sdkSpan returns the span around an HTTP request if a vendor's SDK has started
// it for the same call. It gets our attributes, and there is no second one.
func sdkSpan(ctx context.Context) trace.Span {
	span := trace.SpanFromContext(ctx)
	scoped, ok := span.(interface {
		InstrumentationScope() instrumentation.Scope
	})
	if !ok || !span.IsRecording() || !strings.HasPrefix(scoped.InstrumentationScope().Name, anthropicScope) {
		return nil
	}
	return span
}

// tells reports whether anybody will see what an answer says beside its counts.
func (s *Span) tells() bool {
	if s.into != nil {
		return true
	}
	return s.span.IsRecording() || len(s.inst.sinks) > 0 || s.inst.capture.details || s.inst.capture.hook != nil || s.outer != nil
}
