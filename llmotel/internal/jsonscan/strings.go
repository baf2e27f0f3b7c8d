package jsonscan

import (
	"bytes"
	"unicode/utf8"
)

// open begins a string.
func (s *pass) open(u use) {
	s.state, s.use, s.escape, s.high = inString, u, unescaped, 0
	s.kept = 0
}

// string reads the inside of a string. It returns how much of p it took.
func (s *pass) string(p []byte) int {
	if s.use == asSkipped {
		n, closed := s.quotedRun(p)
		if closed {
			s.valueEnd()
		}
		return n
	}
	// Where the quote is stays known over escapes: to look for it again after
	// each of them would take time that grows with the square of the length.
	quote := bytes.IndexByte(p, '"')
	for i := 0; ; {
		for ; s.escape != unescaped; i++ {
			if i == len(p) {
				return i
			}
			s.escaped(p[i])
			if s.state == broken {
				return i + 1
			}
		}
		if quote >= 0 && quote < i {
			if quote = bytes.IndexByte(p[i:], '"'); quote >= 0 {
				quote += i
			}
		}
		run := p[i:]
		if quote >= 0 {
			run = p[i:quote]
		}
		back := bytes.IndexByte(run, '\\')
		switch {
		case back >= 0:
			s.piece(run[:back])
			s.escape = afterBackslash
			i += back + 1
		case quote >= 0:
			s.closeString(run)
			return quote + 1
		default:
			s.piece(run)
			return len(p)
		}
	}
}

// escaped reads one byte of an escape.
func (s *pass) escaped(c byte) {
	if s.escape != afterBackslash {
		s.digit(c)
		return
	}
	s.escape = unescaped
	switch c {
	case 'u':
		s.escape, s.unicode = inUnicode1, 0
		return
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case '"', '\\', '/':
	default:
		s.state = broken
		return
	}
	s.flushHigh()
	s.small[0] = c
	s.emit(s.small[:1])
}

func (s *pass) digit(c byte) {
	switch {
	case c >= '0' && c <= '9':
		c -= '0'
	case c >= 'a' && c <= 'f':
		c -= 'a' - 10
	case c >= 'A' && c <= 'F':
		c -= 'A' - 10
	default:
		s.state = broken
		return
	}
	s.unicode = s.unicode<<4 | uint16(c)
	if s.escape != inUnicode4 {
		s.escape++
		return
	}
	s.escape = unescaped
	u := s.unicode
	switch {
	case s.high != 0 && u >= 0xdc00 && u <= 0xdfff:
		r := rune(s.high-0xd800)<<10 + rune(u-0xdc00) + 0x10000
		s.high = 0
		s.rune(r)
	case u >= 0xd800 && u <= 0xdbff:
		s.flushHigh()
		s.high = u
	default:
		s.flushHigh()
		s.rune(rune(u)) // a lone low surrogate becomes U+FFFD
	}
}

func (s *pass) rune(r rune) {
	s.emit(s.small[:utf8.EncodeRune(s.small[:], r)])
}

// flushHigh replaces a high surrogate that has no other half.
func (s *pass) flushHigh() {
	if s.high != 0 {
		s.high = 0
		s.rune(utf8.RuneError)
	}
}

// piece hands on a run without escapes.
func (s *pass) piece(p []byte) {
	if len(p) > 0 {
		s.flushHigh()
		s.emit(p)
	}
}

func (s *pass) emit(p []byte) {
	if s.use == asText {
		s.handler.Text(s.node.text, p, false)
		return
	}
	s.keep(p)
}

// closeString ends a string whose last run is given.
func (s *pass) closeString(run []byte) {
	if len(run) > 0 || s.high != 0 {
		s.flushHigh()
	}
	whole := run
	if s.use == asText {
		s.handler.Text(s.node.text, run, true)
		s.valueEnd()
		return
	}
	if s.kept > 0 {
		s.emit(run)
		whole = s.held()
	}
	whole = whole[:min(len(whole), MaxValue)]
	if s.use == asValue {
		if !utf8.Valid(whole) {
			whole = bytes.ToValidUTF8(whole, []byte("\ufffd"))
		}
		s.handler.Value(s.node.value, String, whole)
		s.valueEnd()
		return
	}
	s.node, s.key = s.top.member(whole)
	s.state = atColon
}
