package content

import "bytes"

// Object appends text as a JSON object of at most limit bytes, the form of
// gen_ai.tool.call.arguments and gen_ai.tool.call.result: redacted, and as the
// member called name if it is no object. Too long an object becomes the beginning
// of its text. Nothing is appended if text is empty.
func (e *Encoder) Object(dst []byte, name, text string, limit int) []byte {
	if text == "" {
		return dst
	}
	b := Get(0) // for its scratch space
	defer b.Free()
	raw, begin := []byte(text), len(dst)
	switch {
	case isJSON(raw, "{"):
		dst = e.json(dst, b, raw)
	case validJSON(raw):
		dst = append(e.json(open(dst, name), b, raw), '}')
	default:
		dst = append(e.text(open(dst, name), b, raw, false), '}')
	}
	if len(dst)-begin <= limit {
		return dst
	}
	whole := bytes.Clone(dst[begin:]) // redacted as an object: its text needs no more
	for n := limit; n > 0; n /= 2 {
		dst = append((&Encoder{}).text(open(dst[:begin], name), b, whole[:min(n, len(whole))], true), '}')
		if len(dst)-begin <= limit {
			return dst
		}
	}
	return dst[:begin]
}

// open begins an object with one member.
func open(dst []byte, name string) []byte {
	return append(quote(append(dst, '{'), []byte(name)), ':')
}
