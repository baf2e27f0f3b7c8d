package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"strings"
)

// Load reads and resolves the revision whose model is in dir, with the core
// attributes in core. It fails if anything in it is left open.
func Load(data fs.FS, dir, core string) (*Registry, error) {
	m, err := read(data, dir, core)
	if err != nil {
		return nil, err
	}
	r := &Registry{
		SchemaURL: m.schemaURL, Attributes: m.attributes,
		Spans: map[string]*Span{}, Metrics: map[string]*Metric{}, Events: map[string]*Event{},
	}
	if err := errors.Join(r.addSpans(m), r.addMetrics(m), r.addEvents(m), r.refine(m)); err != nil {
		return nil, err
	}
	return r, nil
}

var (
	// nameFormat finds the first format in the note of a span's name.
	nameFormat = regexp.MustCompile("`((?:[a-z_]+|\\{[a-z_.]+\\})(?: \\{[a-z_.]+\\})*)`")
	// operationNote finds the sentence with the operations in a span's note,
	// quoted the quoted words in it.
	operationNote = regexp.MustCompile("`gen_ai\\.operation\\.name` SHOULD be ((?:[^.]|\n)+)\\.")
	quoted        = regexp.MustCompile("`([a-z_]+)`")
	// refinedProvider finds whose spans or metrics are refined.
	refinedProvider = regexp.MustCompile("(?:`gen_ai\\.provider\\.name` MUST be set to `\"|provider is `)([a-z_.]+)\"?`")
)

// inferenceOperations are the operations of inference spans, whose note does
// not list them.
var inferenceOperations = []string{"chat", "generate_content", "text_completion"}

func (r *Registry) addSpans(m *model) error {
	for _, s := range m.spans {
		uses, err := m.resolve(Uses{}, s.Attributes, "span "+s.Type)
		if err != nil {
			return err
		}
		format := nameFormat.FindStringSubmatch(s.Name.Note)
		if format == nil {
			return fmt.Errorf("span %s: no format in the note of its name", s.Type)
		}
		span := &Span{Type: s.Type, Kind: s.Kind, Name: format[1], signal: signal{uses: uses, refined: map[string]Uses{}}}
		if note := operationNote.FindStringSubmatch(s.Note); note != nil {
			for _, word := range quoted.FindAllStringSubmatch(note[1], -1) {
				span.Operations = append(span.Operations, word[1])
			}
		}
		if strings.Contains(s.Type, "inference") {
			span.Operations = inferenceOperations
		}
		if len(span.Operations) == 0 {
			return fmt.Errorf("span %s: its note names no operation", s.Type)
		}
		r.Spans[s.Type] = span
	}
	return nil
}

func (r *Registry) addMetrics(m *model) error {
	for _, d := range m.metrics {
		uses, err := m.resolve(Uses{}, d.Attributes, "metric "+d.Name)
		if err != nil {
			return err
		}
		r.Metrics[d.Name] = &Metric{
			Name: d.Name, Instrument: d.Instrument, Unit: d.Unit, Value: d.Annotations.CodeGeneration.ValueType,
			signal: signal{uses: uses, refined: map[string]Uses{}},
		}
	}
	return nil
}

func (r *Registry) addEvents(m *model) error {
	for _, d := range m.events {
		uses, err := m.resolve(Uses{}, d.Attributes, "event "+d.Name)
		if err != nil {
			return err
		}
		e := &Event{Name: d.Name, signal: signal{uses: uses, refined: map[string]Uses{}}}
		r.Events[d.Name] = e
	}
	return nil
}

// refine works the refinements in. Those that name no provider are for spans
// of tools of a special kind and are left out.
func (r *Registry) refine(m *model) error {
	for _, d := range m.spanRefinements {
		span, ok := r.Spans[d.Ref]
		if !ok {
			return fmt.Errorf("refinement %s: no span %s", d.ID, d.Ref)
		}
		if err := m.refine(&span.signal, d); err != nil {
			return err
		}
	}
	for _, d := range m.metricRefinements {
		metric, ok := r.Metrics[d.Ref]
		if !ok {
			return fmt.Errorf("refinement %s: no metric %s", d.ID, d.Ref)
		}
		if err := m.refine(&metric.signal, d); err != nil {
			return err
		}
	}
	// An event that has all attributes of a span has its refinements too.
	for _, d := range m.events {
		for _, ref := range d.Attributes {
			if span, ok := r.Spans[strings.TrimPrefix(ref.RefGroup, "span.")]; ok {
				maps.Copy(r.Events[d.Name].refined, span.refined)
			}
		}
	}
	return nil
}

func (m *model) refine(s *signal, d refinementModel) error {
	provider := refinedProvider.FindStringSubmatch(d.Note + "\n" + d.Brief)
	if provider == nil {
		return nil
	}
	uses, err := m.resolve(clone(s.uses), d.Attributes, "refinement "+d.ID)
	if err != nil {
		return err
	}
	s.refined[provider[1]] = uses
	return nil
}

func clone(uses Uses) Uses {
	out := make(Uses, len(uses))
	for key, use := range uses {
		c := *use
		out[key] = &c
	}
	return out
}

// resolve adds what the references say. A later one overrides what it states
// itself and leaves the rest; a level that nobody states is recommended.
func (m *model) resolve(uses Uses, refs []reference, where string) (Uses, error) {
	for _, ref := range refs {
		if ref.RefGroup != "" {
			group, ok := m.groups[ref.RefGroup]
			if !ok {
				return nil, fmt.Errorf("%s: no group %s", where, ref.RefGroup)
			}
			if _, err := m.resolve(uses, group, where+", group "+ref.RefGroup); err != nil {
				return nil, err
			}
			continue
		}
		attribute, ok := m.attributes[ref.Ref]
		if !ok {
			return nil, fmt.Errorf("%s: no attribute %q", where, ref.Ref)
		}
		use, ok := uses[ref.Ref]
		if !ok {
			use = &Use{Attribute: attribute, Level: Recommended}
			uses[ref.Ref] = use
		}
		if ref.Level.level != "" {
			use.Level, use.Condition = ref.Level.level, ref.Level.condition
		}
		if ref.Sampling != nil {
			use.Sampling = *ref.Sampling
		}
	}
	return uses, nil
}
