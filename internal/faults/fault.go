package faults

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault is what a server does with a request.
type Fault func(*Exchange)

// Answer answers as a healthy provider does.
func Answer(x *Exchange) { play(x, x.body(), 0) }

// Trickle answers byte by byte, with a pause before each.
func Trickle(pause time.Duration) Fault {
	return func(x *Exchange) { play(x, strings.Split(strings.Join(x.body(), ""), ""), pause) }
}

// Slowly answers in whole events or pieces, with a pause before each.
func Slowly(pause time.Duration) Fault {
	return func(x *Exchange) { play(x, x.body(), pause) }
}

func play(x *Exchange, pieces []string, pause time.Duration) {
	x.Begin(len(strings.Join(pieces, "")))
	for _, piece := range pieces {
		if pause > 0 && !x.Pause(pause) {
			return
		}
		x.Piece(piece)
	}
	x.End()
}

// body is a healthy answer in pieces: the events of a stream, or the quarters
// of a unary body.
func (x *Exchange) body() []string {
	if x.Stream {
		return x.Wire.Events()
	}
	b, n := x.Wire.Unary, len(x.Wire.Unary)/4
	return []string{b[:n], b[n : 2*n], b[2*n : 3*n], b[3*n:]}
}

// Point is where an answer is interrupted.
type Point int

// The points.
const (
	// BeforeHeaders: nothing was sent.
	BeforeHeaders Point = iota
	// AfterHeaders: of the body nothing was sent.
	AfterHeaders
	// AfterStart: the stream has begun, without any text; of a unary body
	// there is a piece.
	AfterStart
	// AfterFirstText: the stream has brought text; half of a unary body.
	AfterFirstText
	// BeforeLast: all the text is there, but not how it ended; of a unary
	// body the last piece is missing.
	BeforeLast
	// BeforeClosing: the finish reason is there, the terminator is not; the
	// last byte of a unary body is missing.
	BeforeClosing
)

// At sends the answer up to the point, and then does the rest.
func At(p Point, then func(*Exchange)) Fault {
	return func(x *Exchange) {
		if p == BeforeHeaders {
			then(x)
			return
		}
		pieces := x.until(p)
		x.Begin(len(x.Wire.Unary))
		for _, piece := range pieces {
			x.Piece(piece)
		}
		then(x)
	}
}

// until is the part of the answer before the point.
func (x *Exchange) until(p Point) []string {
	w := x.Wire
	if x.Stream {
		n := [...]int{0, 0, len(w.Start), len(w.Start) + 1, len(w.Start) + len(w.Texts), len(w.Start) + len(w.Texts) + len(w.Last)}
		return w.Events()[:n[p]]
	}
	body := w.Unary
	return []string{body[:[...]int{0, 0, 1, len(body) / 2, len(body) - len(body)/4, len(body) - 1}[p]]}
}

// What [At] can do at its point.
var (
	// Reset sends a TCP reset.
	Reset = (*Exchange).Reset
	// Stall sends nothing more and keeps the connection open.
	Stall = (*Exchange).Wait
	// Cut closes the connection in good order but in the middle of the body:
	// chunks without their terminator, or fewer bytes than announced.
	Cut = func(*Exchange) {}
)

// Remainder answers a stream with what comes after the first n pieces of Text, as
// a model does that was asked to continue them.
func Remainder(n int) Fault {
	return func(x *Exchange) {
		w := x.Wire
		rest := strings.Join(strings.SplitAfter(Text, " ")[n:], "")
		var pieces []string
		pieces = append(append(pieces, w.Start...), w.Texts[n:]...)
		for _, event := range append(append([]string(nil), w.Last...), w.Closing...) {
			pieces = append(pieces, strings.ReplaceAll(event, Text, rest)) // where an event repeats the whole
		}
		play(x, pieces, 0)
	}
}

// Left does something to the request, and sends a word when the client has closed
// the connection meanwhile. The fault is to stall.
func Left(f Fault, word chan<- struct{}) Fault {
	return func(x *Exchange) {
		f(x)
		word <- struct{}{}
	}
}

// Truncated ends the reply in good order at the point, as if that were all.
func Truncated(p Point) Fault {
	return func(x *Exchange) { play(x, x.until(p), 0) }
}

// Status replies with a status, a body of a media type, and headers.
func Status(status int, contentType, body string, headers ...string) Fault {
	return func(x *Exchange) { x.Reply(status, contentType, body, headers...) }
}

// Refusal replies with an error of the vendor's: a status and its code and
// type.
func Refusal(status int, code, typ string, headers ...string) Fault {
	return func(x *Exchange) {
		x.Reply(status, "application/json", x.Wire.Failure(code, typ), headers...)
	}
}

// InBand reports an error of the vendor's within a reply of status 200: at the
// point of a stream, or as the body.
func InBand(p Point, code, typ string) Fault {
	return func(x *Exchange) {
		failure := x.Wire.Failure(code, typ)
		if !x.Stream {
			x.Reply(http.StatusOK, "application/json", failure)
			return
		}
		At(p, func(x *Exchange) {
			x.Piece(x.Wire.Event(failure))
			x.End()
		})(x)
	}
}

// Malformed puts an event that is not JSON into a stream at the point, and goes
// on; a unary body misses its middle.
func Malformed(p Point) Fault {
	return func(x *Exchange) {
		pieces := x.body()
		if !x.Stream {
			x.Reply(http.StatusOK, "application/json", pieces[0]+pieces[3])
			return
		}
		n := len(x.until(p))
		event := x.Wire.Event(`{"type":"` + Secret)
		play(x, append(append(append([]string(nil), pieces[:n]...), event), pieces[n:]...), 0)
	}
}

// Replaced sends data as the only event of a stream, and as the body of a unary
// reply.
func Replaced(data string) Fault {
	return func(x *Exchange) {
		if x.Stream {
			play(x, []string{x.Wire.Event(data)}, 0)
			return
		}
		x.Reply(http.StatusOK, "application/json", data)
	}
}

// Times does one thing to n requests, and then another.
func Times(n int, f, then Fault) Fault {
	var mu sync.Mutex
	return func(x *Exchange) {
		mu.Lock()
		now := then
		if n > 0 {
			n--
			now = f
		}
		mu.Unlock()
		now(x)
	}
}

// For does one thing for a while that begins with the first request, and then
// another.
func For(d time.Duration, f, then Fault) Fault {
	var once sync.Once
	var end time.Time
	return func(x *Exchange) {
		once.Do(func() { end = time.Now().Add(d) })
		if time.Now().Before(end) {
			f(x)
			return
		}
		then(x)
	}
}

// WithoutFinish leaves out how a stream ended, and sends its terminator.
func WithoutFinish(x *Exchange) {
	pieces := x.body()
	if x.Stream {
		w := x.Wire
		pieces = append(x.until(BeforeLast), w.Closing...)
	}
	play(x, pieces, 0)
}

// InAnHour is a rate limit whose Retry-After is a date in an hour.
func InAnHour(x *Exchange) {
	at := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	x.Reply(http.StatusTooManyRequests, "text/html", "", "Retry-After: "+at)
}
