package calllog

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// parser reads lines as this package writes them, many times faster than
// encoding/json. What it does not understand at once it leaves to that: all its
// methods return false then, and nothing that they set counts. Names and other
// strings that repeat from line to line are kept once.
type parser struct {
	b    []byte
	i    int
	kept map[string]string
}

// maxKeptStrings and maxKeptString bound the strings that are kept.
const (
	maxKeptStrings = 4096
	maxKeptString  = 64
)

func (p *parser) entry(line []byte, e *Entry) bool {
	*e = Entry{}
	p.b, p.i = line, 0
	if !p.object(func(key []byte) bool { return p.entryField(key, e) }) {
		return false
	}
	p.space()
	return p.i == len(p.b)
}

// object reads an object, whose members' values field reads.
func (p *parser) object(field func(key []byte) bool) bool {
	if !p.next('{') {
		return false
	}
	if p.next('}') {
		return true
	}
	for {
		key, ok := p.quoted()
		if !ok || !p.next(':') || !field(key) {
			return false
		}
		if p.next('}') {
			return true
		}
		if !p.next(',') {
			return false
		}
	}
}

// list reads a list, whose elements element reads.
func (p *parser) list(element func() bool) bool {
	if !p.next('[') {
		return false
	}
	if p.next(']') {
		return true
	}
	for element() {
		if p.next(']') {
			return true
		}
		if !p.next(',') {
			return false
		}
	}
	return false
}

func (p *parser) space() {
	for p.i < len(p.b) && (p.b[p.i] == ' ' || p.b[p.i] == '\t' || p.b[p.i] == '\n' || p.b[p.i] == '\r') {
		p.i++
	}
}

// next passes over a byte between values.
func (p *parser) next(c byte) bool {
	p.space()
	if p.i < len(p.b) && p.b[p.i] == c {
		p.i++
		return true
	}
	return false
}

// quoted reads a string of bytes that stand for themselves.
func (p *parser) quoted() ([]byte, bool) {
	if !p.next('"') {
		return nil, false
	}
	start := p.i
	for p.i < len(p.b) && plain[p.b[p.i]] {
		p.i++
	}
	if p.i == len(p.b) || p.b[p.i] != '"' {
		return nil, false
	}
	p.i++
	return p.b[start : p.i-1], true
}

// text reads any string.
func (p *parser) text(to *string) bool {
	p.space()
	start := p.i
	s, ok := p.quoted()
	if !ok {
		if s, ok = p.escaped(start); !ok {
			return false
		}
	}
	*to = p.keep(s)
	return true
}

// once reads a string that no other line is likely to have.
func (p *parser) once(to *string) bool {
	s, ok := p.quoted()
	*to = string(s)
	return ok
}

// escaped reads the string that begins at start with encoding/json.
func (p *parser) escaped(start int) ([]byte, bool) {
	if start >= len(p.b) || p.b[start] != '"' {
		return nil, false
	}
	for p.i = start + 1; p.i < len(p.b) && p.b[p.i] != '"'; p.i++ {
		if p.b[p.i] == '\\' {
			p.i++
		}
	}
	if p.i >= len(p.b) {
		return nil, false
	}
	p.i++
	var s string
	err := json.Unmarshal(p.b[start:p.i], &s)
	return []byte(s), err == nil
}

func (p *parser) keep(s []byte) string {
	if len(s) > maxKeptString {
		return string(s)
	}
	if kept, ok := p.kept[string(s)]; ok {
		return kept
	}
	fresh := string(s)
	if p.kept == nil {
		p.kept = make(map[string]string)
	}
	if len(p.kept) < maxKeptStrings {
		p.kept[fresh] = fresh
	}
	return fresh
}

// number reads the literal of a number.
func (p *parser) number() []byte {
	p.space()
	start := p.i
	for p.i < len(p.b) && (p.b[p.i] >= '0' && p.b[p.i] <= '9' || bytes.IndexByte([]byte("+-.eE"), p.b[p.i]) >= 0) {
		p.i++
	}
	return p.b[start:p.i]
}

func (p *parser) int(to *int64) bool {
	s := p.number()
	if len(s) == 0 || len(s) > 18 || s[0] == '0' && len(s) > 1 || s[0] == '-' {
		return false
	}
	n := int64(0)
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
		n = 10*n + int64(c-'0')
	}
	*to = n
	return true
}

func (p *parser) count(to *int) bool {
	var n int64
	ok := p.int(&n)
	*to = int(n)
	return ok && int64(*to) == n
}

func (p *parser) tokens(to **int64) bool {
	n := new(int64)
	*to = n
	return p.int(n)
}

func (p *parser) float(to *float64) bool {
	s := p.number()
	// What ParseFloat takes and JSON does not: "+1", "01", ".5", "1.".
	digits := bytes.TrimPrefix(s, []byte("-"))
	if len(digits) == 0 || digits[0] < '0' || digits[0] > '9' || digits[0] == '0' && len(digits) > 1 && digits[1] != '.' ||
		bytes.Contains(digits, []byte(".")) && !decimals(digits) {
		return false
	}
	f, err := strconv.ParseFloat(string(s), 64)
	*to = f
	return err == nil
}

// decimals tells whether a digit follows the point.
func decimals(digits []byte) bool {
	i := bytes.IndexByte(digits, '.')
	return i+1 < len(digits) && digits[i+1] >= '0' && digits[i+1] <= '9'
}

// money reads a number or null.
func (p *parser) money(to **float64) bool {
	if p.word("null") {
		*to = nil
		return true
	}
	f := new(float64)
	*to = f
	return p.float(f)
}

func (p *parser) bool(to *bool) bool {
	*to = p.word("true")
	return *to || p.word("false")
}

func (p *parser) word(w string) bool {
	p.space()
	if len(p.b)-p.i < len(w) || string(p.b[p.i:p.i+len(w)]) != w {
		return false
	}
	p.i += len(w)
	return true
}

func (p *parser) time(to *time.Time) bool {
	p.space()
	start := p.i
	if _, ok := p.quoted(); !ok {
		return false
	}
	return to.UnmarshalJSON(p.b[start:p.i]) == nil
}
