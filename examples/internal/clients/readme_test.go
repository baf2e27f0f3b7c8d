package clients_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme holds the README's section to what compiles here.
func TestReadme(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "\n### Instrument your own client\n")
	if !found {
		t.Fatal("the README has no such section")
	}
	section, _, _ = strings.Cut(section, "\n### ")
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(section, -1)
	if len(blocks) < 6 {
		t.Fatalf("%d blocks of code", len(blocks))
	}
	indent := regexp.MustCompile(`(?m)^(.)`)
	compiled := regexp.MustCompile(` //nolint:.*`).ReplaceAllString(code.String(), "")
	for _, b := range blocks {
		if !strings.Contains(compiled, indent.ReplaceAllString(b[1], "\t$1")) {
			t.Errorf("not among the examples here:\n%s", b[1])
		}
	}
}
