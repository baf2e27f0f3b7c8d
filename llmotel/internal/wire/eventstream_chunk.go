package wire

import (
	"bytes"
	"encoding/base64"
	"sync"
)

// envelope reads what Bedrock wraps models' own events in,
// {"bytes":"<base64>","p":"<padding>"}, and passes on what is inside. Neither
// of the two strings can hold a quote.
type envelope struct {
	place place
	// matched counts the bytes of the name read so far.
	matched uint8
	// carry holds characters that do not make up a group of four yet.
	carry   [4]byte
	carried uint8
}

type place uint8

const (
	beforeName  place = iota // and in it
	beforeValue              // after the name
	inBase64
	afterValue
)

const bytesName = `"bytes"`

// decoded is for what comes out of an envelope, which is read at once.
type decoded [256]byte

var decodings = sync.Pool{New: func() any { return new(decoded) }}

// read reads a piece of an envelope.
func (e *envelope) read(x *Exchange, p []byte) {
	for len(p) > 0 {
		c := p[0]
		switch e.place {
		case beforeName:
			if c != bytesName[e.matched] {
				e.matched = 0
			}
			if c == bytesName[e.matched] { // also of the first byte of another try
				e.matched++
			}
			if int(e.matched) == len(bytesName) {
				e.place = beforeValue
			}
		case beforeValue:
			switch c {
			case '"':
				e.place = inBase64
			case ':', ' ', '\t', '\n', '\r':
			default:
				e.place, e.matched = beforeName, 0
			}
		case inBase64:
			p = p[e.value(x, p):]
			continue
		default:
			return
		}
		p = p[1:]
	}
}

// value reads on in the base64 and returns how much of p it took.
func (e *envelope) value(x *Exchange, p []byte) int {
	end := bytes.IndexAny(p, "\"\\\r\n")
	if end < 0 {
		e.decode(x, p)
		return len(p)
	}
	e.decode(x, p[:end])
	if p[end] == '"' {
		e.place = afterValue
	}
	return end + 1 // a backslash can only be one before a slash
}

func (e *envelope) decode(x *Exchange, p []byte) {
	buf := decodings.Get().(*decoded) //nolint:forcetypeassert // there is nothing else in it
	defer decodings.Put(buf)
	for len(p) > 0 {
		in := p
		if e.carried > 0 || len(p) < len(e.carry) {
			n := copy(e.carry[e.carried:], p)
			p = p[n:]
			if e.carried += uint8(n); int(e.carried) < len(e.carry) { //nolint:gosec // it fits
				return
			}
			in, e.carried = e.carry[:], 0
		} else {
			in = in[:min(len(p), len(buf)/3*4)&^3]
			p = p[len(in):]
		}
		pad := bytes.IndexByte(in, '=')
		if pad >= 0 {
			in = in[:pad&^3+4]
		}
		n, err := base64.StdEncoding.Decode(buf[:], in)
		x.read(buf[:n])
		if pad >= 0 || err != nil {
			e.place = afterValue // after an error the document stays unfinished
			return
		}
	}
}

// quick reads an envelope all of which is there, if the document in it is an
// ordinary one.
func (f *frames) quick(x *Exchange, p []byte) bool {
	if x.format().quick == nil || !bytes.HasPrefix(p, openEnvelope) {
		return false
	}
	p = p[len(openEnvelope):]
	end := bytes.IndexByte(p, '"')
	if end < 0 || base64.StdEncoding.DecodedLen(end) > len(decoded{}) || !padded(p[end+1:]) {
		return false
	}
	buf := decodings.Get().(*decoded) //nolint:forcetypeassert // there is nothing else in it
	defer decodings.Put(buf)
	n, err := base64.StdEncoding.Decode(buf[:], p[:end])
	return err == nil && x.format().quick(x, buf[:n])
}

var (
	openEnvelope = []byte(`{"bytes":"`)
	openPadding  = []byte(`,"p":"`)
	closePadding = []byte(`"}`)
)

// padded reports whether p ends an object, with or without the padding that
// Bedrock adds so that lengths tell nothing.
func padded(p []byte) bool {
	if len(p) == 1 {
		return p[0] == '}'
	}
	if !bytes.HasPrefix(p, openPadding) || !bytes.HasSuffix(p, closePadding) || len(p) < len(openPadding)+len(closePadding) {
		return false
	}
	p = p[len(openPadding) : len(p)-len(closePadding)]
	return bytes.IndexByte(p, '"') < 0 && bytes.IndexByte(p, '\\') < 0
}
