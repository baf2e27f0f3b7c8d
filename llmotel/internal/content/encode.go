package content

import (
	"bytes"
	"unicode/utf8"
)

// marker ends a text that was cut.
const marker = "…[truncated]"

// masked stands for the value of a member whose name says that it is secret.
const masked = "[KEY]"

// Encoder writes collected content in the form of the conventions' JSON
// schemas. It holds no state and may be shared.
type Encoder struct {
	// Redactor appends text to dst, with what must not leave the process
	// replaced. It gets whole texts, never JSON, and must not keep them. Nil
	// leaves texts as they are.
	Redactor func(dst, text []byte) []byte
	// Secret reports whether a member of that name in tool arguments, tool
	// results and the like holds a secret, so that its value is masked
	// whatever it looks like. Nil means none does.
	Secret func(name []byte) bool
	// FullTools writes whole tool definitions instead of type and name.
	FullTools bool
}

// Input appends gen_ai.input.messages, nothing if there are none.
func (e *Encoder) Input(dst []byte, b *Builder) []byte {
	if b == nil || len(b.input) == 0 {
		return dst
	}
	return e.messages(dst, b, b.input)
}

// Output appends gen_ai.output.messages, nothing if no alternative has content.
// Each message has a finish reason, as earlier revisions require.
func (e *Encoder) Output(dst []byte, b *Builder) []byte {
	if b == nil {
		return dst
	}
	for _, m := range b.output {
		for _, p := range m.parts {
			if !p.empty() {
				return e.messages(dst, b, b.output)
			}
		}
	}
	return dst
}

// System appends gen_ai.system_instructions, nothing if there are none.
func (e *Encoder) System(dst []byte, b *Builder) []byte {
	if b == nil {
		return dst
	}
	start := len(dst)
	dst = e.parts(dst, b, b.system.parts)
	if len(dst) == start+len("[]") {
		return dst[:start]
	}
	return dst
}

// Tools appends gen_ai.tool.definitions, nothing if there are none.
func (e *Encoder) Tools(dst []byte, b *Builder) []byte {
	if b == nil || len(b.tools) == 0 {
		return dst
	}
	for i, t := range b.tools {
		dst = append(dst, "[,"[min(i, 1)])
		dst = e.tool(dst, b, t)
	}
	return append(dst, ']')
}

