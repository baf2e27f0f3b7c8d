package wire

import (
	"cmp"
	"net/http"
	"sync"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// Exchange is one HTTP request and its response. Its methods are called in
// the order Begin, Request, RequestEnd, Response, Write, End, from one
// goroutine at a time.
type Exchange struct {
	Asked
	Answer

	content *content.Builder // nil if content is not wanted
	scan    jsonscan.Scanner
	frames  *frames // of an event stream

	// Lean tells that nobody wants what does not go into metrics.
	Lean    bool
	API     API // of the Route
	dialect dialect
	phase   phase
	framing framing
	sse     sse

	template template
	reading
	*building // see there
}

type phase uint8

const (
	requesting phase = iota
	responding
	over
)

// Begin prepares x for a request. b collects the content; nil if that is not
// wanted.
func (x *Exchange) Begin(r Route, b *content.Builder) {
	x.API, x.dialect, x.content = r.API, dialectOf(r), b
	x.Asked = Asked{model: known(cmp.Or(r.Model, r.Deployment)), inPath: r.Model != "", Stream: r.Stream || x.format().streams, options: x.options[:0]}
	x.Answer = Answer{complaint: &noComplaint}
	x.phase = requesting
	x.scan.Reset()
}

// Request reads a piece of the request's body.
func (x *Exchange) Request(p []byte) {
	if x.phase == requesting {
		x.read(p)
		x.rest()
	}
}

// Response begins the response with its headers.
func (x *Exchange) Response(status int, h http.Header) {
	x.phase = responding
	if x.dialect == anthropicsNext {
		x.dialect = anthropics
	}
	if x.reading = (reading{}); x.building != nil {
		x.clear()
	}
	x.template, x.called = template{}, false
	if x.format().header != nil {
		x.format().header(x, status, h)
	}
	x.frame(h.Get("Content-Type"), h.Get("Content-Encoding"))
}

// Write reads a piece of the response's body. It takes all of p and always
// returns a nil error.
func (x *Exchange) Write(p []byte) (int, error) {
	if x.phase != responding {
		return len(p), nil
	}
	if x.packed != nil {
		x.packed.write(p)
	} else {
		x.body(p)
	}
	x.rest()
	return len(p), nil
}

// End tells that no more of the body comes. It may be called more than once.
func (x *Exchange) End() {
	if x.phase == over {
		return
	}
	x.endFraming()
	x.rest()
}

// usages are what ledgers are made in: on the stack they would be allocated,
// since formats are reached through function pointers.
var usages = sync.Pool{New: func() any { return new(providers.Usage) }}

// Usage is the ledger of what has passed so far. It is partial if that ends in
// the middle of a document, or has one that could not be read: some of the counts
// may not have come.
func (x *Exchange) Usage() providers.Usage {
	if x.has == 0 {
		return providers.Usage{}
	}
	u := usages.Get().(*providers.Usage) //nolint:forcetypeassert // there is nothing else in it
	defer usages.Put(u)
	*u = providers.Usage{Completeness: providers.UsageReported}
	x.format().ledger(x, u)
	switch {
	case u.Reported == 0:
		u.Completeness = providers.UsageMissing
	case !x.Complete && (x.Malformed > 0 || !x.scan.Idle()):
		u.Completeness = providers.UsagePartial
	}
	return *u
}

// Open is called by the Scanner, as are the methods below.
func (x *Exchange) Open(id jsonscan.ID) {
	o := x.own()
	if x.phase == responding && id == ansError {
		x.Failed = true
		return
	}
	if o.open != nil {
		o.open(x, id)
	}
}

// Close ends an object or array.
func (x *Exchange) Close(id jsonscan.ID) {
	if o := x.own(); o.close != nil {
		o.close(x, id)
	}
}

// Value files a scalar.
func (x *Exchange) Value(id jsonscan.ID, t jsonscan.Type, v []byte) {
	switch {
	case x.phase == requesting && id < askFormat:
		x.Asked.value(id, t, v)
	case x.phase == responding && (id < ansFormat || id >= ansCounts):
		if !x.Lean || id != ansID && id != ansFingerprint {
			x.Answer.value(id, t, v)
		}
	default:
		if o := x.own(); o.value != nil {
			o.value(x, id, t, v)
		}
	}
}

// Text passes a piece of a text on.
func (x *Exchange) Text(id jsonscan.ID, piece []byte, last bool) {
	if o := x.own(); o.text != nil {
		o.text(x, id, piece, last)
	}
}

// Raw passes a piece of JSON on.
func (x *Exchange) Raw(id jsonscan.ID, piece []byte, last bool) {
	if o := x.own(); o.raw != nil {
		o.raw(x, id, piece, last)
	}
}

// Done ends a document.
func (x *Exchange) Done() {
	if x.phase == requesting {
		return
	}
	x.Documents++
	if x.format().done != nil {
		x.format().done(x)
	}
	x.eventEnd()
}

// eventEnd ends an event. Those of a JSON array are no documents of their own.
func (x *Exchange) eventEnd() {
	if x.semantic {
		x.Chunks++
		x.semantic = false
	}
	x.seen = 0
}

func (x *Exchange) own() *own {
	if x.phase == requesting {
		return &x.format().ask
	}
	return &x.format().read
}

// said notes a piece of the answer's text.
func (x *Exchange) said(piece []byte) {
	if len(piece) > 0 {
		x.semantic = true
		x.tell(len(piece))
	}
}

// DropContent stops the collection of content; the collector is the caller's.
func (x *Exchange) DropContent() {
	x.content = nil
	x.giveBack()
}

// Ended tells that the body has said all that matters: that it ends, or why a
// stream failed. What the document says that says so is read first.
func (x *Exchange) Ended() bool {
	return (x.Complete || x.Failed && x.Stream) && x.scan.Idle()
}

// Restart forgets the response: the request is made again.
func (x *Exchange) Restart() {
	if x.packed != nil {
		x.packed.close()
	}
	x.content.ResetOutput()
	x.Answer = Answer{complaint: &noComplaint}
	x.sse, x.frames = sse{}, nil
}

// Unreadable tells that the body is in no form that can be read, so that
// nothing is known of the answer.
func (x *Exchange) Unreadable() bool { return x.framing == opaque && x.Malformed == 0 }

// Reset empties x for another use. Nothing that came from it by reference may
// be used afterwards.
func (x *Exchange) Reset() {
	x.scan.Reset() // which gives back what it holds
	if x.frames != nil {
		x.frames.giveBack()
	}
	x.giveBack()
	kept := x.options[:0]
	if cap(kept) > maxOptions {
		kept = nil
	}
	*x = Exchange{Asked: Asked{options: kept}, Answer: Answer{complaint: &noComplaint}} // for who reads it late
}
