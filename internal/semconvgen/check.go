package main

import (
	"errors"
	"fmt"
	"slices"
)

// check returns an error that names every reference to something undefined and
// every metric that cannot be rendered.
func (r *registry) check(docs []*document) error {
	attributes, groups, signals := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	for _, a := range r.Attributes {
		attributes[a.Key] = true
	}
	for _, doc := range docs {
		for _, g := range doc.AttributeGroups {
			groups[g.ID] = true
		}
	}
	for _, s := range r.Spans {
		groups["span."+s.Name] = true
		signals[s.Name] = true
	}
	for _, m := range r.Metrics {
		signals[m.Name] = true
	}

	var errs []error
	resolve := func(from string, refs []reference) {
		for _, ref := range refs {
			if ref.Ref != "" && !attributes[ref.Ref] && !slices.Contains(notEmitted, ref.Ref) {
				errs = append(errs, fmt.Errorf("%s: attribute %s is not defined", from, ref.Ref))
			}
			if ref.RefGroup != "" && !groups[ref.RefGroup] {
				errs = append(errs, fmt.Errorf("%s: group %s is not defined", from, ref.RefGroup))
			}
		}
	}
	for _, doc := range docs {
		for _, g := range doc.AttributeGroups {
			resolve(g.ID, g.Attributes)
		}
		for _, ref := range slices.Concat(doc.SpanRefinements, doc.MetricRefinements) {
			if !signals[ref.Ref] {
				errs = append(errs, fmt.Errorf("%s: %s is not defined", ref.ID, ref.Ref))
			}
			resolve(ref.ID, ref.Attributes)
		}
	}
	for _, s := range slices.Concat(r.Spans, r.Events) {
		resolve(s.Name, s.Attributes)
	}
	for _, m := range r.Metrics {
		resolve(m.Name, m.Attributes)
		if _, ok := buckets[m.Name]; !ok && m.Instrument == "histogram" {
			errs = append(errs, fmt.Errorf("%s: no bucket boundaries in buckets.go", m.Name))
		}
		if t := m.Annotations.CodeGeneration.ValueType; t != "int" && t != "double" {
			errs = append(errs, fmt.Errorf("%s: value type %q", m.Name, t))
		}
	}
	return errors.Join(errs...)
}
