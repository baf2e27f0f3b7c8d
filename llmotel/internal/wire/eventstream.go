package wire

import (
	"hash/crc32"
	"sync"

	"github.com/llmotel/sdk/providers"
)

// frames reads AWS's binary event stream: messages of a prelude (the lengths of
// the message and of its headers, and a checksum of the two), headers, a
// payload and a checksum. Payloads are read as they pass; of the headers as
// much is kept as buf holds, which is more than AWS sends. The
// checksum of the prelude is checked, since after wrong lengths nothing can be
// told apart; that of the message would come too late.
type frames struct {
	step     frameStep
	message  messageKind
	held     uint8 // the bytes in buf of the prelude or the headers
	envelope envelope
	left     uint32 // the bytes that the step still takes
	payload  uint32 // the length of the payload
	// buf holds what has come of the prelude or the headers; else nil. It is as long
	// as the headers that AWS sends.
	buf *[112]byte
}

var frameBuffers = sync.Pool{New: func() any { return new([112]byte) }}

type frameStep uint8

const (
	inPrelude frameStep = iota
	inHeaders
	inPayload
	inChecksum
)

type messageKind uint8

const (
	unreadable messageKind = iota // an error, or of no interest
	document
	chunk // a document in an envelope
)

const (
	preludeSize  = 12
	checksumSize = 4
	// maxFrame is more than the 16 MiB of payload and the 128 KiB of headers
	// that a message may have.
	maxFrame = 17 << 20
)

func (f *frames) write(x *Exchange, p []byte) {
	for len(p) > 0 && x.framing == binary {
		n := 0
		if f.step == inPrelude && f.held == 0 {
			n = f.whole(x, p)
		}
		if n == 0 {
			n = f.piece(x, p)
		}
		p = p[n:]
	}
}

// borrow makes sure that there is a buffer.
func (f *frames) borrow() {
	if f.buf == nil {
		f.buf = frameBuffers.Get().(*[112]byte) //nolint:forcetypeassert // there is nothing else in it
	}
}

func (f *frames) giveBack() {
	if f.buf != nil {
		frameBuffers.Put(f.buf)
		f.buf = nil
	}
}

// whole reads a message all of which is in p, as nearly all are. It returns
// its length, or 0.
func (f *frames) whole(x *Exchange, p []byte) int {
	if len(p) < preludeSize || uint64(len(p)) < uint64(be32(p)) || !f.prelude(p) {
		return 0
	}
	size, headers := int(be32(p)), p[preludeSize:preludeSize+int(f.left)]
	f.begin(x, headers[:min(len(headers), len(f.buf))])
	data := p[preludeSize+len(headers) : size-checksumSize]
	if f.message == document && x.format().quick != nil && x.format().quick(x, data) ||
		f.message == chunk && f.quick(x, data) {
		x.Documents++
		return size
	}
	f.read(x, data)
	f.done(x)
	x.untried()
	return size
}

// piece reads on in a message that came in pieces. It returns how much of p it
// took.
func (f *frames) piece(x *Exchange, p []byte) int {
	n := 0
	switch f.step {
	case inPrelude:
		f.borrow()
		n = copy(f.buf[f.held:preludeSize], p)
		f.held += uint8(n) //nolint:gosec // it fits
		if f.held < preludeSize {
			return n
		}
		if !f.prelude(f.buf[:]) {
			x.Malformed++
			x.framing = opaque
			f.giveBack()
			return n
		}
		f.step, f.held = inHeaders, 0
	case inHeaders:
		n = f.take(p)
		f.held += uint8(copy(f.buf[f.held:], p[:n])) //nolint:gosec // it fits
	case inPayload:
		n = f.take(p)
		f.read(x, p[:n])
	case inChecksum:
		n = f.take(p)
	}
	f.next(x)
	return n
}

// take returns how much of p the step takes.
func (f *frames) take(p []byte) int {
	n := min(len(p), int(f.left))
	f.left -= uint32(n) //nolint:gosec // it fits
	return n
}

