package content

// SetKind changes what the part is: some wire formats tell it after the body.
func (p *Part) SetKind(k Kind) {
	if p != nil {
		p.kind = k
	}
}

// Parts returns the parts so far, for reading only.
func (m *Message) Parts() []*Part {
	if m == nil {
		return nil
	}
	return m.parts
}

// Kind returns what the part is.
func (p *Part) Kind() Kind { return p.kind }

// Index returns the vendor's index of the part.
func (p *Part) Index() int { return p.index }

// Join joins the parts from that number on: each is appended to the one before it if
// both are texts of the same kind, as they are when a stream sends a text as several
// parts.
func (m *Message) Join(from int) {
	if m == nil {
		return
	}
	kept := max(from, 1)
	for i := kept; i < len(m.parts); i++ {
		p, before := m.parts[i], m.parts[kept-1]
		if p.kind != before.kind || p.kind != Text && p.kind != Reasoning {
			m.parts[kept], m.parts[i] = p, m.parts[kept]
			kept++
			continue
		}
		before.cut = before.cut || p.cut
		was := cap(before.f[Body])
		before.f[Body] = append(before.f[Body], p.f[Body]...)
		m.b.grown += cap(before.f[Body]) - was
		p.f[Body] = p.f[Body][:0]
	}
	if gone := len(m.parts) - kept; gone > 0 {
		m.parts = m.parts[:kept]
		m.b.items -= gone
		if m.out {
			m.b.outItems -= gone
		}
	}
}

// Give moves the parts from that number on to the end of another message of the same
// Builder: some wire formats tell after an alternative's parts which one it is.
func (m *Message) Give(from int, to *Message) {
	if m == nil || to == nil || m == to {
		return
	}
	for i := from; i < len(m.parts); i++ {
		to.parts, _ = next(to.parts)
		last := len(to.parts) - 1
		to.parts[last], m.parts[i] = m.parts[i], to.parts[last] // which is used again
	}
	m.parts = m.parts[:min(from, len(m.parts))]
}
