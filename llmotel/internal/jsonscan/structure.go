package jsonscan

// structure reads one byte between values.
func (s *pass) structure(c byte) {
	switch s.state {
	case atValue:
		s.value(c)
	case atFirst:
		if c == ']' {
			s.pop()
		} else {
			s.value(c)
		}
	case atKeyOrEnd, atKey:
		switch {
		case c == '"':
			s.open(asKey)
		case c == '}' && s.state == atKeyOrEnd:
			s.pop()
		default:
			s.state = broken
		}
	case atColon:
		if c == ':' {
			s.state = atValue
		} else {
			s.state = broken
		}
	case atNext:
		s.next(c)
	}
}

func (s *pass) next(c byte) {
	array := s.arrays>>(s.depth-1)&1 != 0
	switch {
	case c == ',' && array:
		s.node, s.state = s.top.elem, atValue
	case c == ',':
		s.state = atKey
	case c == ']' && array, c == '}' && !array:
		s.pop()
	default:
		s.state = broken
	}
}

// value begins the value whose Node is s.node.
func (s *pass) value(c byte) {
	n := s.node
	switch {
	case c == ']' || c == '}' || c == ',' || c == ':':
		s.state = broken
	case n != nil && n.raw != 0 && (c != '{' || !n.isObject) && (c != '[' || n.elem == nil) && (c != '"' || n.text == 0):
		s.beginRaw(c)
	case c == '"':
		switch {
		case n == nil:
			s.open(asSkipped)
		case n.text != 0:
			s.open(asText)
		case n.value != 0:
			s.open(asValue)
		default:
			s.open(asSkipped)
		}
	case c == '{':
		if n != nil && n.isObject && s.depth < maxDepth {
			s.push(n, false)
		} else {
			s.state, s.nested = inSkipped, 1
		}
	case c == '[':
		if n != nil && n.elem != nil && s.depth < maxDepth {
			s.push(n, true)
		} else {
			s.state, s.nested = inSkipped, 1
		}
	default:
		s.beginLiteral(c)
	}
}

func (s *pass) push(n *Node, array bool) {
	s.top, s.path[s.depth], s.key = n, s.key, noMember
	s.arrays &^= 1 << s.depth
	if array {
		s.arrays |= 1 << s.depth
	}
	s.depth++
	if array {
		if n.array != 0 {
			s.handler.Open(n.array)
		}
		s.node, s.state = n.elem, atFirst
		return
	}
	if n.object != 0 {
		s.handler.Open(n.object)
	}
	s.state = atKeyOrEnd
}

func (s *pass) pop() {
	s.depth--
	s.key = s.path[s.depth]
	id := s.top.object
	if s.arrays>>s.depth&1 != 0 {
		id = s.top.array
	}
	s.climb()
	if id != 0 {
		s.handler.Close(id)
	}
	s.valueEnd()
}

// climb finds the innermost object or array that is still open.
func (s *pass) climb() {
	n := s.root
	for i := uint8(1); i < s.depth; i++ {
		if s.arrays>>(i-1)&1 != 0 {
			n = n.elem
		} else {
			n = n.keys[s.path[i]].to
		}
	}
	s.top = n
}

// valueEnd follows a complete value.
func (s *pass) valueEnd() {
	if s.depth > 0 {
		s.state = atNext
		return
	}
	s.node, s.state = s.root, atValue
	s.handler.Done()
}