func (e *Encoder) messages(dst []byte, b *Builder, list []*Message) []byte {
	for i, m := range list {
		dst = append(dst, "[,"[min(i, 1)])
		dst = append(dst, `{"role":`...)
		dst = quote(dst, m.roleName())
		dst = append(dst, `,"parts":`...)
		dst = e.parts(dst, b, m.parts)
		if len(m.name) > 0 {
			dst = append(dst, `,"name":`...)
			dst = e.text(dst, b, m.name, false)
		}
		if m.out {
			dst = append(dst, `,"finish_reason":`...)
			if len(m.finishReason) > 0 {
				dst = quote(dst, m.finishReason)
			} else {
				dst = append(dst, `"error"`...)
			}
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// roleName is the role in the words of the conventions.
func (m *Message) roleName() []byte {
	switch string(m.role) {
	case "":
		if m.out {
			return []byte("assistant")
		}
		return []byte("user")
	case "developer":
		return []byte("system")
	case "function":
		return []byte("tool")
	case "model":
		return []byte("assistant")
	}
	return m.role
}

func (e *Encoder) parts(dst []byte, b *Builder, list []*Part) []byte {
	dst = append(dst, '[')
	open := len(dst)
	for _, p := range list {
		if p.empty() {
			continue
		}
		if len(dst) > open {
			dst = append(dst, ',')
		}
		dst = e.part(dst, b, p)
	}
	return append(dst, ']')
}

// empty reports whether there is nothing to say about the part: wires open
// texts that never come.
func (p *Part) empty() bool {
	switch p.kind {
	case Text, Reasoning, Refusal:
		return len(p.f[Body]) == 0 && !p.cut
	}
	return false
}

func (e *Encoder) part(dst []byte, b *Builder, p *Part) []byte {
	body := p.f[Body]
	switch p.kind {
	case Text:
		dst = append(dst, `{"type":"text","content":`...)
		dst = e.text(dst, b, body, p.cut)
	case Reasoning:
		dst = append(dst, `{"type":"reasoning","content":`...)
		dst = e.text(dst, b, body, p.cut)
	case Refusal:
		dst = append(dst, `{"type":"refusal","content":`...)
		dst = e.text(dst, b, body, p.cut)
	case ToolCall:
		dst = append(dst, `{"type":"tool_call"`...)
		dst = member(dst, `,"id":`, p.f[ID])
		dst = append(dst, `,"name":`...)
		dst = quote(dst, p.f[Name])
		if len(body) > 0 || p.cut {
			dst = append(dst, `,"arguments":`...)
			dst = e.jsonOrText(dst, b, p, validJSON(body))
		}
	case ToolResult:
		dst = append(dst, `{"type":"tool_call_response"`...)
		dst = member(dst, `,"id":`, p.f[ID])
		dst = append(dst, `,"response":`...)
		dst = e.jsonOrText(dst, b, p, isJSON(body, "{["))
	case Blob, URI, File:
		return e.media(dst, b, p)
	default:
		return e.generic(dst, b, p)
	}
	return append(dst, '}')
}

// media writes a blob, URI or file part. Data URIs are blobs.
func (e *Encoder) media(dst []byte, b *Builder, p *Part) []byte {
	body, kind, mime := p.f[Body], p.kind, p.f[MIMEType]
	if kind == URI && p.isBlob() {
		if head, data, ok := bytes.Cut(body[len("data:"):], []byte(",")); ok && bytes.HasSuffix(head, []byte(";base64")) {
			kind, body = Blob, data
			if named, _, _ := bytes.Cut(head, []byte(";")); len(named) > 0 {
				mime = named
			}
		}
	}
	dst = append(dst, `{"type":`...)
	switch kind {
	case Blob:
		dst = append(dst, `"blob"`...)
	case URI:
		dst = append(dst, `"uri"`...)
	default:
		dst = append(dst, `"file"`...)
	}
	dst = member(dst, `,"mime_type":`, mime)
	dst = append(dst, `,"modality":`...)
	dst = quote(dst, modality(p.f[Modality], mime))
	switch kind {
	case Blob:
		dst = append(dst, `,"content":`...)
		if p.cut {
			dst = append(dst, `"`+marker+`"`...)
		} else {
			dst = quote(dst, body)
		}
	case URI:
		dst = append(dst, `,"uri":`...)
		dst = e.text(dst, b, body, p.cut)
	default:
		dst = append(dst, `,"file_id":`...)
		dst = quote(dst, body)
	}
	return append(dst, '}')
}

// modality guesses the modality from the media type if it was not told.
func modality(told, mime []byte) []byte {
	if len(told) > 0 {
		return told
	}
	if top, _, ok := bytes.Cut(mime, []byte("/")); ok {
		switch string(top) {
		case "image", "audio", "video":
			return top
		}
	}
	return []byte("document")
}

// generic writes a part that only one vendor has: its own JSON object, if that
// says its type or is told one, else the text of it.
func (e *Encoder) generic(dst []byte, b *Builder, p *Part) []byte {
	body, typ := p.f[Body], p.f[Type]
	object := !p.cut && isJSON(body, "{")
	has := absent
	if object {
		has = stringMember(body, "type")
	}
	if has == present {
		return e.json(dst, b, body)
	}
	if len(typ) == 0 {
		typ = []byte("generic")
	}
	dst = append(dst, `{"type":`...)
	dst = quote(dst, typ)
	if object && has == absent {
		return e.rest(dst, b, body)
	}
	if len(body) > 0 || p.cut {
		dst = append(dst, `,"content":`...)
		dst = e.text(dst, b, body, p.cut)
	}
	return append(dst, '}')
}

// rest writes the members of an object and closes it, after others.
func (e *Encoder) rest(dst []byte, b *Builder, object []byte) []byte {
	comma := len(dst)
	dst = e.json(dst, b, object)
	if len(dst) == comma+len("{}") {
		return append(dst[:comma], '}')
	}
	dst[comma] = ','
	return dst
}

// member writes a member of an object unless it is empty.
func member(dst []byte, name string, value []byte) []byte {
	if len(value) == 0 {
		return dst
	}
	return quote(append(dst, name...), value)
}

func (e *Encoder) jsonOrText(dst []byte, b *Builder, p *Part, isJSON bool) []byte {
	if isJSON && !p.cut {
		return e.json(dst, b, p.f[Body])
	}
	return e.text(dst, b, p.f[Body], p.cut)
}

// text writes a text as a JSON string, redacted. If it was cut a marker says
// so.
func (e *Encoder) text(dst []byte, b *Builder, text []byte, cut bool) []byte {
	if cut {
		text = wholeRunes(text)
		if e.Redactor != nil {
			text = wholeWords(text)
		}
	}
	dst = quoteOpen(append(dst, '"'), e.redact(b, text))
	if cut {
		dst = append(dst, marker...)
	}
	return append(dst, '"')
}

// redact returns text redacted, valid until the next call.
func (e *Encoder) redact(b *Builder, text []byte) []byte {
	if e.Redactor == nil {
		return text
	}
	b.scratch[0] = e.Redactor(b.scratch[0][:0], text)
	return b.scratch[0]
}

// json writes valid JSON without white space, its strings redacted.
func (e *Encoder) json(dst []byte, b *Builder, raw []byte) []byte {
	secret := false
	for t := range tokens(raw) {
		switch c := t.raw[0]; {
		case c == ':':
			dst = append(dst, ':')
			continue // the value of a secret comes next
		case c == '"' && !t.key && secret:
			dst = append(dst, `"`+masked+`"`...)
		case t.key && (string(t.raw) == `"type"` || string(t.raw) == `"name"`):
			dst = append(dst, t.raw...) // the schemas want them
		case c == '"':
			dst = e.jsonString(dst, b, t.raw)
			if t.key && e.Secret != nil {
				secret = e.Secret(unquoted(t.raw[1 : len(t.raw)-1]))
				continue
			}
		case c == '-' || c >= '0' && c <= '9':
			dst = e.jsonNumber(dst, b, t.raw, secret)
		default:
			dst = append(dst, t.raw...)
		}
		secret = false
	}
	return dst
}

// jsonString copies a string with its quotes; one that needs no change stays
// as it was written.
func (e *Encoder) jsonString(dst []byte, b *Builder, raw []byte) []byte {
	text := raw[1 : len(raw)-1]
	escaped := bytes.IndexByte(text, '\\') >= 0
	if escaped && e.Redactor != nil {
		b.scratch[1] = unquote(b.scratch[1][:0], text)
		text = b.scratch[1]
	}
	if redacted := e.redact(b, text); !bytes.Equal(redacted, text) {
		return quote(dst, redacted)
	}
	if !utf8.Valid(raw) {
		return quote(dst, unquoted(raw[1:len(raw)-1]))
	}
	return append(dst, raw...)
}

// jsonNumber copies a number. One that the redactor takes for something, such as
// a card's number, becomes a string.
func (e *Encoder) jsonNumber(dst []byte, b *Builder, raw []byte, secret bool) []byte {
	const shortest = 9 // digits of what identifies someone
	if secret {
		return append(dst, `"`+masked+`"`...)
	}
	if len(raw) >= shortest {
		if redacted := e.redact(b, raw); !bytes.Equal(redacted, raw) {
			return quote(dst, redacted)
		}
	}
	return append(dst, raw...)
}

// wholeRunes cuts a rune that is not complete off the end.
func wholeRunes(text []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if c := text[len(text)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(text[len(text)-n:]) {
				return text[:len(text)-n]
			}
			break
		}
	}
	return text
}

// wholeWords cuts the last word off a text that was cut, and numbers before it:
// half of a secret would not be recognised.
func wholeWords(text []byte) []byte {
	const longest = 256
	end := len(text)
	isSpace := func(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
	for number := true; number && end > 0; {
		start := end
		for start > 0 && !isSpace(text[start-1]) {
			start--
		}
		if start == 0 || end-start > longest {
			return text[:max(start, len(text)-longest, 0)]
		}
		for end = start; end > 0 && isSpace(text[end-1]); {
			end--
		}
		number = end > 0 && text[end-1] >= '0' && text[end-1] <= '9' && len(text)-end < longest
	}
	return text[:end]
}

type presence uint8

const (
	absent presence = iota
	present
	unusable // not a string
)

// stringMember reports whether a valid object has that member, as a string.
func stringMember(object []byte, name string) presence {
	has := absent
	for n, v := range members(object) {
		if string(unquoted(n)) != name {
			continue
		}
		if v[0] != '"' {
			return unusable
		}
		has = present
	}
	return has
}
