package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestPackagesWith(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                   "module m\n",
		"a_test.go":                "package m\n\nfunc TestRoomyGates(t *testing.T) {}\n",
		"b/b_test.go":              "package b\n\nfunc TestOther(t *testing.T) {}\n\n// TestGates is elsewhere\n",
		"b/c/one_test.go":          "package c\n\nfunc TestGates(t *testing.T) {}\n",
		"b/c/two_test.go":          "package c\n\nfunc TestGatesToo(t *testing.T) {}\n",
		"b/c/helper.go":            "package c\n\nfunc TestGatesOfNoTest() {}\n",
		"nested/go.mod":            "module n\n",
		"nested/n_test.go":         "package n\n\nfunc TestGates(t *testing.T) {}\n",
		"b/testdata/x/x_test.go":   "package x\n\nfunc TestGates(t *testing.T) {}\n",
		"_hidden/h_test.go":        "package h\n\nfunc TestGates(t *testing.T) {}\n",
		"d/deeper/still/s_test.go": "package still\n\nfunc helper() {}\n\nfunc TestMyGatesHold(t *testing.T) {}\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := packagesWith(dir, "Gates")
	if want := []string{"./", "./b/c", "./d/deeper/still"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	if got, err := packagesWith(dir, "Nobody"); err != nil || len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := packagesWith(filepath.Join(dir, "nowhere"), "Gates"); err == nil {
		t.Error("no error for a folder that is not there")
	}
}
