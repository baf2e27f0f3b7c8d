package conformance_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/conformance/check"
	"github.com/llmotel/sdk/internal/conformance/coverage"
	"github.com/llmotel/sdk/internal/conformance/registry"
	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers/providertest"
)

var update = flag.Bool("update", false, "write the coverage table instead of comparing it")

// revision is a revision of the conventions that llmotel can emit.
type revision struct {
	name    string
	option  llmotel.Conventions
	reg     *registry.Registry
	checker *check.Checker
	older   bool
}

// suite is what all scenarios share.
type suite struct {
	newest, older, both revision
	table               *coverage.Table
	deviations          []*deviation
	planned, ran        int // scenarios
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	load := func(dir string) *registry.Registry {
		r, err := registry.Load(os.DirFS(shareddata.Path(t, "semconv-genai")), dir, "core-v1.44.0/model")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	checker := func(reg *registry.Registry, dir string) *check.Checker {
		c, err := check.New(reg, os.DirFS(shareddata.Path(t, "semconv-genai", dir, "gen-ai")))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	const newest, older = "model", "at-4a39b6ef/model"
	s := &suite{
		newest: revision{name: "06ec68e7", option: llmotel.ConventionsNewest, reg: load(newest)},
		older:  revision{name: "4a39b6ef", option: llmotel.ConventionsOlder, reg: load(older), older: true},
		both:   revision{name: "both", option: llmotel.ConventionsBoth},
	}
	s.both.reg = registry.Merge(s.newest.reg, s.older.reg)
	s.newest.checker, s.older.checker, s.both.checker = checker(s.newest.reg, newest), checker(s.older.reg, older), checker(s.both.reg, older)
	s.table = coverage.New([]coverage.Revision{{Name: s.newest.name, Registry: s.newest.reg}, {Name: s.older.name, Registry: s.older.reg}}, reasons)
	for i := range deviations {
		s.deviations = append(s.deviations, &deviations[i])
	}
	return s
}

// capture is a way to record content.
type capture struct {
	name string
	on   bool
	opts []llmotel.Option
}

var captures = []capture{
	{"without content", false, []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentNone)}},
	{"details", false, []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentNone), llmotel.WithDetailsEvent()}},
	{"content", true, []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpansAndEvents), llmotel.WithToolDefinitions()}},
	{"structured content", true, []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithStructuredContent()}},
}

func TestConformance(t *testing.T) {
	s := newSuite(t)
	for _, rev := range []revision{s.newest, s.older, s.both} {
		for i, c := range captures {
			if i%2 == 1 && rev.name != s.newest.name {
				continue // where content goes does not depend on the revision
			}
			t.Run(rev.name+"/"+c.name, func(t *testing.T) {
				s.calls(t, rev, c)
				s.around(t, rev, c)
			})
		}
	}
	if t.Failed() || s.ran < s.planned {
		return // what is missing may be missing for that reason
	}
	for _, d := range s.deviations {
		if !d.used {
			t.Errorf("the deviation %s %q %q does not occur; remove it", d.id, d.signal, d.attribute)
		}
	}
	for _, problem := range s.table.Check() {
		t.Error(problem)
	}
	s.document(t)
}

// calls runs every scenario through every way in.
func (s *suite) calls(t *testing.T, rev revision, c capture) {
	t.Helper()
	for _, way := range ways {
		for _, name := range way.fits {
			w := wires[name]
			for _, sc := range scenarios {
				if w.lacks[sc.name] != "" {
					continue
				}
				s.planned++
				t.Run(fmt.Sprintf("%s/%s/%s", way.name, name, sc.name), func(t *testing.T) {
					s.ran++
					s.call(t, rev, c, way, w, sc)
				})
			}
		}
	}
}

