package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// goldens returns the wanted content of the golden files of a module, by file
// name.
func goldens(m *module) map[string]string {
	files := map[string]string{}
	files[goldenName("go.mod", m.path)] = goldenText(
		fmt.Sprintf("Modules that %s requires.", m.path), m.requires)
	for _, p := range m.packages {
		if !p.public() {
			continue
		}
		own, others := m.needs(p)
		files[goldenName("pkg", p.ImportPath)] = goldenText(
			fmt.Sprintf("What %s brings along: this project's packages, others' modules.", p.ImportPath), own, others)
	}
	return files
}

// goldenName is kind and the path below home, as in "pkg.llmotel_stats.txt".
func goldenName(kind, path string) string {
	rel := strings.TrimPrefix(strings.TrimPrefix(path, home), "/")
	if rel == "" {
		rel = "root"
	}
	return kind + "." + strings.ReplaceAll(rel, "/", "_") + ".txt"
}

func goldenText(title string, lists ...[]string) string {
	var b strings.Builder
	b.WriteString("# " + title + "\n")
	for _, list := range lists {
		for _, line := range list {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// compare returns one message a golden file that differs from want, is missing,
// or stands for a package that is gone.
func compare(dir string, want map[string]string) ([]string, error) {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		have, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		// A checkout on Windows may have turned line ends.
		text := strings.ReplaceAll(string(have), "\r\n", "\n")
		if text != want[name] {
			found = append(found, name+":"+difference(text, want[name]))
		}
	}
	stale, err := staleFiles(dir, want)
	for _, name := range stale {
		found = append(found, name+": its package or module is gone")
	}
	return found, err
}

// update writes want to dir and removes what else is there.
func update(dir string, want map[string]string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range want {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	stale, err := staleFiles(dir, want)
	for _, name := range stale {
		err = errors.Join(err, os.Remove(filepath.Join(dir, name)))
	}
	return err
}

func staleFiles(dir string, want map[string]string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	var stale []string
	for _, path := range paths {
		if _, ok := want[filepath.Base(path)]; !ok {
			stale = append(stale, filepath.Base(path))
		}
	}
	return stale, err
}

// difference lists the lines that only one of two texts has.
func difference(have, want string) string {
	h, w := strings.Split(have, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	for _, line := range h {
		if !slices.Contains(w, line) {
			b.WriteString("\n    - " + line)
		}
	}
	for _, line := range w {
		if !slices.Contains(h, line) {
			b.WriteString("\n    + " + line)
		}
	}
	if b.Len() == 0 {
		return "\n    same lines in another order"
	}
	return b.String()
}
