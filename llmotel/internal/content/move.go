package content

// Move moves what was appended to the body of p after its first from bytes to
// another part of the same Builder: some wire formats tell where a fragment
// belongs after it. A nil part drops it.
func (p *Part) Move(to *Part, from int) {
	if p == nil || from >= len(p.f[Body]) {
		return
	}
	fragment := p.f[Body][max(from, 0):]
	p.b.give(p.out, len(fragment))
	p.f[Body] = p.f[Body][:max(from, 0)]
	to.Append(Body, fragment)
}
