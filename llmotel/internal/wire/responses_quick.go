package wire

import "bytes"

// responsesQuick recognises the events that most streams consist of: a piece of
// text, as OpenAI writes it.
func responsesQuick(x *Exchange, event []byte) bool {
	if x.content != nil || !bytes.HasPrefix(event, textDeltaStart) || event[len(event)-1] != '}' {
		return false
	}
	text := -1
	for p := event[len(textDeltaStart) : len(event)-1]; len(p) > 0; {
		name, value, ok := cutMember(p)
		if !ok {
			return false
		}
		n := plainValue(value)
		if n == 0 {
			return false
		}
		switch string(name) {
		case "delta":
			if text >= 0 || value[0] != '"' {
				return false
			}
			text = n - 2
		case "content_index", "item_id", "logprobs", "obfuscation", "output_index", "sequence_number":
		default:
			return false
		}
		if p = value[n:]; len(p) > 0 {
			if p[0] != ',' || len(p) == 1 {
				return false
			}
			p = p[1:]
		}
	}
	return text > 0 && x.quickText(text)
}

var textDeltaStart = []byte(`{"type":"response.output_text.delta",`)

// cutMember splits `"name":value` after the colon. Names with escapes are not
// split.
func cutMember(p []byte) (name, value []byte, ok bool) {
	if p[0] != '"' {
		return nil, nil, false
	}
	end := bytes.IndexByte(p[1:], '"') + 1
	if end == 0 || len(p) < end+3 || p[end+1] != ':' || bytes.IndexByte(p[:end], '\\') >= 0 {
		return nil, nil, false
	}
	return p[1:end], p[end+2:], true
}

// plainValue returns the length of a value that has nothing in it but itself:
// a string without escapes, digits, null, an empty list. It is 0 for others.
func plainValue(p []byte) int {
	switch c := p[0]; {
	case c == '"':
		end := bytes.IndexByte(p[1:], '"') + 1
		if end == 0 || bytes.IndexByte(p[:end], '\\') >= 0 {
			return 0
		}
		return end + 1
	case c >= '0' && c <= '9':
		n := 1
		for n < len(p) && p[n] >= '0' && p[n] <= '9' {
			n++
		}
		return n
	case bytes.HasPrefix(p, emptyList):
		return len(emptyList)
	case bytes.HasPrefix(p, nullWord):
		return len(nullWord)
	}
	return 0
}

var (
	emptyList = []byte("[]")
	nullWord  = []byte("null")
)
