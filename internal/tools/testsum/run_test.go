package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunRealModules runs the go command on small modules, so that a change in
// what it prints is noticed.
func TestRunRealModules(t *testing.T) {
	if testing.Short() {
		t.Skip("builds test binaries")
	}
	root := t.TempDir()
	writeModule(t, filepath.Join(root, "good"), map[string]string{
		"good_test.go": `package good
import "testing"
func TestA(t *testing.T) { t.Run("x", func(t *testing.T) {}); t.Run("y", func(t *testing.T) {}) }
func TestSkipped(t *testing.T) { t.Skip("shared test data not found: LLMOTEL_DATA") }
`,
		"empty/empty.go": "package empty\n",
	})
	writeModule(t, filepath.Join(root, "bad"), map[string]string{
		"bad_test.go": `package bad
import "testing"
func TestA(t *testing.T) { t.Error("broken on purpose") }
func TestPanic(t *testing.T) { panic("thrown on purpose") }
`,
		"nobuild/x.go":      "package nobuild\nfunc F() int { return undefinedName }\n",
		"nobuild/x_test.go": "package nobuild\nimport \"testing\"\nfunc TestF(t *testing.T) { F() }\n",
		"novet/x_test.go":   "package novet\nimport \"testing\"\nfunc TestF(t *testing.T) { t.Logf(\"%d\", \"text\") }\n",
	})
	writeModule(t, filepath.Join(root, "broken"), map[string]string{"go.mod": "module broken\n\nnonsense\n"})

	tests := map[string]struct {
		args     []string
		code     int
		last     string
		contains []string
	}{
		"a good module passes": {
			args: []string{"good"}, last: "2 passed, 0 failed, 1 skipped",
			contains: []string{"skip TestSkipped: shared test data not found: LLMOTEL_DATA"},
		},
		"flags reach go test": {
			args: []string{"good", "--", "-run=TestA/x"}, last: "1 passed, 0 failed",
		},
		"tests by a part of their name, where there are some": {
			args: []string{"-named=Skip", "good", "bad"}, last: "0 passed, 0 failed, 1 skipped", code: 0,
			contains: []string{"== module good"},
		},
		"a forbidden skip fails": {
			args: []string{"-fail-on-skip-matching=shared.test.data", "good"}, code: 1, last: "2 passed, 1 failed",
		},
		"test, panic, build and vet failures are counted": {
			args: []string{"good", "bad"}, code: 1, last: "2 passed, 4 failed, 1 skipped",
			contains: []string{"broken on purpose", "thrown on purpose", "undefinedName", "wrong type string"},
		},
		"a module that go refuses is a failure": {
			args: []string{"good", "broken"}, code: 1, last: "2 passed, 1 failed, 1 skipped",
		},
		"a missing directory is a failure": {
			args: []string{"good", "absent"}, code: 1, last: "2 passed, 1 failed, 1 skipped",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Chdir(root)
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), tt.args, &stdout, &stderr)
			out := stdout.String()
			if code != tt.code {
				t.Errorf("exit status %d, want %d", code, tt.code)
			}
			if !strings.HasSuffix(out, "\n"+tt.last+"\n") {
				t.Errorf("output does not end with %q", tt.last)
			}
			for _, s := range tt.contains {
				if !strings.Contains(out, s) {
					t.Errorf("output lacks %q", s)
				}
			}
			if t.Failed() {
				t.Logf("stdout:\n%s\nstderr:\n%s", out, stderr.String())
			}
		})
	}
}

func TestParseArgsRefuses(t *testing.T) {
	tests := map[string][]string{
		"no module":    {"-v"},
		"a bad regexp": {"-fail-on-skip-matching=(", "."},
		"unknown flag": {"-nonsense", "."},
		"a package":    {"-named=Test", ".", "--", "./x"},
		"bad -C":       {"-C", filepath.Join(t.TempDir(), "absent"), "."},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), args, &stdout, &stderr); code != 2 {
				t.Errorf("exit status %d, want 2", code)
			}
			if stderr.Len() == 0 {
				t.Error("no message")
			}
		})
	}
}

func writeModule(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if _, ok := files["go.mod"]; !ok {
		files["go.mod"] = "module example.test/" + filepath.Base(dir) + "\n\ngo 1.26.0\n"
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
