// Package expect checks what the examples print.
package expect

import (
	"regexp"
	"testing"
)

// InOrder fails the test unless each pattern matches after the one before it.
func InOrder(t testing.TB, out string, patterns ...string) {
	t.Helper()
	rest := out
	for _, p := range patterns {
		loc := regexp.MustCompile(p).FindStringIndex(rest)
		if loc == nil {
			t.Fatalf("%q is missing, or not in its place, in\n%s", p, out)
		}
		rest = rest[loc[1]:]
	}
}
