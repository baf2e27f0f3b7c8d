package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a file may measure. A chain of a hundred targets has some 50 KB.
const (
	maxSize  = 256 << 10
	maxDepth = 32
)

// node is a JSON value with its place in the file.
type node struct {
	path   string
	offset int // of its first byte
	end    int // after its last

	value  any // string, json.Number, bool, nil; empty for the two below
	object bool
	array  bool
	fields []field
	elems  []*node
}

type field struct {
	name   string
	offset int
	value  *node
}

// kind names what a node is.
func (n *node) kind() string {
	switch n.value.(type) {
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case bool:
		return "a boolean"
	}
	switch {
	case n.object:
		return "an object"
	case n.array:
		return "an array"
	}
	return "null"
}

// reader makes a tree of nodes. encoding/json would take fields in any case,
// twice, and unknown ones without their path.
type reader struct {
	file string
	data []byte
	dec  *json.Decoder
	errs []*Error
}

// read returns the tree, or nil if the data is no JSON.
func (r *reader) read() *node {
	switch {
	case len(r.data) > maxSize:
		r.fail("", -1, fmt.Sprintf("%d bytes; at most %d make sense", len(r.data), maxSize))
		return nil
	case len(bytes.TrimSpace(r.data)) == 0:
		r.fail("", -1, "empty; the smallest configuration is {\"targets\": [{\"provider\": {\"type\": ...}}]}")
		return nil
	case bytes.HasPrefix(r.data, []byte("\xef\xbb\xbf")):
		r.fail("", 0, "begins with a byte order mark; JSON has none")
		return nil
	case !utf8.Valid(r.data):
		r.fail("", validTo(r.data), "no UTF-8")
		return nil
	}
	var whole json.RawMessage
	if err := json.Unmarshal(r.data, &whole); err != nil {
		at := len(r.data)
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = int(syntax.Offset) - 1
		}
		r.fail("", at, "no JSON: "+explain(err, r.data[max(0, min(at, len(r.data))):]))
		return nil
	}
	r.dec = json.NewDecoder(bytes.NewReader(r.data))
	r.dec.UseNumber()
	n, err := r.next("", 0)
	if err != nil {
		r.fail("", int(r.dec.InputOffset()), "no JSON: "+err.Error())
		return nil
	}
	return n
}

// explain adds what is usually behind a syntax error.
func explain(err error, rest []byte) string {
	s := err.Error()
	switch {
	case bytes.HasPrefix(rest, []byte("/")) || bytes.HasPrefix(rest, []byte("#")):
		return s + " (JSON has no comments)"
	case (bytes.HasPrefix(rest, []byte("}")) || bytes.HasPrefix(rest, []byte("]"))) && strings.Contains(s, "looking for beginning"):
		return s + " (a comma too many before it?)"
	case strings.Contains(s, "after top-level value"):
		return s + " (one object is all that a file holds)"
	}
	return s
}

func (r *reader) next(path string, depth int) (*node, error) {
	offset := r.skip()
	tok, err := r.dec.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	n := &node{path: path, offset: offset}
	delim, isDelim := tok.(json.Delim)
	switch {
	case !isDelim:
		n.value = tok
	case depth >= maxDepth:
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	case delim == '{':
		n.object = true
		err = r.object(n, depth)
	default:
		n.array = true
		err = r.array(n, depth)
	}
	n.end = int(r.dec.InputOffset())
	return n, err
}

func (r *reader) object(n *node, depth int) error {
	seen := map[string]int{}
	for r.dec.More() {
		offset := r.skip()
		tok, err := r.dec.Token()
		if err != nil {
			return err
		}
		name, _ := tok.(string)
		value, err := r.next(member(n.path, name), depth+1)
		if err != nil {
			return err
		}
		if first, twice := seen[name]; twice {
			line, _ := place(r.data, first)
			r.fail(value.path, offset, fmt.Sprintf("given twice, first in line %d", line))
			continue
		}
		seen[name] = offset
		n.fields = append(n.fields, field{name, offset, value})
	}
	_, err := r.dec.Token()
	return err
}

func (r *reader) array(n *node, depth int) error {
	for r.dec.More() {
		elem, err := r.next(n.path+"["+strconv.Itoa(len(n.elems))+"]", depth+1)
		if err != nil {
			return err
		}
		n.elems = append(n.elems, elem)
	}
	_, err := r.dec.Token()
	return err
}

// skip returns where the next token begins.
func (r *reader) skip() int {
	at := int(r.dec.InputOffset())
	for at < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[at]) >= 0 {
		at++
	}
	return at
}

func (r *reader) fail(path string, offset int, reason string) {
	e := &Error{File: r.file, Path: path, Reason: reason}
	if offset >= 0 {
		e.Line, e.Column = place(r.data, offset)
	}
	r.errs = append(r.errs, e)
}

// member is the path of a field. A name that is too long for one is not shown.
func member(path, name string) string {
	if len(name) > longest {
		return path + `["..."]`
	}
	if !plain(name) {
		return path + "[" + strconv.Quote(name) + "]"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// plain tells whether a name reads well in a path.
func plain(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c != '_' && c != '$' && c != '-' && !digit(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return name != ""
}

// place is a byte's line and column, from 1. Columns count characters.
func place(data []byte, offset int) (line, column int) {
	before := data[:max(0, min(offset, len(data)))]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

func validTo(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}
