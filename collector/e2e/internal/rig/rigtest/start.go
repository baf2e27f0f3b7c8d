// Package rigtest runs the pipeline's programs for the time of a test.
package rigtest

import (
	"testing"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
)

// Start runs a program until the test's end, and logs its last lines if the test has failed.
func Start(t *testing.T, spec rig.Spec) *rig.Process {
	t.Helper()
	process, err := rig.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := process.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("last lines of %s:\n%s", spec.Name, process.Tail(10))
		}
	})
	return process
}
