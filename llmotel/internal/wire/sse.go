package wire

import "bytes"

// sse reads server-sent events: lines of "name: value", of which data lines
// matter, and empty lines between events. Lines end with LF, CR LF or CR, may
// have any length and come in any pieces; nothing is kept of them.
type sse struct {
	line lineState
	cr   bool // the line before ended with CR: LF belongs to it
	// matched counts the bytes of the field's name, or of [DONE], read so far.
	matched uint8
}

type lineState uint8

const (
	lineStart lineState = iota
	fieldName           // in what may become "data:"
	dataStart           // after "data:", where one space is optional
	inDone              // in what may become "[DONE]"
	inData
	ignoredLine
)

const (
	dataField = "data:"
	doneData  = "[DONE]"
)

var doneBytes = []byte(doneData)

func (s *sse) write(x *Exchange, p []byte) {
	for len(p) > 0 {
		if s.line == lineStart {
			if rest, ok := s.wholeLine(x, p); ok {
				p = rest
				continue
			}
		}
		p = s.piece(x, p)
	}
}

// wholeLine reads a data line whose end is in p, which nearly all lines'
// are.
func (s *sse) wholeLine(x *Exchange, p []byte) ([]byte, bool) {
	if p[0] != 'd' || len(p) < len(dataField) || string(p[:len(dataField)]) != dataField {
		return p, false
	}
	end := bytes.IndexByte(p, '\n')
	if end < 0 {
		return p, false
	}
	data := p[len(dataField):end]
	if len(data) > 0 && data[0] == ' ' {
		data = data[1:]
	}
	if n := len(data); n > 0 && data[n-1] == '\r' {
		data = data[:n-1]
	}
	switch {
	case bytes.HasPrefix(data, doneBytes):
		x.Complete = true
	case x.scan.Idle() && x.format().quick != nil && x.format().quick(x, data):
		x.Documents++
	case bytes.IndexByte(data, '\r') >= 0: // ends lines too
		return p, false
	default:
		x.read(data)
		x.read(p[end : end+1])
		x.untried()
	}
	s.cr = false
	return p[end+1:], true
}

// piece reads on in a line that came in pieces, and lines of other kinds.
func (s *sse) piece(x *Exchange, p []byte) []byte {
	switch s.line {
	case lineStart:
		cr := s.cr
		s.cr = false
		switch p[0] {
		case '\n':
			if !cr {
				s.event(x)
			}
		case '\r':
			s.event(x)
			s.cr = true
		case 'd':
			s.line, s.matched = fieldName, 1
			return p[1:]
		default:
			s.line = ignoredLine
			return p
		}
		return p[1:]
	case fieldName:
		if p[0] != dataField[s.matched] {
			s.line = ignoredLine
			return p
		}
		s.matched++
		if int(s.matched) == len(dataField) {
			s.line = dataStart
		}
		return p[1:]
	case dataStart:
		s.line, s.matched = inDone, 0
		if p[0] == ' ' {
			return p[1:]
		}
		return p
	case inDone:
		if p[0] == doneData[s.matched] {
			s.matched++
			if int(s.matched) == len(doneData) {
				x.Complete = true
				s.line = ignoredLine
			}
			return p[1:]
		}
		s.line = inData
		x.read(doneBytes[:s.matched])
		return p
	default:
		return s.rest(x, p)
	}
}

// rest reads up to the end of the line.
func (s *sse) rest(x *Exchange, p []byte) []byte {
	end := bytes.IndexAny(p, "\r\n")
	n := end + 1
	if end < 0 {
		n = len(p)
	}
	if s.line == inData {
		x.read(p[:n])
	}
	if end >= 0 {
		s.line, s.cr = lineStart, p[end] == '\r'
	}
	return p[n:]
}

// event ends an event: what of it is not understood by now never will be.
func (s *sse) event(x *Exchange) {
	if !x.scan.Idle() {
		x.Malformed++
		x.scan.Reset()
		x.semantic, x.seen = false, 0
	}
}

func (s *sse) end(x *Exchange) {
	x.endDocument()
}
