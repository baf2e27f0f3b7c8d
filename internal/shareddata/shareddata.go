// Package shareddata finds test data of other projects (recorded provider
// traffic, price lists, the conventions' model) that is not part of this
// repository.
package shareddata

import (
	"os"
	"path/filepath"
	"testing"
)

// Missing is how the reason of a skipped test begins when the data is absent;
// the continuous integration run turns such skips into failures.
const Missing = "shared test data not found"

// Path returns the path of a file or folder of the shared test data. The data
// is looked for in the folder named by LLMOTEL_DATA, by default ../shared/data
// beside the repository. Where it is absent the test is skipped.
func Path(tb testing.TB, elem ...string) string {
	tb.Helper()
	dir := os.Getenv("LLMOTEL_DATA")
	if dir == "" {
		dir = filepath.Join(root(tb), "..", "shared", "data")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("%s: %v (set LLMOTEL_DATA to the folder that holds it)", Missing, err)
	}
	return path
}

// root returns the repository's root: the nearest folder above the test's
// that holds go.work.
func root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			tb.Skipf("%s: no go.work above the test's folder (set LLMOTEL_DATA)", Missing)
		}
		dir = parent
	}
}
