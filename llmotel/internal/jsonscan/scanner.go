package jsonscan

import (
	"bytes"
	"sync"
	"unicode/utf8"
)

// MaxValue is how much of a Value is kept. The rest of a longer string is
// dropped.
const MaxValue = 256

// maxDepth is how deep a schema's objects and arrays may be nested. Values
// below that are skipped.
const maxDepth = 16

// Type is the JSON type of a Value.
type Type uint8

// The types of Values.
const (
	String Type = iota + 1
	Number
	True
	False
	Null
)

// Handler receives what a Scanner finds. What it is handed is valid during the
// call only.
type Handler interface {
	// Open and Close report an object or array.
	Open(id ID)
	Close(id ID)
	// Value reports a scalar: a string without its quotes and escapes, or the
	// literal.
	Value(id ID, t Type, value []byte)
	// Text reports a piece of a string without its escapes. Each string ends
	// with a call where last is true, whose piece may be empty.
	Text(id ID, piece []byte, last bool)
	// Raw reports a piece of a value as it stands in the document.
	Raw(id ID, piece []byte, last bool)
	// Done reports the end of a whole document.
	Done()
}

// Scanner reads documents, one after another, that are separated by white
// space or by nothing. Its zero value is ready for use. It is not safe for
// concurrent use. It is small, since each open stream has one: what it reads by
// and for whom is told to it each time.
type Scanner struct {
	*work // nil between documents
}

// pass is a Scanner while it reads documents of a schema for a handler.
type pass struct {
	*Scanner
	root    *Node
	handler Handler

	node *Node // of the value that comes next or is being read; nil skips it
	top  *Node // of the innermost open object or array
}

// work is what only the reading of a document needs. Streams are between
// documents for most of their time, so that all share a few. Streams that are left
// half way through an event keep it: it is as small as it can be.
type work struct {
	state state
	depth uint8 // of open objects and arrays
	// far holds what is kept of the key or value being read, if near is too small.
	far *[MaxValue]byte

	// nested counts the open objects and arrays of a value that is skipped or
	// reported raw; quoted tells that one of its strings is open.
	nested uint32
	quoted bool

	use     use // what the string being read is for
	escape  escape
	literal Type
	unicode uint16 // the \u escape being read
	high    uint16 // a high surrogate that waits for its other half
	kept    uint16 // the length of what near or far holds
	arrays  uint16 // which of the open objects and arrays are arrays, as bits
	// path is how each of them is reached from the one around it: the number of a
	// member. That of the first, and those of elements, say nothing.
	path [maxDepth]uint8
	key  uint8 // the number of the member being read, or noMember
	// small is for pieces made here; on the stack it would be allocated, since
	// the Handler is an interface.
	small [utf8.UTFMax]byte
	near  [65]byte
}

var (
	works = sync.Pool{New: func() any { return new(work) }}
	fars  = sync.Pool{New: func() any { return new([MaxValue]byte) }}
)

// keep keeps what comes of a key or value, up to MaxValue bytes.
func (w *work) keep(p []byte) {
	if w.far == nil {
		if int(w.kept)+len(p) <= len(w.near) {
			w.kept += uint16(copy(w.near[w.kept:], p)) //nolint:gosec // it fits
			return
		}
		w.far = fars.Get().(*[MaxValue]byte) //nolint:forcetypeassert // there is nothing else in it
		copy(w.far[:], w.near[:w.kept])
	}
	w.kept += uint16(copy(w.far[w.kept:], p)) //nolint:gosec // it fits
}

// held is what was kept.
func (w *work) held() []byte {
	if w.far != nil {
		return w.far[:w.kept]
	}
	return w.near[:w.kept]
}

type state uint8

const (
	atValue      state = iota // before a value
	atFirst                   // after [: a value or ]
	atKeyOrEnd                // after {: a key or }
	atKey                     // after a comma in an object
	atColon                   //
	atNext                    // after a value in an object or array
	inString                  //
	inLiteral                 // in a number, true, false or null
	inSkipped                 // in an object or array that nobody wants
	inRaw                     // in an object or array that is reported as it stands
	inRawLiteral              //
	broken                    // what follows cannot be understood
)

type use uint8

const (
	asKey use = iota
	asValue
	asText
	asRaw
	asSkipped
)

type escape uint8

const (
	unescaped escape = iota
	afterBackslash
	inUnicode1 // one to four digits are missing
	inUnicode2
	inUnicode3
	inUnicode4
)

// Reset drops what is half read; the next byte begins a document.
func (s *Scanner) Reset() {
	if s.work != nil {
		s.depth, s.state = 0, atValue
		s.rest()
	}
}

