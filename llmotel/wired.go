package llmotel

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

// What the ways in that read calls off the wire need of a Span.

// arrived notes n chunks of a streamed answer that came at once in st, which is the
// Span's until it ends.
func (s *Span) arrived(st *streamed, n uint32, model string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended.Load() {
		return
	}
	s.stream = st
	if st.chunks > 0 && !s.inst.metrics.chunkTimes {
		st.chunks += n
		return // nobody asks when
	}
	now := time.Since(s.begun)
	for ; n > 0; n-- {
		s.semantic(st, now, model)
	}
}

// waits tells that the caller has the chunks that came and wants more: from now on
// it is the provider's time.
func (s *Span) waits(model string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended.Load() {
		return
	}
	s.opened(model)
	if s.stream != nil && s.inst.metrics.chunkTimes {
		s.stream.lastChunk = time.Since(s.begun)
	}
}

// forget lets go of what was the Span's until it ended.
func (s *Span) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream = nil
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
// a long request may name it last. The span gets it with all else at its end, and
// until then no larger.
func (s *Span) learn(model string) {
	if model == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.call.Model != "" || s.ended.Load() {
		return
	}
	k := s.call.startKey
	k.Model = utf8Text(model)
	s.call.start, s.learned = s.inst.starts.of(k), true
	if s.into == nil && !s.foreign {
		s.span.SetName(s.call.name)
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
	return s.span.IsRecording() || len(s.inst.sinks) > 0 || s.inst.capture.details || s.inst.capture.hook != nil || s.outer() != nil
}
