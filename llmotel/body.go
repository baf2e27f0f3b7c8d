package llmotel

import (
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/llmotel/sdk/providers"
)

// responseBody is the body of a good response. What the caller reads is read
// along, and the span ends with the first of: the end that the format tells,
// the end of the body, an error, Close, the end of the context.
type responseBody struct {
	rest io.ReadCloser
	stop func() bool // ends the watch over the context; nil if there is none

	mu sync.Mutex
	x  *exchange // nil once the span has ended
}

// Read reads on.
func (b *responseBody) Read(p []byte) (int, error) {
	b.waiting()
	n, err := b.rest.Read(p)
	if n > 0 || err != nil {
		b.passed(p[:n], err)
	}
	return n, err
}

// waiting tells that what follows is the provider's time, not the caller's.
func (b *responseBody) waiting() {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.x
	if x == nil || !x.Stream || x.Chunks == 0 {
		return
	}
	if !x.opened || !x.waits && x.span.inst.metrics.chunkTimes {
		x.opened, x.waits = true, true // until a chunk is there, in however many pieces it comes
		x.span.waits(x.Answer.Model())
	}
}

// passed reads along.
func (b *responseBody) passed(p []byte, err error) {
	x := b.read(p, err != nil)
	switch {
	case x == nil:
	case err == nil, err == io.EOF, x.Ended(): //nolint:errorlint // readers return io.EOF as it is
		x.finish(nil, false)
	default:
		x.finish(x.transportError(x.span.around, err), false)
	}
}

// read reads p, and returns the exchange if that was its end.
func (b *responseBody) read(p []byte, last bool) *exchange {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.x
	if x == nil {
		return nil
	}
	chunks := x.Chunks
	_, _ = x.Write(p) // takes everything
	x.arrived(chunks)
	if last || x.Ended() {
		return b.take()
	}
	return nil
}

// arrived tells of what has been read since there were so many chunks.
func (x *exchange) arrived(chunks uint32) {
	if x.Stream && x.Chunks > chunks {
		x.waits = false
		x.span.arrived(&x.streamed, x.Chunks-chunks, x.Answer.Model())
	}
}

// take returns the exchange to the one who ends its span, and nil to all others.
// It needs the mutex, which Read and Close do not hold when the span ends: that
// calls hooks and sinks.
func (b *responseBody) take() *exchange {
	x := b.x
	if b.x = nil; x != nil && b.stop != nil {
		b.stop()
	}
	return x
}

// Close closes the body. A span that has not ended yet ends as abandoned: the
// caller did not want the rest.
func (b *responseBody) Close() error {
	b.mu.Lock()
	x := b.take()
	b.mu.Unlock()
	if x != nil {
		x.finish(nil, true)
	}
	return b.rest.Close()
}

// cancelled ends the span with its context, on a goroutine of its own. A Read or
// Close that comes at the same time waits for it, so that the span has ended when
// they return.
func (b *responseBody) cancelled() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if x := b.take(); x != nil {
		ctx := x.span.around
		x.finish(x.transportError(ctx, ctx.Err()), false)
	}
}

// finish ends the span. The exchange must not be used afterwards.
func (x *exchange) finish(err error, closed bool) {
	chunks := x.Chunks
	x.End()
	x.arrived(chunks) // what a decompressor has held back
	r := x.result()
	switch {
	case err != nil:
		x.span.End(r, err)
	case x.Failed:
		x.span.End(r, x.failure())
	case x.answered():
		x.span.End(r, nil)
	case closed:
		x.span.leave(r)
	default:
		x.span.End(r, x.cut())
	}
	x.recycle()
}

// answered reports whether the answer is whole.
func (x *exchange) answered() bool {
	if x.Complete || x.Unreadable() {
		return true
	}
	if len(x.Reasons()) == 0 || x.Documents == 0 {
		return false
	}
	return !slices.Contains(x.Reasons(), "") // formats without a terminator
}

// cut is the error of a body that ended before the answer did.
func (x *exchange) cut() error {
	detail := "the stream ended without its end"
	if !x.Stream {
		detail = "the reply is not what was expected"
	}
	e := &providers.Error{
		Provider: x.span.call.Provider, Model: x.Asked.Model(), Kind: providers.KindMalformed, StatusCode: int(x.status),
		RequestID: requestID(x.header), Detail: detail, Usage: x.Usage(),
	}
	if x.status < http.StatusOK || x.status >= http.StatusMultipleChoices {
		return noAnswer(x.span.call.Provider, x.Asked.Model(), int(x.status))
	}
	return e
}

// noAnswer is the error of a reply whose status says neither success nor failure.
func noAnswer(provider, model string, status int) *providers.Error {
	return &providers.Error{Provider: provider, Model: model, Kind: providers.KindUnknown, StatusCode: status, Detail: "the reply is no answer"}
}

// readBack is a body of which a part has been read already.
type readBack struct {
	head []byte
	err  error         // after head, if there is no rest
	rest io.ReadCloser // nil if head is all
}

// Read reads the part, and what follows it.
func (r *readBack) Read(p []byte) (int, error) {
	switch {
	case len(r.head) > 0:
		n := copy(p, r.head)
		if r.head = r.head[n:]; len(r.head) == 0 {
			r.head = nil // not to keep what has been read
		}
		return n, nil
	case r.err != nil || r.rest == nil:
		return 0, r.err
	}
	return r.rest.Read(p)
}

// Close closes what there is to close.
func (r *readBack) Close() error {
	if r.rest == nil {
		return nil
	}
	return r.rest.Close()
}
