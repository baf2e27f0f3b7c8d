package redact

import "unsafe"

// The masks.
const (
	email = "[EMAIL]"
	phone = "[PHONE]"
	card  = "[CARD]"
	iban  = "[IBAN]"
	ip    = "[IP]"
	key   = "[KEY]"
)

// Append appends text to dst, with personal data and credentials masked. It
// allocates only if dst lacks room. Masking what Append wrote changes nothing.
func Append(dst, text []byte) []byte {
	const most = 8 // passes, however the text is made
	base := len(dst)
	dst, found := pass(dst, text)
	for n := 1; found && n < most; n++ {
		// A mask is a boundary where there was none, so that, rarely, something
		// beside it shows now.
		if _, _, mask := next(dst[base:], 0); mask == "" {
			break
		}
		var again []byte
		again, found = pass(nil, dst[base:])
		dst = append(dst[:base], again...)
	}
	return dst
}

// Masked is Append, but for a text with nothing to mask, which it returns as it
// is.
func Masked(dst, text []byte) []byte {
	if _, _, mask := next(text, 0); mask == "" {
		return text
	}
	return Append(dst, text)
}

// String returns s with personal data and credentials masked: s itself if there
// is nothing to mask.
func String(s string) string {
	text := unsafe.Slice(unsafe.StringData(s), len(s)) //nolint:gosec // only read
	if _, _, mask := next(text, 0); mask == "" {
		return s
	}
	return string(Append(make([]byte, 0, len(s)+16), text))
}

func pass(dst, text []byte) (_ []byte, found bool) {
	done := 0
	for {
		start, end, mask := next(text, done)
		if mask == "" {
			return append(dst, text[done:]...), found
		}
		found = true
		dst = append(dst, text[done:start]...)
		dst = append(dst, mask...)
		done = end
	}
}

// next finds what is to be masked first at or behind from, which is the start
// of the text or the end of what was masked before. The mask is empty if there
// is nothing.
func next(t []byte, from int) (start, end int, mask string) {
	for i := from; i < len(t); {
		switch hooks[t[i]] { // of few cases, so that it becomes no table of jumps
		case none:
			i++
			continue
		case digit:
			if start, end, mask = number(t, from, i); mask == "" {
				i = end // skip what belongs together, such as a date
				continue
			}
		case at:
			start, end, mask = emailAt(t, from, i)
		case colons:
			start, end, mask = colon(t, from, i)
		case equals:
			start, end, mask = assignment(t, from, i)
		case joint:
			start, end, mask = prefixed(t, from, i)
		case initial:
			start, end, mask = capital(t, from, i)
		}
		if mask != "" {
			return start, end, mask
		}
		i++
	}
	return 0, 0, ""
}

// A hook is a byte that something to mask hangs on: each shape has one of them,
// if not at its start.
type hook uint8

const (
	none hook = iota
	digit
	at // and the % of %40, as in URLs
	colons
	equals
	joint   // of a prefix and a key
	initial // capitals, and the b of bearer
)

var hooks = func() (h [256]hook) {
	for c := range h {
		switch {
		case isDigit(byte(c)):
			h[c] = digit
		case isUpper(byte(c)):
			h[c] = initial
		}
	}
	h['@'], h['%'], h[':'], h['='] = at, at, colons, equals
	h['-'], h['_'], h['.'] = joint, joint, joint
	h['b'] = initial
	return h
}()

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isAlnum(c byte) bool { return isDigit(c) || isUpper(c) || isLower(c) }
func isAlpha(c byte) bool { return isUpper(c) || isLower(c) }
func isHex(c byte) bool   { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isWord(c byte) bool  { return isAlnum(c) || c == '_' }
func isToken(c byte) bool { return isWord(c) || c == '-' }

// starts reports whether a word can start at i.
func starts(t []byte, from, i int) bool { return i == from || !isWord(t[i-1]) }

// ends reports whether a word can end before i.
func ends(t []byte, i int) bool { return i >= len(t) || !isWord(t[i]) }

// gap returns the separator of digits at i and its width: spaces and dashes beyond
// ASCII, which language models like to write, as a space and a hyphen. c is 0 at the
// end of the text.
func gap(t []byte, i int) (c byte, width int) {
	switch {
	case i >= len(t):
		return 0, 0
	case t[i] < 0x80:
		return t[i], 1
	case has(t, i, "\u00a0"):
		return ' ', 2
	case has(t, i, "\u2212"): // minus
		return '-', 3
	case i+2 < len(t) && t[i] == 0xe2 && t[i+1] == 0x80:
		switch last := t[i+2]; {
		case last <= 0x8a, last == 0xaf: // U+2000 to U+200A, U+202F
			return ' ', 3
		case last >= 0x90 && last <= 0x93: // U+2010 to U+2013
			return '-', 3
		}
	}
	return t[i], 1
}

// run returns the end of the bytes from i on that are of a class.
func run(t []byte, i int, class func(byte) bool) int {
	for i < len(t) && class(t[i]) {
		i++
	}
	return i
}

// has reports whether t has s at i.
func has(t []byte, i int, s string) bool {
	return i >= 0 && i+len(s) <= len(t) && string(t[i:i+len(s)]) == s
}

// hasFold is has for s in lower case, whatever the case in t.
func hasFold(t []byte, i int, s string) bool {
	if i < 0 || i+len(s) > len(t) {
		return false
	}
	for k := range len(s) {
		if c := t[i+k]; c != s[k] && (!isUpper(c) || c|0x20 != s[k]) {
			return false
		}
	}
	return true
}
