package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// feed runs a hand-written test2json stream, one event a line, through a report.
func feed(t *testing.T, failOn string, stream string) (out string, code int) {
	t.Helper()
	var re *regexp.Regexp
	if failOn != "" {
		re = regexp.MustCompile(failOn)
	}
	var buf bytes.Buffer
	report, total := &reporter{w: &buf}, newTally(re)
	if err := readEvents(strings.NewReader(stream), total, report); err != nil {
		t.Fatal(err)
	}
	for _, pkg := range total.abandon() {
		report.pkg(pkg)
	}
	code = report.summary(total)
	return buf.String(), code
}

func TestTally(t *testing.T) {
	tests := map[string]struct {
		stream   string
		failOn   string
		last     string // the closing line
		code     int
		contains []string
		lacks    []string
	}{
		"leaves are counted and parents are not": {
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"run","Package":"p","Test":"TestA/two"}
{"Action":"pass","Package":"p","Test":"TestA/two"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"ExampleB"}
{"Action":"pass","Package":"p","Test":"ExampleB"}
{"Action":"output","Package":"p","Output":"ok  \tp\t(cached)\n"}
{"Action":"pass","Package":"p","Elapsed":1.5}
`,
			last:     "3 passed, 0 failed",
			contains: []string{"ok    p  1.50s (cached)  3 passed\n"},
		},
		"a failed subtest is one failure and its parent none": {
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"output","Package":"p","Test":"TestA/one","Output":"=== RUN   TestA/one\n"}
{"Action":"output","Package":"p","Test":"TestA/one","Output":"    a_test.go:7: want 1, got 2\n"}
{"Action":"fail","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p"}
`,
			last:     "0 passed, 1 failed",
			code:     1,
			contains: []string{"want 1, got 2", "== failed\n      p.TestA/one\n"},
			lacks:    []string{"=== RUN"},
		},
		"a parent that fails by itself is a failure": {
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}
`,
			last: "1 passed, 1 failed",
			code: 1,
		},
		"a build failure is a failure with the compiler's words": {
			stream: `{"ImportPath":"p [p.test]","Action":"build-output","Output":"p/a.go:3:1: undefined: x\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}
`,
			last:     "0 passed, 1 failed",
			code:     1,
			contains: []string{"undefined: x", "== failed\n      p\n"},
		},
		"TestMain's failure after passing tests is a failure": {
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"goleak: found unexpected goroutines\n"}
{"Action":"fail","Package":"p"}
`,
			last:     "1 passed, 1 failed",
			code:     1,
			contains: []string{"goleak: found unexpected goroutines"},
		},
		"a test that never ended is a failure": {
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: test timed out after 1s\n"}
{"Action":"fail","Package":"p"}
`,
			last:     "0 passed, 1 failed",
			code:     1,
			contains: []string{"panic: test timed out", "p.TestA"},
		},
		"a package that never ended is a failure": {
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA"}
`,
			last: "1 passed, 1 failed",
			code: 1,
		},
		"a skip is counted apart and gives its reason": {
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:9: shared test data not found: set LLMOTEL_DATA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p"}
`,
			last:     "0 passed, 0 failed, 1 skipped",
			contains: []string{"skip TestA: shared test data not found: set LLMOTEL_DATA\n"},
		},
		"a forbidden skip is a failure": {
			failOn: "shared.test.data.not.found",
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:9: shared test data not found\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    a_test.go:19: needs Windows\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p"}
`,
			last:     "0 passed, 1 failed, 1 skipped",
			code:     1,
			contains: []string{"this skip is a failure here", "skip TestB: needs Windows"},
		},
		"of several runs the worst counts, once": {
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}
`,
			last: "0 passed, 1 failed",
			code: 1,
		},
		"no test at all is not a success": {
			stream: `{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}
{"Action":"skip","Package":"p"}
`,
			last:     "0 passed, 0 failed",
			code:     1,
			contains: []string{"no test ran"},
		},
		"what is not an event is shown": {
			stream: `go: some warning
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p"}
`,
			last:     "1 passed, 0 failed",
			contains: []string{"go: some warning\n"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out, code := feed(t, tt.failOn, tt.stream)
			if code != tt.code {
				t.Errorf("exit status %d, want %d", code, tt.code)
			}
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			if last := lines[len(lines)-1]; last != tt.last {
				t.Errorf("closing line %q, want %q", last, tt.last)
			}
			for _, s := range tt.contains {
				if !strings.Contains(out, s) {
					t.Errorf("output lacks %q", s)
				}
			}
			for _, s := range tt.lacks {
				if strings.Contains(out, s) {
					t.Errorf("output has %q", s)
				}
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
}
