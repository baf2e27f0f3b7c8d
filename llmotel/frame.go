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

// frame is what layers around the same call know of each other. The outermost
// one hands over the Record.
type frame struct {
	chain     *ChainSpan // set on the frame of a chain
	inference *Span      // set on the frame of an inference span
}

// callContext is the context inside a span. Being part of the span it needs no
// allocation of its own.
type callContext struct {
	context.Context
	frame frame
}

// Value finds the frame, and what the context around has.
func (c *callContext) Value(key any) any {
	if key == (frameKey{}) {
		return &c.frame
	}
	return c.Context.Value(key)
}

// detached is the context inside a span without an end, as context.WithoutCancel
// makes it, without the allocation. Telemetry of a cancelled call is recorded
// like any other.
type detached callContext

// detached returns c without an end.
func (c *callContext) detached() context.Context { return (*detached)(c) }

func (*detached) Deadline() (deadline time.Time, ok bool) { return }
func (*detached) Done() <-chan struct{}                   { return nil }
func (*detached) Err() error                              { return nil }
func (d *detached) Value(key any) any                     { return (*callContext)(d).Value(key) }

// frameFrom returns the span around, or nil if there is none that still runs.
func frameFrom(ctx context.Context) *frame {
	f, _ := ctx.Value(frameKey{}).(*frame)
	switch {
	case f == nil:
		return nil
	case f.chain != nil && !f.chain.ended.Load(), f.inference != nil && !f.inference.ended.Load():
		return f
	}
	return nil
}

// SpanFromContext returns the inference span that ctx is inside of, or nil.
// The methods of a nil Span do nothing.
func SpanFromContext(ctx context.Context) *Span {
	if f := frameFrom(ctx); f != nil {
		return f.inference
	}
	return nil
}

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
