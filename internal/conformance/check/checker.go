package check

import (
	"fmt"
	"io/fs"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/llmotel/sdk/internal/conformance/registry"
)

// Checker checks telemetry against one revision. It is safe for concurrent
// use.
type Checker struct {
	reg     *registry.Registry
	schemas map[string]*jsonschema.Schema // by attribute
}

// New returns a Checker for the registry; schemas is the folder with the
// revision's JSON schemas.
func New(reg *registry.Registry, schemas fs.FS) (*Checker, error) {
	c := &Checker{reg: reg, schemas: map[string]*jsonschema.Schema{}}
	for key, file := range schemaFiles {
		s, err := compile(schemas, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		c.schemas[key] = s
	}
	return c, nil
}

// Options say what the telemetry was asked to hold.
type Options struct {
	// Content tells that content capture was turned on.
	Content bool
	// Untold are recommended attributes that whoever answered says nothing
	// about.
	Untold []string
}

// Check returns what is wrong with the telemetry, in order and each finding
// once.
func (c *Checker) Check(t Telemetry, opts Options) []Finding {
	run := &run{Checker: c, Options: opts, telemetry: t}
	for _, s := range t.Spans {
		run.span(s)
	}
	for _, scope := range t.Metrics {
		run.schemaURL("metrics of "+scope.Scope.Name, scope.Scope.SchemaURL)
		for _, m := range scope.Metrics {
			run.metric(m)
		}
	}
	for i := range t.Events {
		run.event(&t.Events[i])
	}
	run.compare()
	return run.found.sorted()
}

// run is one check under way.
type run struct {
	*Checker
	Options
	telemetry Telemetry
	found     findings
}

// schemaURL checks what a scope says of its names; scopes without one are those
// of others.
func (r *run) schemaURL(context, url string) {
	if url != r.reg.SchemaURL {
		r.found.add(SchemaURL, context, "schema URL %q, want %q", url, r.reg.SchemaURL)
	}
}
