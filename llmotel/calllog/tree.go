package calllog

import (
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"
)

// treeKind makes the values of one kind of tree.
type treeKind[T any] interface {
	text(name, s string) T
	bool(name string, v bool) T
	null(name string) T
	int(name string, n int64) T
	float(name string, f float64) T
	time(name string, t time.Time) T
	object(name string, members []T) T
	// list is of objects, or of strings, which are members without a name.
	list(name string, elements [][]T, texts []string) T
}

// tree builds attributes of kind T from fields.
type tree[T any] struct {
	kind     treeKind[T]
	open     [][]T // the objects that are open, outermost first
	names    []string
	elements [][]T
	texts    []string
}

func (t *tree[T]) add(v T) {
	last := len(t.open) - 1
	t.open[last] = append(t.open[last], v)
}

func (t *tree[T]) text(name, s string)            { t.add(t.kind.text(name, clip(s))) }
func (t *tree[T]) bool(name string, v bool)       { t.add(t.kind.bool(name, v)) }
func (t *tree[T]) null(name string)               { t.add(t.kind.null(name)) }
func (t *tree[T]) int(name string, n int64)       { t.add(t.kind.int(name, n)) }
func (t *tree[T]) float(name string, f float64)   { t.add(t.kind.float(name, f)) }
func (t *tree[T]) hex(name string, id []byte)     { t.add(t.kind.text(name, hex.EncodeToString(id))) }
func (t *tree[T]) time(name string, at time.Time) { t.add(t.kind.time(name, instant(at))) }
func (t *tree[T]) item(s string)                  { t.texts = append(t.texts, clip(s)) }
func (t *tree[T]) decimal(name string, n int64, digits int) {
	scale := 1.0
	for range digits {
		scale *= 10
	}
	t.float(name, float64(n)/scale)
}

func (t *tree[T]) begin(name string) {
	t.names = append(t.names, name)
	t.open = append(t.open, nil)
}

func (t *tree[T]) end() {
	last := len(t.open) - 1
	members, name := t.open[last], t.names[len(t.names)-1]
	t.open, t.names = t.open[:last], t.names[:len(t.names)-1]
	if name == "" {
		t.elements = append(t.elements, members)
		return
	}
	t.add(t.kind.object(name, members))
}

func (t *tree[T]) beginList(name string) {
	t.names = append(t.names, name)
	t.elements, t.texts = nil, nil
}

func (t *tree[T]) endList() {
	name := t.names[len(t.names)-1]
	t.names = t.names[:len(t.names)-1]
	t.add(t.kind.list(name, t.elements, t.texts))
}

// clip makes of a string what a line would hold: valid UTF-8 of bounded length.
func clip(s string) string {
	if len(s) > maxString {
		s = cut(s) + "…"
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	return s
}
