package jsonscan

import "bytes"

// beginLiteral begins a number, true, false or null.
func (s *pass) beginLiteral(c byte) {
	switch {
	case c == 't':
		s.literal = True
	case c == 'f':
		s.literal = False
	case c == 'n':
		s.literal = Null
	case c == '-' || c >= '0' && c <= '9':
		s.literal = Number
	default:
		s.state = broken
		return
	}
	s.state = inLiteral
	s.kept = 0
	s.small[0] = c
	s.keep(s.small[:1])
}

func literalByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '+'
}

func (s *pass) scalar(p []byte) int {
	n := 0
	for n < len(p) && literalByte(p[n]) {
		n++
	}
	s.keep(p[:n])
	if n < len(p) {
		s.endLiteral()
	}
	return n
}

func (s *pass) endLiteral() {
	text := s.held()
	var ok bool
	switch s.literal {
	case True:
		ok = string(text) == "true"
	case False:
		ok = string(text) == "false"
	case Null:
		ok = string(text) == "null"
	default:
		ok = text[len(text)-1] >= '0' && text[len(text)-1] <= '9'
	}
	if !ok {
		s.state = broken
		return
	}
	if s.node != nil && s.node.value != 0 {
		s.handler.Value(s.node.value, s.literal, text)
	}
	s.valueEnd()
}

// beginRaw begins a value that is reported as it stands.
func (s *pass) beginRaw(c byte) {
	switch c {
	case '{', '[':
		s.state, s.nested = inRaw, 1
	case '"':
		s.state, s.nested, s.quoted = inRaw, 0, true
	default:
		s.beginLiteral(c)
		if s.state == broken {
			return
		}
		s.state = inRawLiteral
	}
	s.small[0] = c
	s.handler.Raw(s.node.raw, s.small[:1], false)
}

func (s *pass) rawLiteral(p []byte) int {
	n := 0
	for n < len(p) && literalByte(p[n]) {
		n++
	}
	ended := n < len(p)
	if n > 0 || ended {
		s.handler.Raw(s.node.raw, p[:n], ended)
	}
	if ended {
		s.valueEnd()
	}
	return n
}

// rawContainer passes an object, array or string on as it stands.
func (s *pass) rawContainer(p []byte) int {
	for i := 0; i < len(p); {
		if s.quoted {
			n, closed := s.quotedRun(p[i:])
			i += n
			s.quoted = !closed
			if closed && s.nested == 0 {
				return s.endRaw(p[:i])
			}
			continue
		}
		if n := bytes.IndexAny(p[i:], `"{}[]`); n > 0 {
			i += n
		} else if n < 0 {
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
				return s.endRaw(p[:i+1])
			}
		}
		i++
	}
	s.handler.Raw(s.node.raw, p, false)
	return len(p)
}

func (s *pass) endRaw(p []byte) int {
	s.handler.Raw(s.node.raw, p, true)
	s.valueEnd()
	return len(p)
}