// next goes on to the step that has bytes to take.
func (f *frames) next(x *Exchange) {
	if f.step == inHeaders && f.left == 0 {
		f.begin(x, f.buf[:f.held])
		f.giveBack()
		f.step, f.left, f.held = inPayload, f.payload, 0
	}
	if f.step == inPayload && f.left == 0 {
		f.done(x)
		f.step, f.left = inChecksum, checksumSize
	}
	if f.step == inChecksum && f.left == 0 {
		f.step = inPrelude
	}
}

// prelude reads the lengths and reports whether they can be.
func (f *frames) prelude(p []byte) bool {
	size, headers := int64(be32(p)), int64(be32(p[4:]))
	if size > maxFrame || headers+preludeSize+checksumSize > size || be32(p[8:]) != crc32.ChecksumIEEE(p[:8]) {
		return false
	}
	f.left = uint32(headers)                                        //nolint:gosec // within maxFrame
	f.payload = uint32(size - headers - preludeSize - checksumSize) //nolint:gosec // as above
	return true
}

// begin reads the headers of a message: pairs of a name and a value that says
// its type.
func (f *frames) begin(x *Exchange, h []byte) {
	f.message = document
	f.envelope = envelope{}
	switch string(h) {
	case deltaHeaders:
		return
	case chunkHeaders:
		f.message = chunk
		return
	}
	for len(h) > 2 {
		end := 1 + int(h[0])
		if len(h) < end+1 {
			return
		}
		name := h[1:end]
		v, rest, ok := headerValue(h[end], h[end+1:])
		if !ok {
			return
		}
		h = rest
		switch string(name) {
		case ":message-type":
			if string(v) != "event" {
				f.message = unreadable
				x.Failed = true
			}
		case ":event-type":
			if string(v) == "chunk" && f.message == document {
				f.message = chunk
			}
		case ":exception-type", ":error-code":
			f.message = unreadable
			x.Failed = true
			x.blame().ErrorType = providers.CleanID(string(v))
		}
	}
}

// The headers of nearly all messages, as Bedrock orders them.
const (
	deltaHeaders = "\x0b:event-type\x07\x00\x11contentBlockDelta" + commonHeaders
	chunkHeaders = "\x0b:event-type\x07\x00\x05chunk" + commonHeaders

	commonHeaders = "\x0d:content-type\x07\x00\x10application/json\x0d:message-type\x07\x00\x05event"
)

// headerValue splits off the value of a header. Values that are no strings have
// a length that follows from their type.
func headerValue(kind byte, h []byte) (v, rest []byte, ok bool) {
	n := 0
	switch kind {
	case 0, 1: // true, false
	case 2, 3, 4, 5: // integers of 1, 2, 4 and 8 bytes
		n = 1 << (kind - 2)
	case 6, 7: // bytes, string
		if len(h) < 2 {
			return nil, nil, false
		}
		n = int(h[0])<<8 | int(h[1])
		h = h[2:]
	case 8: // time
		n = 8
	case 9: // UUID
		n = 16
	default:
		return nil, nil, false
	}
	if len(h) < n {
		return nil, nil, false
	}
	return h[:n], h[n:], true
}

func (f *frames) read(x *Exchange, p []byte) {
	switch f.message {
	case document:
		x.read(p)
	case chunk:
		f.envelope.read(x, p)
	case unreadable:
	}
}

// done ends a message: what of it is not understood by now never will be.
func (f *frames) done(x *Exchange) {
	x.endDocument()
	x.sse.event(x)
}

// end tells that the body is over. Where no message of the format ends a
// stream, a finish reason does.
func (f *frames) end(x *Exchange) {
	if f.step != inPrelude || f.held > 0 {
		if x.scan.Idle() {
			x.Malformed++
		}
		f.done(x)
		return
	}
	if reasons := x.Reasons(); !x.Failed && len(reasons) > 0 && reasons[0] != "" {
		x.Complete = true
	}
}

func be32(p []byte) uint32 {
	return uint32(p[3]) | uint32(p[2])<<8 | uint32(p[1])<<16 | uint32(p[0])<<24
}
