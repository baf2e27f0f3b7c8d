package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCheck runs the go command on a small module in this project's place: it
// has a contract that keeps the rules and one that breaks them.
func TestCheck(t *testing.T) {
	root := t.TempDir()
	write(t, root, "go.mod", "module github.com/llmotel/sdk\n\ngo 1.26.0\n")
	write(t, root, "providers/p.go", "package providers\n\nimport _ \"errors\"\n")
	write(t, root, "providers/p_test.go", "package providers_test\n\nimport _ \"github.com/llmotel/sdk/internal/x\"\n")
	write(t, root, "failover/f.go", "package failover\n\nimport _ \"github.com/llmotel/sdk/providers\"\n")
	write(t, root, "internal/x/x.go", "package x\n")
	golden := filepath.Join(root, "internal", "tools", "depcheck", "testdata", "golden")

	steps := []struct {
		name    string
		prepare func()
		rewrite bool
		want    []string // start of each message
	}{
		{
			name: "no golden files yet",
			want: []string{"go.mod.root.txt:", "pkg.failover.txt:", "pkg.providers.txt:"},
		},
		{name: "they are written", rewrite: true},
		{name: "all is well"},
		{
			name: "Windows line ends are the same",
			prepare: func() {
				write(t, golden, "pkg.providers.txt", strings.ReplaceAll(read(t, golden, "pkg.providers.txt"), "\n", "\r\n"))
			},
		},
		{
			name:    "a package's golden file outlives it",
			prepare: func() { write(t, golden, "pkg.gone.txt", "# x\n") },
			want:    []string{"pkg.gone.txt: its package or module is gone"},
		},
		{name: "it is removed", rewrite: true},
		{
			name: "a new dependency that the rules forbid",
			prepare: func() {
				write(t, root, "providers/q.go", "package providers\n\nimport _ \"github.com/llmotel/sdk/internal/x\"\n")
			},
			want: []string{
				"github.com/llmotel/sdk/providers must not import github.com/llmotel/sdk/internal/x",
				"pkg.failover.txt:\n    + github.com/llmotel/sdk/internal/x",
				"pkg.providers.txt:\n    + github.com/llmotel/sdk/internal/x",
			},
		},
		{
			name: "rewriting does not forgive it", rewrite: true,
			want: []string{"github.com/llmotel/sdk/providers must not import github.com/llmotel/sdk/internal/x"},
		},
	}
	for _, step := range steps {
		if step.prepare != nil {
			step.prepare()
		}
		found, err := check(t.Context(), root, []string{"."}, step.rewrite)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if !slices.EqualFunc(found, step.want, strings.HasPrefix) {
			t.Errorf("%s: found %q, want %q", step.name, found, step.want)
		}
	}

	want := "# What github.com/llmotel/sdk/failover brings along: this project's packages, others' modules.\n" +
		"github.com/llmotel/sdk/internal/x\ngithub.com/llmotel/sdk/providers\n"
	if got := read(t, golden, "pkg.failover.txt"); got != want {
		t.Errorf("golden file is %q, want %q", got, want)
	}
}

func TestCheckReportsBrokenModule(t *testing.T) {
	root := t.TempDir()
	write(t, root, "go.mod", "module github.com/llmotel/sdk\n\nnonsense\n")
	if _, err := check(t.Context(), root, []string{"."}, false); err == nil {
		t.Error("no error")
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
