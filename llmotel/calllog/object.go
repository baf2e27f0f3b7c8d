package calllog

import (
	"encoding/hex"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/llmotel/sdk/llmotel"
)

// object is JSON under construction. Names are plain ASCII constants.
type object []byte

var _ fields = (*object)(nil)

// line appends the record as one line.
func (o *object) line(r *llmotel.Record, weight float64) {
	*o = append(*o, '{')
	writer{o}.record(r, weight)
	*o = append(*o, '}', '\n')
}

func (o *object) begin(name string) {
	if name == "" {
		o.comma()
	} else {
		o.key(name)
	}
	*o = append(*o, '{')
}

func (o *object) end() { *o = append(*o, '}') }

func (o *object) beginList(name string) {
	o.key(name)
	*o = append(*o, '[')
}

func (o *object) endList() { *o = append(*o, ']') }

func (o *object) comma() {
	switch (*o)[len(*o)-1] {
	case '{', '[', ':':
	default:
		*o = append(*o, ',')
	}
}

func (o *object) key(name string) {
	o.comma()
	b := *o
	b = append(b, '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	*o = b
}

func (o *object) text(name, s string) {
	o.key(name)
	*o = appendString(*o, s)
}

func (o *object) item(s string) {
	o.comma()
	*o = appendString(*o, s)
}

func (o *object) bool(name string, v bool) {
	o.key(name)
	*o = strconv.AppendBool(*o, v)
}

func (o *object) null(name string) {
	o.key(name)
	*o = append(*o, "null"...)
}

func (o *object) int(name string, n int64) {
	o.key(name)
	*o = strconv.AppendInt(*o, n, 10)
}

// float writes a finite number.
func (o *object) float(name string, f float64) {
	o.key(name)
	*o = strconv.AppendFloat(*o, f, 'g', -1, 64)
}

func (o *object) hex(name string, id []byte) {
	o.key(name)
	*o = append(*o, '"')
	*o = hex.AppendEncode(*o, id)
	*o = append(*o, '"')
}

func (o *object) time(name string, t time.Time) {
	o.key(name)
	*o = append(*o, '"')
	*o = instant(t).AppendFormat(*o, time.RFC3339Nano)
	*o = append(*o, '"')
}

// instant is in UTC; a year that RFC 3339 cannot hold becomes year 1.
func instant(t time.Time) time.Time {
	t = t.UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return time.Time{}
	}
	return t
}

// decimal writes n * 10^-digits exactly, without trailing zeros.
func (o *object) decimal(name string, n int64, digits int) {
	o.key(name)
	u := uint64(n) //nolint:gosec // negated below if n is negative
	if n < 0 {
		*o = append(*o, '-')
		u = -u
	}
	scale := uint64(1)
	for range digits {
		scale *= 10
	}
	b := strconv.AppendUint(*o, u/scale, 10)
	if rest := u % scale; rest > 0 {
		b = append(b, '.')
		for rest > 0 {
			scale /= 10
			b = append(b, hexDigits[rest/scale])
			rest %= scale
		}
	}
	*o = b
}

// maxString bounds a string, in bytes; what is longer ends in "…".
const maxString = 1024

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. What is not UTF-8 becomes U+FFFD,
// as in encoding/json.
func appendString(b []byte, s string) []byte {
	if len(s) <= maxString && isPlain(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	return appendEscapedString(b, s)
}

// plain are the bytes that stand for themselves: printable ASCII but for the
// quote and the backslash.
var plain = func() (t [256]bool) {
	for c := byte(' '); c < 0x7f; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

func isPlain(s string) bool {
	for i := range len(s) {
		if !plain[s[i]] {
			return false
		}
	}
	return true
}

func appendEscapedString(b []byte, s string) []byte {
	long := len(s) > maxString
	if long {
		s = cut(s)
	}
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if plain[c] {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendEscaped(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(b, s[start:i]...)
			b = append(b, `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029': // line ends to some readers
			b = append(b, s[start:i]...)
			b = append(b, `\u202`...)
			b = append(b, hexDigits[r&0xf])
			start = i + size
		}
		i += size
	}
	b = append(b, s[start:]...)
	if long {
		b = append(b, "…"...)
	}
	return append(b, '"')
}

// cut shortens a string to maxString, not within a character.
func cut(s string) string {
	s = s[:maxString]
	for i := 0; i < utf8.UTFMax && s != ""; i++ {
		if r, size := utf8.DecodeLastRuneInString(s); r != utf8.RuneError || size != 1 {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
