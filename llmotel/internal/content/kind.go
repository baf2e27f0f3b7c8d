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

// Join appends the last part to the one before it if both are texts of the same
// kind, as they are when a stream sends a text as several parts.
func (m *Message) Join() {
	if m == nil || len(m.parts) < 2 {
		return
	}
	last, before := m.parts[len(m.parts)-1], m.parts[len(m.parts)-2]
	if last.kind != before.kind || last.kind != Text && last.kind != Reasoning {
		return
	}
	before.cut = before.cut || last.cut
	was := cap(before.f[Body])
	before.f[Body] = append(before.f[Body], last.f[Body]...)
	m.b.grown += cap(before.f[Body]) - was
	last.f[Body] = last.f[Body][:0]
	m.parts = m.parts[:len(m.parts)-1]
	m.b.items--
	if m.out {
		m.b.outItems--
	}
}
