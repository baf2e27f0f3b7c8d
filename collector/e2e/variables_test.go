package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestVariablesAreDocumented: what the configurations read is in docs/pipeline.md, and what stands there is read.
func TestVariablesAreDocumented(t *testing.T) {
	patterns := documentedVariables(t)
	files, err := filepath.Glob("../*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	scale, err := filepath.Glob("../scale/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range append(files, scale...) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\$\{env:(\w+)`).FindAllStringSubmatch(string(content), -1) {
			matched := false
			for _, pattern := range patterns {
				if ok, err := filepath.Match(pattern, m[1]); err == nil && ok {
					matched, used[pattern] = true, true
				}
			}
			if !matched {
				t.Errorf("%s: nothing says what %s is", file, m[1])
			}
		}
	}
	for _, pattern := range patterns {
		if !used[pattern] {
			t.Errorf("nothing reads %s", pattern)
		}
	}
	if len(patterns) < 40 {
		t.Errorf("the table has %d variables: %v", len(patterns), patterns)
	}
}

// documentedVariables are the first column of the table, in which A_{B,C}_D are two, `A_B`, `_C` are A_B and A_C, and a star
// is any end.
func documentedVariables(t *testing.T) (patterns []string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(repository, "docs", "pipeline.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "Variables, with the default of a native run:\n\n")
	if !found {
		t.Fatal("docs/pipeline.md has no table of variables")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	for line := range strings.Lines(table) {
		previous := ""
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.Split(line, "|")[1], -1) {
			name := m[1]
			if strings.HasPrefix(name, "_") {
				name = previous[:strings.LastIndex(previous, "_")] + name
			}
			previous = name
			before, rest, several := strings.Cut(name, "{")
			middle, after, _ := strings.Cut(rest, "}")
			if !several {
				middle = ""
			}
			for part := range strings.SplitSeq(middle, ",") {
				patterns = append(patterns, before+part+after)
			}
		}
	}
	return patterns
}
