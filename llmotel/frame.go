package llmotel

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// frameKey is the context key under which an llmotel span finds the one around
// it.
type frameKey struct{}

// frame is the llmotel span that a context is inside of: a chain or an inference, or
// none. The outermost one hands over the Record.
type frame struct {
	chain     *ChainSpan
	inference *Span
}

// insideSpan is a Span as the context of what happens inside of it. Being the span
// it needs no memory of its own.
type insideSpan Span

// Deadline, Done and Err are those of the context around.
func (c *insideSpan) Deadline() (deadline time.Time, ok bool) { return c.around.Deadline() }
func (c *insideSpan) Done() <-chan struct{}                   { return c.around.Done() }
func (c *insideSpan) Err() error                              { return c.around.Err() }

// Value finds the span, and what the context around has.
func (c *insideSpan) Value(key any) any {
	if key == (frameKey{}) {
		return (*Span)(c)
	}
	return c.around.Value(key)
}

// inside returns the context of what happens inside of s.
func (s *Span) inside() context.Context { return (*insideSpan)(s) }

// outer returns the chain around that still runs, or nil.
func (s *Span) outer() *ChainSpan { return frameFrom(s.around).chain }

// detachedSpan is insideSpan without an end, as context.WithoutCancel makes it,
// without the allocation. Telemetry of a cancelled call is recorded like any other.
type detachedSpan Span

func (*detachedSpan) Deadline() (deadline time.Time, ok bool) { return }
func (*detachedSpan) Done() <-chan struct{}                   { return nil }
func (*detachedSpan) Err() error                              { return nil }
func (c *detachedSpan) Value(key any) any                     { return (*insideSpan)(c).Value(key) }

// detached returns the context inside of s without an end.
func (s *Span) detached() context.Context { return (*detachedSpan)(s) }

// insideChain and detachedChain are the same for a chain.
type (
	insideChain   ChainSpan
	detachedChain ChainSpan
)

// Deadline, Done and Err are those of the context around.
func (c *insideChain) Deadline() (deadline time.Time, ok bool) { return c.around.Deadline() }
func (c *insideChain) Done() <-chan struct{}                   { return c.around.Done() }
func (c *insideChain) Err() error                              { return c.around.Err() }

// Value finds the chain, and what the context around has.
func (c *insideChain) Value(key any) any {
	if key == (frameKey{}) {
		return (*ChainSpan)(c)
	}
	return c.around.Value(key)
}

func (*detachedChain) Deadline() (deadline time.Time, ok bool) { return }
func (*detachedChain) Done() <-chan struct{}                   { return nil }
func (*detachedChain) Err() error                              { return nil }
func (c *detachedChain) Value(key any) any                     { return (*insideChain)(c).Value(key) }

func (s *ChainSpan) detached() context.Context { return (*detachedChain)(s) }

// frameFrom returns the span around that still runs.
func frameFrom(ctx context.Context) frame {
	switch s := ctx.Value(frameKey{}).(type) {
	case *ChainSpan:
		if !s.ended.Load() {
			return frame{chain: s}
		}
	case *Span:
		if !s.ended.Load() {
			return frame{inference: s}
		}
	}
	return frame{}
}

// SpanFromContext returns the inference span that ctx is inside of, or nil.
// The methods of a nil Span do nothing.
func SpanFromContext(ctx context.Context) *Span { return frameFrom(ctx).inference }

// deliver hands a finished Record to the sinks. What a sink does wrong stays
// with the sink.
func (i *Instrumentation) deliver(ctx context.Context, r *Record) {
	for _, s := range i.sinks {
		i.deliverOne(ctx, s, r)
	}
}

func (i *Instrumentation) deliverOne(ctx context.Context, s Sink, r *Record) {
	defer func() {
		if recover() != nil {
			i.drop(ctx, typeName(s), genai.ReasonPanic)
		}
	}()
	s.Record(ctx, r)
}

// newCallID returns 128 random bits in hexadecimal.
func newCallID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, as its documentation says
	return hex.EncodeToString(b[:])
}

// scratch holds buffers for attributes: an inference span has up to some 40.
// The tracing SDK copies what it is given.
var scratch = sync.Pool{New: func() any { s := make([]attribute.KeyValue, 0, 48); return &s }}

// flag is a boolean that is read without the mutex under which it is set.
type flag = atomic.Bool
