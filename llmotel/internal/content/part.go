package content

import "bytes"

// Part is a part of a message that is being collected.
type Part struct {
	kind  Kind
	index int
	fields
}

// Append adds a fragment to a field. It is copied.
func (p *Part) Append(f Field, fragment []byte) {
	if p != nil {
		p.drop(f, add(&p.fields, f, fragment))
	}
}

// AppendString is Append.
func (p *Part) AppendString(f Field, fragment string) {
	if p != nil {
		p.drop(f, add(&p.fields, f, fragment))
	}
}

// Set replaces a field.
func (p *Part) Set(f Field, v string) {
	if p != nil {
		p.clear(f)
		p.AppendString(f, v)
	}
}

// Len returns the length of a field so far.
func (p *Part) Len(f Field) int {
	if p == nil {
		return 0
	}
	return len(p.f[f])
}

func (p *Part) reset() { p.fields.reset() }

// drop empties the body of a part that did not fit and is of no use cut. Of a data
// URI the type of its data stays.
func (p *Part) drop(f Field, fits bool) {
	if f != Body || fits || !p.isBlob() {
		return
	}
	body := p.f[Body]
	p.b.give(p.out, len(body))
	p.f[Body] = body[:0]
	if p.kind != URI {
		return
	}
	if named := dataType(body); len(named) > 0 {
		p.kind = Blob
		p.clear(MIMEType)
		add(&p.fields, MIMEType, named)
	}
}

// dataType returns the media type of a data URI whose data are in base64 (RFC 2397),
// nil if there is none.
func dataType(uri []byte) []byte {
	const longest = 128
	head, _, ok := bytes.Cut(uri[len("data:"):min(len(uri), longest)], []byte(","))
	if !ok || !bytes.HasSuffix(head, []byte(";base64")) {
		return nil
	}
	named, _, _ := bytes.Cut(head, []byte(";"))
	return named
}

func (p *Part) isBlob() bool {
	return p.kind == Blob || p.kind == URI && len(p.f[Body]) > 5 && string(p.f[Body][:5]) == "data:"
}

// Tool is a tool definition that is being collected.
type Tool struct{ fields }

// Append adds a fragment to a field. It is copied.
func (t *Tool) Append(f Field, fragment []byte) {
	if t != nil {
		add(&t.fields, f, fragment)
	}
}

// AppendString is Append.
func (t *Tool) AppendString(f Field, fragment string) {
	if t != nil {
		add(&t.fields, f, fragment)
	}
}

// Set replaces a field.
func (t *Tool) Set(f Field, v string) {
	if t != nil {
		t.clear(f)
		add(&t.fields, f, v)
	}
}

// fields are byte slices that keep their capacity.
type fields struct {
	b   *Builder
	out bool
	cut bool // the limit was met in the body
	f   [numPartFields][]byte
}

func (s *fields) reset() {
	s.out, s.cut = false, false
	for i := range s.f {
		s.f[i] = s.f[i][:0]
	}
}

func (s *fields) clear(f Field) {
	s.b.give(s.out, len(s.f[f]))
	s.f[f] = s.f[f][:0]
	if f == Body {
		s.cut = false
	}
}

// add appends to a field and reports whether all of it could be kept.
func add[T []byte | string](s *fields, f Field, fragment T) bool {
	if f == Body && s.cut {
		s.b.truncated = s.b.truncated || len(fragment) > 0
		return false
	}
	fits := keep(s.b, s.out, &s.f[f], fragment)
	if f == Body && !fits {
		s.cut = true
	}
	return fits
}

// keep appends as much of v as there is room for.
func keep[T []byte | string](b *Builder, out bool, dst *[]byte, v T) bool {
	n := min(len(v), max(b.room(out), 0))
	before := cap(*dst)
	*dst = append(*dst, v[:n]...)
	b.grown += cap(*dst) - before
	b.give(out, -n)
	if n < len(v) {
		b.truncated = true
	}
	return n == len(v)
}

// give returns n bytes to the limit.
func (b *Builder) give(out bool, n int) {
	b.size -= n
	if out {
		b.outSize -= n
	}
}