func (s *suite) call(t *testing.T, rev revision, c capture, way way, w wire, sc scenario) {
	t.Helper()
	server := providertest.NewServer(t, w.serve(sc.reply))
	col, inst := instrumentation(t, rev, c)
	cl := way.open(t, inst, w, dialling{url: server.URL, client: server.Client()})
	ctx := llmotel.WithAttribution(t.Context(), sc.attribution)
	ctx = llmotel.WithPromptVariables(ctx, map[string]string{"city": "Oslo"})

	req := plain(w.model)
	if sc.edit != nil {
		sc.edit(req)
	}
	w.adapt(req)
	var err error
	switch {
	case sc.embed != nil:
		e := *sc.embed
		e.Model = w.embedding
		_, err = cl.embedder.Embed(ctx, &e)
	case sc.stream:
		callCtx, cancel := context.WithCancel(ctx)
		defer cancel()
		for chunk, failure := range cl.Stream(callCtx, req) {
			if err = failure; err != nil || !chunk.Kind.Semantic() {
				continue
			}
			if sc.cancel {
				cancel()
			}
			if sc.leave {
				break
			}
		}
	default:
		_, err = cl.Generate(ctx, req)
	}
	if (err != nil) != sc.fails {
		t.Fatalf("error %v, want one: %v", err, sc.fails)
	}
	untold := w.untold
	switch {
	case sc.embed != nil:
		untold = w.untoldEmbeddings
	case !way.typed:
		untold = slices.Concat(untold, w.untoldOnWire)
	}
	seen := s.examine(t, rev, c, col, way.name, untold...)
	holds(t, seen, sc, expected(w, sc, req, rev.older), untold)
}

// instrumentation returns one that emits into the collector.
func instrumentation(t *testing.T, rev revision, c capture) (*check.Collector, *llmotel.Instrumentation) {
	t.Helper()
	col := check.NewCollector()
	inst, err := llmotel.New(append(slices.Clone(c.opts), llmotel.WithConventions(rev.option), llmotel.WithTracerProvider(col.TracerProvider),
		llmotel.WithMeterProvider(col.MeterProvider), llmotel.WithLoggerProvider(col.LoggerProvider))...)
	if err != nil {
		t.Fatal(err)
	}
	return col, inst
}

// examine checks what was collected and enters it into the coverage table.
func (s *suite) examine(t *testing.T, rev revision, c capture, col *check.Collector, way string, untold ...string) check.Telemetry {
	t.Helper()
	seen, err := col.Telemetry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rev.checker.Check(seen, check.Options{Content: c.on, Untold: untold}) {
		if !s.deviates(f, rev) {
			t.Error(f)
		}
	}
	if !c.on {
		silent(t, seen)
	}
	if rev.option != llmotel.ConventionsBoth {
		s.table.See(rev.name, way, seen)
	}
	return seen
}

// deviates tells whether a finding is a known one. In both revisions at once the
// older one's general duration stands beside the newest one's, by design.
func (s *suite) deviates(f check.Finding, rev revision) bool {
	if f.ID == check.MetricPlace && rev.option == llmotel.ConventionsBoth && f.Context == "metric gen_ai.client.operation.duration" {
		return true
	}
	known := false
	for _, d := range s.deviations {
		if d.id == f.ID && strings.HasPrefix(f.Context, d.signal) && strings.HasSuffix(f.Context, d.attribute) {
			d.used, known = true, true
		}
	}
	return known
}

// silent checks that nothing of what was said is anywhere.
func silent(t *testing.T, seen check.Telemetry) {
	t.Helper()
	all := fmt.Sprint(seen.Metrics)
	for _, span := range seen.Spans {
		all += fmt.Sprint(span.Name(), span.Attributes(), span.Events(), span.Status())
	}
	for _, e := range seen.Events {
		all += fmt.Sprint(e)
	}
	for _, said := range []string{prompt, instructions, "opera house", toolArguments, "city", "Bergen"} {
		if strings.Contains(all, said) {
			t.Errorf("telemetry holds %q", said)
		}
	}
}