// Idle reports whether the Scanner is between documents.
func (s *Scanner) Idle() bool { return s.work == nil || s.depth == 0 && s.state == atValue }

// Broken reports whether the document could not be understood. Only Reset
// ends that.
func (s *Scanner) Broken() bool { return s.work != nil && s.state == broken }

// End tells that no more bytes of the document come: a number that stands
// alone has no other end. root and h are as for Read.
func (s *Scanner) End(root *Node, h Handler) {
	if s.work != nil {
		p := s.begin(root, h)
		p.end()
		s.rest()
	}
}

// begin begins a pass where the one before has ended.
func (s *Scanner) begin(root *Node, h Handler) pass {
	p := pass{Scanner: s, root: root, handler: h, node: root}
	if s.depth > 0 {
		p.climb()
		switch {
		case s.arrays>>(s.depth-1)&1 != 0:
			p.node = p.top.elem
		case s.key == noMember:
			p.node = nil
		default:
			p.node = p.top.keys[s.key].to
		}
	}
	return p
}

func (s *pass) end() {
	switch {
	case s.state == inLiteral && s.depth == 0:
		s.endLiteral()
	case s.state == inRawLiteral && s.depth == 0:
		s.handler.Raw(s.node.raw, nil, true)
		s.valueEnd()
	}
}

// Read reads on, for h, in documents of a schema: the same root until a document
// has ended.
func (s *Scanner) Read(root *Node, h Handler, p []byte) {
	if s.work == nil {
		for len(p) > 0 && (p[0] == ' ' || p[0] == '\n' || p[0] == '\r' || p[0] == '\t') {
			p = p[1:]
		}
		if len(p) == 0 {
			return // between documents
		}
		s.work = works.Get().(*work) //nolint:forcetypeassert // there is nothing else in it
		s.nested, s.kept = 0, 0      // strings clear what else they use
		s.quoted, s.escape = false, unescaped
		s.state, s.depth = atValue, 0
	}
	at := s.begin(root, h)
	at.read(p)
	s.rest()
}

func (s *pass) read(p []byte) {
	for i := 0; i < len(p); {
		switch s.state {
		case inString:
			i += s.string(p[i:])
		case inLiteral:
			i += s.scalar(p[i:])
		case inSkipped:
			i += s.skip(p[i:])
		case inRaw:
			i += s.rawContainer(p[i:])
		case inRawLiteral:
			i += s.rawLiteral(p[i:])
		case broken:
			i = len(p)
		default:
			if c := p[i]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				s.structure(c)
			}
			i++
		}
	}
}

// rest gives the memory for reading back, between documents.
func (s *Scanner) rest() {
	if s.work == nil || !s.Idle() && !s.Broken() {
		return
	}
	if s.far != nil {
		fars.Put(s.far)
		s.far = nil
	}
	if s.Idle() {
		works.Put(s.work)
		s.work = nil
	}
}

// skip passes over an object or array. It returns how much of p it took.
func (s *pass) skip(p []byte) int {
	for i := 0; i < len(p); {
		if s.quoted {
			n, closed := s.quotedRun(p[i:])
			i += n
			s.quoted = !closed
			continue
		}
		for i < len(p) && !structural[p[i]] { // vectors are long
			i++
		}
		if i == len(p) {
			break
		}
		switch p[i] {
		case '"':
			s.quoted = true
		case '{', '[':
			s.nested++
		case '}', ']':
			s.nested--
			if s.nested == 0 {
				s.valueEnd()
				return i + 1
			}
		}
		i++
	}
	return len(p)
}

// structural are the bytes that skipping stops at.
var structural = [256]bool{'"': true, '{': true, '}': true, '[': true, ']': true}

// quotedRun passes over a string up to its closing quote, if that is there. An
// escape that p ends in goes on in the next piece.
func (s *Scanner) quotedRun(p []byte) (n int, closed bool) {
	if s.escape != unescaped {
		s.escape = unescaped
		return 1, false
	}
	quote := bytes.IndexByte(p[n:], '"')
	for n < len(p) {
		run := p[n:]
		if quote >= 0 {
			run = p[n : n+quote]
		}
		back := bytes.IndexByte(run, '\\')
		switch {
		case back < 0 && quote >= 0:
			return n + quote + 1, true
		case back < 0:
			return len(p), false
		case n+back+1 == len(p):
			s.escape = afterBackslash
			return len(p), false
		}
		n += back + 2
		if quote >= 0 { // still known, unless it was the one escaped
			if quote -= back + 2; quote < 0 {
				quote = bytes.IndexByte(p[n:], '"')
			}
		}
	}
	return n, false
}
