package wire

import "bytes"

// antQuick recognises the events that most streams consist of: a piece of text,
// of thinking or of a tool's input, as Anthropic writes it.
func antQuick(x *Exchange, event []byte) bool {
	if x.content != nil {
		return false
	}
	rest, ok := afterNumber(event, deltaStart)
	if !ok || !bytes.HasPrefix(rest, deltaType) {
		return false
	}
	rest = rest[len(deltaType):]
	for _, name := range deltaNames {
		if !bytes.HasPrefix(rest, name) {
			continue
		}
		n, rest, ok := quoted(rest[len(name):])
		return ok && len(rest) >= 2 && rest[0] == '}' && spaces(rest[1:len(rest)-1]) && rest[len(rest)-1] == '}' && x.quickText(n)
	}
	return false
}

var (
	deltaStart = []byte(`{"type":"content_block_delta","index":`)
	deltaType  = []byte(`,"delta":{"type":"`)
	deltaNames = [][]byte{[]byte(`text_delta","text":"`), []byte(`input_json_delta","partial_json":"`), []byte(`thinking_delta","thinking":"`)}
)

// converseQuick is antQuick for the payloads of Bedrock's Converse.
func converseQuick(x *Exchange, payload []byte) bool {
	if x.content != nil {
		return false
	}
	rest, ok := afterNumber(payload, blockStart)
	if !ok || !bytes.HasPrefix(rest, blockText) {
		return false
	}
	n, rest, ok := quoted(rest[len(blockText):])
	return ok && len(rest) > 1 && rest[0] == '}' && padded(rest[1:]) && x.quickText(n)
}

var (
	blockStart = []byte(`{"contentBlockIndex":`)
	blockText  = []byte(`,"delta":{"text":"`)
)

// afterNumber returns what follows the prefix and digits after it.
func afterNumber(p, prefix []byte) ([]byte, bool) {
	if !bytes.HasPrefix(p, prefix) {
		return nil, false
	}
	p = p[len(prefix):]
	n := 0
	for n < len(p) && p[n] >= '0' && p[n] <= '9' {
		n++
	}
	return p[n:], n > 0
}

// quoted reads the inside of a JSON string up to its closing quote. It returns
// the length of what it means and what follows the quote, and not ok for an
// empty string and for escapes that it does not know the length of.
func quoted(p []byte) (n int, rest []byte, ok bool) {
	for {
		quote := bytes.IndexByte(p, '"')
		if quote < 0 {
			return 0, nil, false
		}
		back := bytes.IndexByte(p[:quote], '\\')
		if back < 0 {
			n += quote
			return n, p[quote+1:], n > 0
		}
		switch p[back+1] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		default:
			return 0, nil, false
		}
		n += back + 1
		p = p[back+2:]
	}
}

// spaces reports whether p is nothing else: Anthropic pads events, so that
// their lengths tell nothing.
func spaces(p []byte) bool {
	for _, c := range p {
		if c != ' ' {
			return false
		}
	}
	return true
}
