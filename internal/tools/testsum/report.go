package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// reporter prints what happens, in the order in which it happens.
type reporter struct {
	w       io.Writer
	verbose bool
}

func (r *reporter) module(dir string) { fmt.Fprintf(r.w, "== module %s\n", dir) }

func (r *reporter) moduleFailed(dir string, err error) {
	fmt.Fprintf(r.w, "FAIL  module %s: %v\n", dir, err)
}

func (r *reporter) raw(line string) { fmt.Fprint(r.w, line) }

// pkg prints one line for a finished package, then its failures and skips.
func (r *reporter) pkg(p *pkgResult) {
	c := p.count()
	word := "ok  "
	switch {
	case p.failed:
		word = "FAIL"
	case len(p.tests) == 0 && !r.verbose:
		return
	case len(p.tests) == 0:
		word = "-   "
	}
	fmt.Fprintf(r.w, "%s  %s  %.2fs%s  %d passed", word, p.name, p.elapsed, cachedMark(p.output), c.passed)
	if c.failed > 0 {
		fmt.Fprintf(r.w, ", %d failed", c.failed)
	}
	if c.skipped > 0 {
		fmt.Fprintf(r.w, ", %d skipped", c.skipped)
	}
	fmt.Fprintln(r.w)

	for _, test := range p.tests {
		switch test.status {
		case failed:
			for _, line := range test.output {
				if !noise(line) {
					fmt.Fprint(r.w, "      ", line)
				}
			}
		case skipped:
			fmt.Fprintf(r.w, "      skip %s: %s\n", test.name, skipReason(test.output))
		}
	}
	if p.failed {
		r.block(p.buildOutput)
		r.block(p.output)
	}
}

func (r *reporter) block(lines []string) {
	for _, line := range lines {
		if !noise(line) {
			fmt.Fprint(r.w, "      ", line)
		}
	}
}

// summary prints the failures once more and the closing line, and returns the
// exit status.
func (r *reporter) summary(t *tally) int {
	c := t.total
	if len(t.failures) > 0 {
		fmt.Fprintln(r.w, "== failed")
		for _, name := range t.failures {
			fmt.Fprintln(r.w, "     ", name)
		}
	}
	none := c == counts{}
	if none {
		fmt.Fprintln(r.w, "FAIL  no test ran")
	}
	fmt.Fprintf(r.w, "%d passed, %d failed", c.passed, c.failed)
	if c.skipped > 0 {
		fmt.Fprintf(r.w, ", %d skipped", c.skipped)
	}
	fmt.Fprintln(r.w)
	if c.failed > 0 || none {
		return 1
	}
	return 0
}

func cachedMark(output []string) string {
	for _, line := range output {
		if strings.HasPrefix(line, "ok") && strings.Contains(line, "(cached)") {
			return " (cached)"
		}
	}
	return ""
}

// noise reports lines that only frame what this program prints itself.
func noise(line string) bool {
	switch text := strings.TrimSpace(line); {
	case text == "" || text == "FAIL" || text == "PASS":
		return true
	case strings.HasPrefix(text, "=== "), strings.HasPrefix(text, "FAIL\t"), strings.HasPrefix(text, "ok  \t"):
		return true
	default:
		return false
	}
}

var (
	skipFrame  = regexp.MustCompile(`^\s*--- SKIP: `)
	fileAndPos = regexp.MustCompile(`^\s*[^\s:]+\.go:\d+: `)
)

// skipReason is what the test said, on one line, without positions.
func skipReason(output []string) string {
	var words []string
	for _, line := range output {
		if noise(line) || skipFrame.MatchString(line) {
			continue
		}
		words = append(words, strings.TrimSpace(fileAndPos.ReplaceAllString(line, "")))
	}
	if len(words) == 0 {
		return "no reason given"
	}
	return strings.Join(words, " ")
}
