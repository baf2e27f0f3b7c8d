package wire

import (
	"bytes"
	"strings"
)

// responsesQuick recognises the events that most streams consist of: a piece of
// text, as OpenAI writes it, with members in any order.
func responsesQuick(x *Exchange, event []byte) bool {
	if x.content != nil || !bytes.HasPrefix(event, textDeltaStart) || event[len(event)-1] != '}' || bytes.IndexByte(event, '\\') >= 0 {
		return false
	}
	text := -1
	for p := event[len(textDeltaStart)-1 : len(event)-1]; len(p) > 0; {
		if len(p) < 3 || p[0] != ',' || p[1] != '"' {
			return false
		}
		name := textDeltaMembers[p[2]&0x1f]
		if p[2] == 'o' && len(p) > 3 && p[3] == 'b' {
			name = `,"obfuscation":`
		}
		if name == "" || len(p) <= len(name) || string(p[:len(name)]) != name {
			return false
		}
		p = p[len(name):]
		n := plainValue(p)
		if n == 0 {
			return false
		}
		if strings.HasPrefix(name, `,"d`) {
			if text >= 0 || p[0] != '"' {
				return false
			}
			text = n - 2
		}
		p = p[n:]
	}
	return text > 0 && x.quickText(text)
}

var textDeltaStart = []byte(`{"type":"response.output_text.delta",`)

// textDeltaMembers are the members of such an event by the last five bits of
// their first letters. There is no other of any meaning.
var textDeltaMembers = [32]string{
	'c' & 0x1f: `,"content_index":`,
	'd' & 0x1f: `,"delta":`,
	'i' & 0x1f: `,"item_id":`,
	'l' & 0x1f: `,"logprobs":`,
	'o' & 0x1f: `,"output_index":`,
	's' & 0x1f: `,"sequence_number":`,
}

// plainValue returns the length of a value that has nothing in it but itself: a
// string, digits, null, an empty list. It is 0 for others. There are no escapes.
func plainValue(p []byte) int {
	switch c := p[0]; {
	case c == '"':
		end := bytes.IndexByte(p[1:], '"') + 1
		if end == 0 {
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
