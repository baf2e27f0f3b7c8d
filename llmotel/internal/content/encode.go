package content

import "bytes"

// Encoder writes collected content in the form of the conventions' JSON
// schemas. It holds no state and may be shared.
type Encoder struct {
	// Redactor returns text with what must not leave the process replaced: text
	// itself if there is nothing, or else appended to dst. It gets whole texts, never JSON, and must not keep them. Nil
	// leaves texts as they are.
	Redactor func(dst, text []byte) []byte
	// Named returns what masks the value of a member of that name in tool
	// arguments, tool results and the like, a string or a number, because the name
	// says what it is; empty if nothing does. Nil means nothing does for any.
	Named func(name, value []byte) string
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
		dst = member(dst, `,"phase":`, p.f[Phase])
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
	case ServerCall:
		name, typ := p.f[Name], p.f[Type]
		fill(&name, typ)
		fill(&typ, name)
		dst = append(dst, `{"type":"server_tool_call"`...)
		dst = member(dst, `,"id":`, p.f[ID])
		dst = append(dst, `,"name":`...)
		dst = quote(dst, name)
		dst = append(dst, `,"server_tool_call":{"type":`...)
		dst = quote(dst, typ)
		if len(body) > 0 || p.cut {
			dst = append(dst, `,"arguments":`...)
			dst = e.jsonOrText(dst, b, p, isJSON(body, "{["))
		}
		dst = append(dst, '}')
	case ServerResult:
		dst = append(dst, `{"type":"server_tool_call_response"`...)
		dst = member(dst, `,"id":`, p.f[ID])
		dst = append(dst, `,"server_tool_call_response":{"type":`...)
		dst = quote(dst, p.f[Type])
		if len(body) > 0 || p.cut {
			dst = append(dst, `,"response":`...)
			dst = e.jsonOrText(dst, b, p, isJSON(body, "{["))
		}
		dst = append(dst, '}')
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
