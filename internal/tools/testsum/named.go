package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// packagesWith returns the packages of the module in dir, as patterns for go
// test, that have a test whose name contains name.
func packagesWith(dir, name string) ([]string, error) {
	declared := regexp.MustCompile(`(?m)^func Test\w*` + regexp.QuoteMeta(name) + `\w*\(`)
	var packages []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipsDirectory(dir, path)
		}
		pattern := "./" + filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(filepath.Dir(path), dir), string(filepath.Separator)))
		if !strings.HasSuffix(path, "_test.go") || slices.Contains(packages, pattern) {
			return nil
		}
		text, err := os.ReadFile(path) //nolint:gosec // a file of the module
		if err == nil && declared.Match(text) {
			packages = append(packages, pattern)
		}
		return err
	})
	return packages, err
}

// skipsDirectory leaves out what go test ./... does: nested modules and
// folders that the go command does not look at.
func skipsDirectory(dir, path string) error {
	if path == dir {
		return nil
	}
	if base := filepath.Base(path); base == "testdata" || base[0] == '.' || base[0] == '_' {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}
