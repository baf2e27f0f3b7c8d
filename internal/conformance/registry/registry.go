package registry

import (
	"maps"
	"slices"
	"strings"
)

// Registry is one resolved revision of the conventions.
type Registry struct {
	// SchemaURL identifies the revision's names.
	SchemaURL string
	// Attributes has every attribute that is defined, core ones included.
	Attributes map[string]*Attribute
	// Spans are by type, Metrics and Events by name.
	Spans   map[string]*Span
	Metrics map[string]*Metric
	Events  map[string]*Event
}

// Attribute is the definition of one attribute.
type Attribute struct {
	Key string
	// Type is spelled as in the model: "string", "int", "double", "boolean",
	// "string[]", "any", "template[string]". Enums are strings.
	Type string
	// Members are the well-known values of an enum; nil for other types.
	Members []string
	// Core tells that the core conventions define it, not those of GenAI.
	Core bool
}

// Template reports whether the key is a prefix of real keys.
func (a *Attribute) Template() bool { return strings.HasPrefix(a.Type, "template[") }

// ValueType is the type of the value: that inside the brackets of a template.
func (a *Attribute) ValueType() string {
	inner, ok := strings.CutPrefix(a.Type, "template[")
	if !ok {
		return a.Type
	}
	return strings.TrimSuffix(inner, "]")
}

// Level is how strongly a signal asks for an attribute.
type Level string

// The levels of the model. Recommended may have a condition of its own.
const (
	Required              Level = "required"
	ConditionallyRequired Level = "conditionally_required"
	Recommended           Level = "recommended"
	OptIn                 Level = "opt_in"
)

// Use is an attribute as one signal has it.
type Use struct {
	*Attribute
	Level Level
	// Condition says when the level holds; empty means always.
	Condition string
	// Sampling tells that samplers need it when the span starts.
	Sampling bool
}

// Uses are the attributes of a signal by key.
type Uses map[string]*Use

// Find returns the use of a key, templates included; nil if there is none.
func (u Uses) Find(key string) *Use {
	if use, ok := u[key]; ok && !use.Template() {
		return use
	}
	for prefix, use := range u {
		if use.Template() && strings.HasPrefix(key, prefix+".") && len(key) > len(prefix)+1 {
			return use
		}
	}
	return nil
}

// Keys returns the keys in order.
func (u Uses) Keys() []string { return slices.Sorted(maps.Keys(u)) }

// Span is a type of span.
type Span struct {
	Type string
	// Kind is "client" or "internal".
	Kind string
	// Name is the format of the span's name: "{gen_ai.operation.name}
	// {gen_ai.request.model}".
	Name string
	// Operations are the values of gen_ai.operation.name of such spans.
	Operations []string
	signal
}

// Metric is a metric.
type Metric struct {
	Name, Instrument, Unit string
	// Value is "int" or "double".
	Value string
	signal
}

// Event is a log record with an event name.
type Event struct {
	Name string
	signal
}

// signal has what all signals have.
type signal struct {
	// uses are the attributes, refined those of single providers.
	uses    Uses
	refined map[string]Uses
}

// Uses returns the attributes of the signal when the provider is the named one.
func (s *signal) Uses(provider string) Uses {
	if r, ok := s.refined[provider]; ok {
		return r
	}
	return s.uses
}

// Refined returns the providers that change the signal, in order.
func (s *signal) Refined() []string { return slices.Sorted(maps.Keys(s.refined)) }

// Find returns the definition of a key, templates included; nil if there is
// none.
func (r *Registry) Find(key string) *Attribute {
	if a, ok := r.Attributes[key]; ok && !a.Template() {
		return a
	}
	for prefix, a := range r.Attributes {
		if a.Template() && strings.HasPrefix(key, prefix+".") && len(key) > len(prefix)+1 {
			return a
		}
	}
	return nil
}

// SpanFor returns the type of a span with this operation and kind ("client",
// "internal"); nil if there is none. Where only one type has the operation, the
// kind does not decide: a wrong kind is then to be found by a check.
func (r *Registry) SpanFor(operation, kind string) *Span {
	var found []*Span
	for _, name := range slices.Sorted(maps.Keys(r.Spans)) {
		if s := r.Spans[name]; slices.Contains(s.Operations, operation) {
			if s.Kind == kind {
				return s
			}
			found = append(found, s)
		}
	}
	if len(found) > 0 {
		return found[0]
	}
	return nil
}

// Inference returns the type of inference spans.
func (r *Registry) Inference() *Span { return r.SpanFor("chat", "client") }
