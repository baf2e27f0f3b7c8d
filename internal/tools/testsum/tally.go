package main

import (
	"regexp"
	"strings"
)

// status orders results from best to worst, so that the worst of several runs
// of one test is their maximum.
type status int

const (
	running status = iota
	passed
	skipped
	failed
)

// testResult is one test of one package, whatever number of times it ran.
type testResult struct {
	name   string
	status status
	open   bool // started and not yet ended
	output []string
}

// pkgResult is one package of one module.
type pkgResult struct {
	name        string
	tests       []*testResult // in order of first appearance
	byName      map[string]*testResult
	output      []string // what no test claims
	buildOutput []string
	failed      bool
	elapsed     float64
}

// counts are leaves; see the package comment.
type counts struct{ passed, failed, skipped int }

// tally gathers events of all modules.
type tally struct {
	failOn   *regexp.Regexp
	open     map[string]*pkgResult
	builds   map[string][]string // output by ImportPath
	total    counts
	failures []string
}

func newTally(failOn *regexp.Regexp) *tally {
	return &tally{failOn: failOn, open: map[string]*pkgResult{}, builds: map[string][]string{}}
}

// failed is the number of failures so far.
func (t *tally) failed() int { return t.total.failed }

// failModule counts a failure of the go command itself.
func (t *tally) failModule(dir, why string) {
	t.total.failed++
	t.failures = append(t.failures, "module "+dir+": "+why)
}

// add takes one event. It returns the package if the event ended it, with all
// verdicts settled and counted.
func (t *tally) add(ev event) *pkgResult {
	if ev.Action == "build-output" {
		t.builds[ev.ImportPath] = append(t.builds[ev.ImportPath], ev.Output)
		return nil
	}
	if ev.Package == "" {
		return nil
	}
	pkg := t.open[ev.Package]
	if pkg == nil {
		pkg = &pkgResult{name: ev.Package, byName: map[string]*testResult{}}
		t.open[ev.Package] = pkg
	}
	if ev.Test != "" {
		pkg.addTest(ev)
		return nil
	}
	switch ev.Action {
	case "output":
		pkg.output = append(pkg.output, ev.Output)
	case "pass", "skip", "fail":
		pkg.failed = ev.Action == "fail"
		pkg.elapsed = ev.Elapsed
		pkg.buildOutput = t.builds[ev.FailedBuild]
		t.close(pkg)
		return pkg
	}
	return nil
}

// abandon closes, as failed, the packages that never ended: go test was
// interrupted or died.
func (t *tally) abandon() []*pkgResult {
	var gone []*pkgResult
	for _, pkg := range t.open {
		pkg.failed = true
		pkg.output = append(pkg.output, "the test binary never reported its end\n")
		t.close(pkg)
		gone = append(gone, pkg)
	}
	return gone
}

func (t *tally) close(pkg *pkgResult) {
	delete(t.open, pkg.name)
	pkg.settle(t.failOn)
	for _, name := range pkg.failures() {
		t.failures = append(t.failures, strings.TrimSuffix(pkg.name+"."+name, "."))
	}
	c := pkg.count()
	t.total.passed += c.passed
	t.total.failed += c.failed
	t.total.skipped += c.skipped
}

func (p *pkgResult) addTest(ev event) {
	test := p.byName[ev.Test]
	if test == nil {
		test = &testResult{name: ev.Test}
		p.byName[ev.Test] = test
		p.tests = append(p.tests, test)
	}
	switch ev.Action {
	case "run":
		test.open = true
	case "output":
		test.output = append(test.output, ev.Output)
	case "pass":
		test.end(passed)
	case "skip":
		test.end(skipped)
	case "fail":
		test.end(failed)
	}
}

func (r *testResult) end(s status) {
	r.open = false
	r.status = max(r.status, s)
	if r.status == passed {
		r.output = nil // thousands of chatty tests need not stay in memory
	}
}

// settle turns what cannot stand into failures: tests that never ended, and
// skips that failOn forbids.
func (p *pkgResult) settle(failOn *regexp.Regexp) {
	for _, test := range p.tests {
		if test.open {
			test.end(failed)
		}
		if test.status == skipped && failOn != nil && failOn.MatchString(strings.Join(test.output, "")) {
			test.output = append(test.output, "    testsum: this skip is a failure here\n")
			test.status = failed
			p.failed = true
		}
	}
}

// count returns the package's leaves by result, and 1 failure for a package
// that failed without a failed test.
func (p *pkgResult) count() counts {
	parents := p.parents()
	var c counts
	for _, test := range p.tests {
		if parents[test.name] {
			continue
		}
		switch test.status {
		case passed:
			c.passed++
		case skipped:
			c.skipped++
		}
	}
	c.failed = len(p.failures())
	return c
}

// failures names what counts as failed: leaves, parents that failed on their
// own account, and "" for the package itself.
func (p *pkgResult) failures() []string {
	if !p.failed {
		return nil
	}
	explained := map[string]bool{} // parents of a failed test
	for _, test := range p.tests {
		if test.status == failed {
			markParents(test.name, explained)
		}
	}
	var names []string
	for _, test := range p.tests {
		if test.status == failed && !explained[test.name] {
			names = append(names, test.name)
		}
	}
	if names == nil {
		names = []string{""}
	}
	return names
}

func (p *pkgResult) parents() map[string]bool {
	set := map[string]bool{}
	for _, test := range p.tests {
		markParents(test.name, set)
	}
	return set
}

// markParents adds every proper ancestor of a test to set. Slashes inside a
// subtest's own name yield names that no test has, which does no harm.
func markParents(name string, set map[string]bool) {
	for {
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return
		}
		name = name[:i]
		set[name] = true
	}
}
