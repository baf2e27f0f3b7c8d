// Package registry reads the registry model of the GenAI semantic conventions
// and resolves it: what each span, metric and event may and must carry, with
// groups of attributes, references across files, overrides and the refinements
// of single providers worked in.
//
// [Load] reads one revision. Its answer names signals as the model does, so
// that two revisions that call a span differently are both understood;
// [Registry.SpanFor] finds the type of a span that was seen.
//
// This package reads the same model as internal/semconvgen, on purpose with a
// loader of its own: a name that the generator got wrong is found by reading
// the model a second time, not by asking the generator.
package registry
