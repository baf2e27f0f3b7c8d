package content

import "bytes"

// definition is a tool definition taken apart.
type definition struct {
	typ, name, description []byte // texts
	parameters             []byte // a valid JSON object or empty
	odd                    bool   // type or name is no string
	nested                 bool
}

// tool writes a tool definition.
func (e *Encoder) tool(dst []byte, b *Builder, t *Tool) []byte {
	raw := t.f[Raw]
	if !isJSON(raw, "{") {
		raw = nil
	}
	var d definition
	if raw != nil {
		d.read(raw, true)
	}
	fill(&d.typ, t.f[Type])
	fill(&d.name, t.f[Name])
	fill(&d.description, t.f[Description])
	if d.parameters == nil && isJSON(t.f[Body], "{") {
		d.parameters = t.f[Body]
	}
	if d.isFunction(raw != nil) {
		return e.function(dst, b, &d)
	}
	if len(d.typ) == 0 {
		d.typ = firstName(raw)
	}
	fill(&d.name, d.typ)
	if !e.FullTools || raw == nil || d.odd {
		dst = append(dst, `{"type":`...)
		dst = quote(dst, d.typ)
		dst = append(dst, `,"name":`...)
		dst = quote(dst, d.name)
		return append(dst, '}')
	}
	dst = append(dst, '{')
	open := len(dst)
	if stringMember(raw, "type") == absent {
		dst = append(dst, `"type":`...)
		dst = quote(dst, d.typ)
	}
	if stringMember(raw, "name") == absent {
		if len(dst) > open {
			dst = append(dst, ',')
		}
		dst = append(dst, `"name":`...)
		dst = quote(dst, d.name)
	}
	if len(dst) == open {
		return e.json(dst[:open-1], b, raw)
	}
	return e.rest(dst, b, raw)
}

func (e *Encoder) function(dst []byte, b *Builder, d *definition) []byte {
	dst = append(dst, `{"type":"function","name":`...)
	dst = quote(dst, d.name)
	if e.FullTools {
		if len(d.description) > 0 {
			dst = append(dst, `,"description":`...)
			dst = e.text(dst, b, d.description, false)
		}
		if d.parameters != nil {
			dst = append(dst, `,"parameters":`...)
			dst = e.json(dst, b, d.parameters)
		}
	}
	return append(dst, '}')
}

// read takes a vendor's definition apart. Functions are {type, name,
// description, parameters} at OpenAI (Responses) and Gemini, the same below
// "function" at OpenAI (Chat Completions), Mistral, Cohere and Ollama, with
// "input_schema" at Anthropic, below "toolSpec" with "inputSchema" at Bedrock.
func (d *definition) read(object []byte, top bool) {
	for n, v := range members(object) {
		switch string(unquoted(n)) {
		case "type":
			d.text(&d.typ, v)
		case "name":
			d.text(&d.name, v)
		case "description":
			if v[0] == '"' {
				d.description = unquoted(v[1 : len(v)-1])
			}
		case "parameters", "parametersJsonSchema", "parameters_json_schema", "input_schema":
			d.schema(v)
		case "inputSchema":
			d.schema(v)
			if v[0] != '{' {
				continue
			}
			for n, inner := range members(v) {
				if string(n) == "json" {
					d.schema(inner)
				}
			}
		case "function", "custom", "toolSpec":
			if top && v[0] == '{' {
				d.nested = true
				d.read(v, false)
			}
		}
	}
}

func (d *definition) text(dst *[]byte, v []byte) {
	if v[0] != '"' {
		d.odd = true
		return
	}
	*dst = unquoted(v[1 : len(v)-1])
}

func (d *definition) schema(v []byte) {
	if v[0] == '{' {
		d.parameters = v
	}
}

func (d *definition) isFunction(raw bool) bool {
	switch string(d.typ) {
	case "function":
		return true
	case "":
		return !raw || d.nested || len(d.name) > 0
	case "custom": // Anthropic; OpenAI has tools of that name that take text
		return d.parameters != nil
	}
	return false
}

// firstName is the name of the first member: a vendor's tool without a type is
// told by it, as Gemini's {"googleSearch":{}}.
func firstName(object []byte) []byte {
	if object != nil {
		for n := range members(object) {
			if len(bytes.TrimSpace(n)) > 0 {
				return unquoted(n)
			}
		}
	}
	return []byte("generic")
}

func fill(dst *[]byte, v []byte) {
	if len(*dst) == 0 {
		*dst = v
	}
}
