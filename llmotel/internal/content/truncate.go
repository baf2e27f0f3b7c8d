package content

import (
	"bytes"
	"slices"
	"sync"
)

// Truncate returns doc, which must be a document of an Encoder, in at most
// limit bytes: valid JSON in the form of the same schema. A document that fits
// is returned itself. The result is nil if limit is less than 2.
//
// The longest texts are shortened to one common length first, with a marker
// behind. If that would leave next to nothing of each, messages (or parts, or
// tools) are dropped: the newest stay, then the first, so that those in the
// middle go, the oldest of them first.
func Truncate(doc []byte, limit int) []byte {
	if len(doc) <= limit {
		return doc
	}
	return TruncateTo(nil, doc, limit)
}

// TruncateTo appends what Truncate returns. dst may end where doc begins: what is
// appended may overwrite doc.
func TruncateTo(dst, doc []byte, limit int) []byte {
	switch {
	case len(doc) <= limit:
		return append(dst, doc...)
	case limit < len("[]"):
		return dst
	case !isJSON(doc, "["):
		return append(dst, "[]"...)
	}
	t := truncations.Get().(*truncation) //nolint:forcetypeassert // there is nothing else in it
	t.floor = min(max(limit/32, len(marker)+2), 128)
	t.kept = t.list(t.kept[:0], doc, limit)
	if len(t.kept) <= limit {
		dst = append(dst, t.kept...)
	} else {
		dst = shorten(slices.Grow(dst, limit), t.kept, t.level(t.kept, limit))
	}
	t.free()
	return dst
}

// Cut returns a text that is no JSON in at most limit bytes, with a marker behind it
// if it was cut. A limit of less than the marker leaves the marker.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return string(wholeRunes([]byte(text[:max(limit-len(marker), 0)]))) + marker
}

// truncation decides what stays of a document.
type truncation struct {
	floor int // what a text keeps at least, with the marker

	// What it works with, whose memory is used again.
	kept []byte   // the document without what is dropped
	all  [][]byte // the elements of the lists being read, those within others last
	keep []bool   // which of them stay
	long []int    // the lengths of long texts
}

var truncations = sync.Pool{New: func() any { return new(truncation) }}

// free gives t back. The pool must not keep content longer than needed, nor much
// memory.
func (t *truncation) free() {
	const header, number = 24, 8 // bytes of a slice and of an int
	if cap(t.kept)+header*cap(t.all)+cap(t.keep)+number*cap(t.long) > maxPooled {
		return
	}
	clear(t.kept)
	clear(t.all[:cap(t.all)])
	truncations.Put(t)
}

// size is the length of valid JSON once its texts are cut to the floor.
func (t *truncation) size(raw []byte) int {
	n := 0
	for s := range texts(raw) {
		n += len(s.raw)
		if s.cuttable {
			n -= max(len(s.raw)-2-t.floor, 0)
		}
	}
	return n
}

// list appends an array with as many elements as fit within limit when cut to
// the floor.
func (t *truncation) list(dst, array []byte, limit int) []byte {
	begin := len(t.all)
	for element := range elements(array) {
		t.all, t.keep = append(t.all, element), append(t.keep, false)
	}
	all, keep := t.all[begin:], t.keep[begin:] // lists within come after them
	defer func() { t.all, t.keep = t.all[:begin], t.keep[:begin] }()
	room := limit - len("[]") + len(",") // one comma fewer than elements
	take := func(i int) bool {
		n := t.size(all[i]) + len(",")
		keep[i] = n <= room
		if keep[i] {
			room -= n
		}
		return keep[i]
	}
	newest := len(all) - 1
	if newest >= 0 && !take(newest) {
		if smaller := t.element(all[newest], room-len(",")); smaller != nil {
			all[newest] = smaller
			take(newest)
		}
	}
	if newest > 0 {
		take(0)
	}
	for i := newest - 1; i > 0; i-- {
		if !take(i) {
			break
		}
	}
	dst = append(dst, '[')
	open := len(dst)
	for i, element := range all {
		if keep[i] {
			if len(dst) > open {
				dst = append(dst, ',')
			}
			dst = append(dst, element...)
		}
	}
	return append(dst, ']')
}

// element returns an element of a list that fits within limit when cut to the
// floor: a message with fewer parts, a part with its structured values as text
// or left out. Nil if there is no such thing.
func (t *truncation) element(raw []byte, limit int) []byte {
	if raw[0] != '{' {
		return nil
	}
	var parts []byte
	out := []byte{'{'}
	for n, v := range members(raw) {
		name := string(n)
		switch {
		case name == "parts" && v[0] == '[':
			parts = v
			continue
		case v[0] != '{' && v[0] != '[':
		case name == "arguments" || name == "response":
			v = quote(nil, v)
		default:
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(append(out, '"'), n...), `":`...), v...)
	}
	if parts != nil {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, `"parts":`...)
		room := limit - t.size(out) - len("}")
		if room < len("[]") {
			return nil
		}
		out = t.list(out, parts, room)
	}
	out = append(out, '}')
	if t.size(out) > limit {
		return nil
	}
	return out
}

// level returns the length to which the texts of raw must be cut for it to fit
// within limit.
func (t *truncation) level(raw []byte, limit int) int {
	long := t.long[:0]
	for s := range texts(raw) {
		if n := len(s.raw) - 2; s.cuttable && n > t.floor {
			long = append(long, n)
		}
	}
	t.long = long
	slices.Sort(long)
	excess := len(raw) - limit
	// Lower the longest texts to the length of the next, until enough is gone.
	for count := 1; count <= len(long); count++ {
		i := len(long) - count
		next := t.floor
		if i > 0 {
			next = long[i-1]
		}
		if gain := (long[i] - next) * count; gain >= excess {
			return long[i] - (excess+count-1)/count
		}
		excess -= (long[i] - next) * count
	}
	return t.floor
}

// shorten appends valid JSON with its texts cut to at most level bytes.
func shorten(dst, raw []byte, level int) []byte {
	for s := range texts(raw) {
		if !s.cuttable || len(s.raw)-2 <= level {
			dst = append(dst, s.raw...)
			continue
		}
		dst = append(dst, s.raw[:1+fitting(s.raw[1:len(s.raw)-1], level-len(marker))]...)
		dst = append(dst, marker+`"`...)
	}
	return dst
}

// fitting returns how many bytes of an escaped text may stay, at most n, so
// that no rune, escape or surrogate pair is cut apart.
func fitting(s []byte, n int) int {
	end := 0
	for i := 0; i < len(s) && i <= n; {
		end = i
		switch {
		case s[i] != '\\':
			i++
			for i < len(s) && s[i]&0xc0 == 0x80 {
				i++
			}
		case s[i+1] != 'u':
			i += 2
		default:
			r, _ := hex4(s, i+2)
			i += 6
			if r >= 0xd800 && r < 0xdc00 && bytes.HasPrefix(s[i:], []byte(`\u`)) {
				i += 6
			}
		}
	}
	return end
}
