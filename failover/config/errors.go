package config

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Error is one thing that is wrong with a configuration. [Load] and [Parse]
// join all of them, ordered by place; errors.As reaches the first, and [All]
// lists them.
type Error struct {
	// File is the file's name, as it was given.
	File string
	// Line and Column say where, from 1; 0 if there is no such place.
	Line, Column int
	// Path is the field, such as "targets[1].breaker.open_delay"; empty for
	// the whole file.
	Path string
	// Reason says what is wrong and what would be right. It holds no key, nor
	// anything else that may be secret.
	Reason string
	// Err is the cause, if there is one beside the file. Its text may hold
	// what Reason leaves out.
	Err error
}

// Error is "file:line:column: path: reason".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		b.WriteString(":" + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column))
	}
	if e.Path != "" {
		b.WriteString(": " + e.Path)
	}
	return b.String() + ": " + e.Reason
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// All lists what an error of this package consists of, in order.
func All(err error) []*Error {
	var out []*Error
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case nil:
	case *Error:
		out = append(out, e)
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			out = append(out, All(err)...)
		}
	case interface{ Unwrap() error }:
		out = All(e.Unwrap())
	}
	return out
}

// join orders errors as they stand in the file; those of one place by path.
func join(errs []*Error) error {
	slices.SortStableFunc(errs, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), comparePaths(a.Path, b.Path))
	})
	out := make([]error, len(errs))
	for i, e := range errs {
		out[i] = e
	}
	return errors.Join(out...)
}

// comparePaths puts targets[2] before targets[10].
func comparePaths(a, b string) int {
	for a != "" && b != "" {
		if digit(a[0]) && digit(b[0]) {
			x, y := number(a), number(b)
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[len(x):], b[len(y):]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func number(s string) string {
	i := 0
	for i < len(s) && digit(s[i]) {
		i++
	}
	return s[:i]
}
