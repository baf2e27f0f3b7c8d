package content

import (
	"iter"
	"strings"
)

// maxDepth bounds the nesting of JSON that is taken as JSON; deeper texts are
// taken as texts.
const maxDepth = 128

// validJSON reports whether raw is one JSON value, with white space around.
func validJSON(raw []byte) bool {
	i := valueEnd(raw, space(raw, 0), 0)
	return i >= 0 && space(raw, i) == len(raw)
}

// isJSON reports whether raw is one JSON value that begins with one of the
// bytes of open.
func isJSON(raw []byte, open string) bool {
	i := space(raw, 0)
	return i < len(raw) && strings.IndexByte(open, raw[i]) >= 0 && validJSON(raw)
}

// space returns the index of the first byte from i on that is not white space.
func space(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\r' || raw[i] == '\t') {
		i++
	}
	return i
}

// valueEnd returns where the value that begins at i ends, -1 if it is not
// valid.
func valueEnd(raw []byte, i, depth int) int {
	if i >= len(raw) || depth > maxDepth {
		return -1
	}
	switch raw[i] {
	case '"':
		return stringEnd(raw, i)
	case '{', '[':
		return containerEnd(raw, i, depth)
	case 't':
		return literalEnd(raw, i, "true")
	case 'f':
		return literalEnd(raw, i, "false")
	case 'n':
		return literalEnd(raw, i, "null")
	}
	return numberEnd(raw, i)
}

func containerEnd(raw []byte, i, depth int) int {
	object, closing := raw[i] == '{', raw[i]+2 // '}' and ']' stand two behind
	i = space(raw, i+1)
	if i < len(raw) && raw[i] == closing {
		return i + 1
	}
	for {
		if object {
			if i >= len(raw) || raw[i] != '"' {
				return -1
			}
			if i = stringEnd(raw, i); i < 0 {
				return -1
			}
			if i = space(raw, i); i >= len(raw) || raw[i] != ':' {
				return -1
			}
			i = space(raw, i+1)
		}
		if i = valueEnd(raw, i, depth+1); i < 0 {
			return -1
		}
		i = space(raw, i)
		switch {
		case i >= len(raw):
			return -1
		case raw[i] == closing:
			return i + 1
		case raw[i] != ',':
			return -1
		}
		i = space(raw, i+1)
	}
}

// stringEnd takes any byte from 0x20 on, valid UTF-8 or not, as encoding/json
// does: who copies a string sees to that.
func stringEnd(raw []byte, i int) int {
	for i++; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			return i + 1
		case c < 0x20:
			return -1
		case c == '\\':
			i++
			if i >= len(raw) {
				return -1
			}
			switch raw[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if _, ok := hex4(raw, i+1); !ok {
					return -1
				}
				i += 4
			default:
				return -1
			}
		}
	}
	return -1
}

func literalEnd(raw []byte, i int, literal string) int {
	if end := i + len(literal); end <= len(raw) && string(raw[i:end]) == literal {
		return end
	}
	return -1
}

func numberEnd(raw []byte, i int) int {
	digits := func(i int) int {
		start := i
		for i < len(raw) && raw[i] >= '0' && raw[i] <= '9' {
			i++
		}
		if i == start {
			return -1
		}
		return i
	}
	if i < len(raw) && raw[i] == '-' {
		i++
	}
	if i < len(raw) && raw[i] == '0' {
		i++
	} else if i = digits(i); i < 0 {
		return -1
	}
	if i < len(raw) && raw[i] == '.' {
		if i = digits(i + 1); i < 0 {
			return -1
		}
	}
	if i < len(raw) && (raw[i] == 'e' || raw[i] == 'E') {
		i++
		if i < len(raw) && (raw[i] == '+' || raw[i] == '-') {
			i++
		}
		return digits(i)
	}
	return i
}

// members ranges over the members of a valid object: the name as it stands
// between the quotes, and the value.
func members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		i := space(object, space(object, 0)+1)
		for object[i] == '"' {
			end := stringEnd(object, i)
			name := object[i+1 : end-1]
			i = space(object, space(object, end)+1)
			end = valueEnd(object, i, 0)
			if !yield(name, object[i:end]) {
				return
			}
			i = space(object, space(object, end)+1) // past the comma or the end
			if i >= len(object) {
				return
			}
		}
	}
}

// elements ranges over the elements of a valid array.
func elements(array []byte) iter.Seq[[]byte] {
	return func(yield func(value []byte) bool) {
		i := space(array, space(array, 0)+1)
		for i < len(array) && array[i] != ']' {
			end := valueEnd(array, i, 0)
			if !yield(array[i:end]) {
				return
			}
			i = space(array, space(array, end)+1)
		}
	}
}

// A token is a piece of valid JSON: a string, a number, a literal or one of
// the structural characters.
type token struct {
	raw []byte // strings with their quotes
	key bool   // the name of a member
}

// tokens ranges over the tokens of valid JSON.
func tokens(raw []byte) iter.Seq[token] {
	return func(yield func(token) bool) {
		for i := space(raw, 0); i < len(raw); i = space(raw, i) {
			start := i
			var t token
			switch raw[i] {
			case '"':
				i = stringEnd(raw, i)
				after := space(raw, i)
				t.key = after < len(raw) && raw[after] == ':'
			case '{', '}', '[', ']', ':', ',':
				i++
			default:
				i = valueEnd(raw, i, 0)
			}
			t.raw = raw[start:i]
			if !yield(t) {
				return
			}
		}
	}
}

// A text is a token and whether it may be cut: the values of members, unless
// the schemas tell them apart by it.
type text struct {
	raw      []byte
	cuttable bool
}

// texts ranges over the tokens of valid JSON.
func texts(raw []byte) iter.Seq[text] {
	return func(yield func(text) bool) {
		fixed := false
		for t := range tokens(raw) {
			if !yield(text{raw: t.raw, cuttable: t.raw[0] == '"' && !t.key && !fixed}) {
				return
			}
			switch {
			case t.key:
				fixed = string(t.raw) == `"type"`
			case t.raw[0] != ':':
				fixed = false
			}
		}
	}
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
