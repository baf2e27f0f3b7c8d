package main

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
)

// revision says where the model of one state of the conventions is.
type revision struct {
	model  string // directory of the GenAI model in the data
	core   string // directory of the core model that it depends on
	commit *regexp.Regexp
}

const coreModel = "core-v1.44.0/model"

var (
	// newest is the revision that llmotel emits by default.
	newest = revision{
		model:  "model",
		core:   coreModel,
		commit: regexp.MustCompile(`(?m)^model/\s+= upstream main at commit ([0-9a-f]{40}) \((\d{4}-\d{2}-\d{2})`),
	}

	// older is the revision that the conformance suite pins and that today's
	// backends and Python instrumentations use.
	older = revision{
		model:  "at-4a39b6ef/model",
		core:   coreModel,
		commit: regexp.MustCompile(`(?m)^at-4a39b6ef/\s+= exact .* of ([0-9a-f]{40}) \((\d{4}-\d{2}-\d{2})`),
	}
)

// source returns the upstream commit of a revision and its date, as the data's
// SOURCE.txt states them.
func (r revision) source(data fs.FS) (commit, date string, err error) {
	text, err := fs.ReadFile(data, "SOURCE.txt")
	if err != nil {
		return "", "", err
	}
	m := r.commit.FindSubmatch(text)
	if m == nil {
		return "", "", fmt.Errorf("SOURCE.txt does not state the commit of %s", r.model)
	}
	return string(m[1]), string(m[2]), nil
}

// without returns what r defines and other does not.
func (r *registry) without(other *registry) *registry {
	rest := *r
	rest.Attributes = slices.DeleteFunc(slices.Clone(r.Attributes), func(a attribute) bool {
		return slices.ContainsFunc(other.Attributes, func(b attribute) bool { return a.Key == b.Key })
	})
	rest.Spans = subtract(r.Spans, other.Spans)
	rest.Events = subtract(r.Events, other.Events)
	rest.Metrics = slices.DeleteFunc(slices.Clone(r.Metrics), func(m metric) bool {
		return slices.ContainsFunc(other.Metrics, func(n metric) bool { return m.Name == n.Name })
	})
	return &rest
}

func subtract(a, b []signal) []signal {
	return slices.DeleteFunc(slices.Clone(a), func(s signal) bool {
		return slices.ContainsFunc(b, func(t signal) bool { return s.Name == t.Name })
	})
}
