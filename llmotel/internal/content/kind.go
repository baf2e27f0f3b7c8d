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
