package content

import (
	"bytes"
	"unicode/utf8"
)

// marker ends a text that was cut.
const marker = "…[truncated]"

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
	out := e.Redactor(b.scratch[0][:0], text)
	if len(out) == 0 || len(text) == 0 || &out[0] != &text[0] {
		b.scratch[0] = out
	}
	return out
}

// json writes valid JSON without white space, its strings redacted.
func (e *Encoder) json(dst []byte, b *Builder, raw []byte) []byte {
	var name []byte // of the member whose value comes next
	for t := range tokens(raw) {
		switch c := t.raw[0]; {
		case c == ':':
			dst = append(dst, ':')
			continue
		case t.key && (string(t.raw) == `"type"` || string(t.raw) == `"name"`):
			dst = append(dst, t.raw...) // the schemas want them
		case t.key:
			dst = e.jsonString(dst, b, t.raw)
			name = t.raw[1 : len(t.raw)-1]
			continue
		case c == '"':
			if mask := e.named(name, t.raw[1:len(t.raw)-1]); mask != "" {
				dst = quote(dst, []byte(mask))
			} else {
				dst = e.jsonString(dst, b, t.raw)
			}
		case c == '-' || c >= '0' && c <= '9':
			if mask := e.named(name, t.raw); mask != "" {
				dst = quote(dst, []byte(mask))
			} else {
				dst = e.jsonNumber(dst, b, t.raw)
			}
		default:
			dst = append(dst, t.raw...)
		}
		name = nil
	}
	return dst
}

// named returns what masks a value because of the name of its member.
func (e *Encoder) named(name, value []byte) string {
	if e.Named == nil || len(name) == 0 {
		return ""
	}
	return e.Named(unquoted(name), value)
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
func (e *Encoder) jsonNumber(dst []byte, b *Builder, raw []byte) []byte {
	const shortest = 9 // digits of what identifies someone
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
