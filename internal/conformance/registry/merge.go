package registry

import "maps"

// Merge returns what both revisions together declare, for telemetry that is
// emitted in both at once. Spans have the types of a; what b calls otherwise
// adds its attributes to them.
func Merge(a, b *Registry) *Registry {
	out := &Registry{
		SchemaURL: a.SchemaURL, Attributes: maps.Clone(b.Attributes),
		Spans: map[string]*Span{}, Metrics: maps.Clone(b.Metrics), Events: maps.Clone(b.Events),
	}
	maps.Copy(out.Attributes, a.Attributes)
	for name, s := range a.Spans {
		merged := *s
		if other := b.SpanFor(s.Operations[0], s.Kind); other != nil && other.Kind == s.Kind {
			merged.signal = s.merge(&other.signal)
		}
		out.Spans[name] = &merged
	}
	for name, m := range a.Metrics {
		merged := *m
		if other, ok := b.Metrics[name]; ok {
			merged.signal = m.merge(&other.signal)
		}
		out.Metrics[name] = &merged
	}
	for name, e := range a.Events {
		merged := *e
		if other, ok := b.Events[name]; ok {
			merged.signal = e.merge(&other.signal)
		}
		out.Events[name] = &merged
	}
	return out
}

func (s *signal) merge(other *signal) signal {
	out := signal{uses: union(s.uses, other.uses), refined: map[string]Uses{}}
	for _, from := range []*signal{s, other} {
		for provider := range from.refined {
			out.refined[provider] = union(s.Uses(provider), other.Uses(provider))
		}
	}
	return out
}

// union prefers a.
func union(a, b Uses) Uses {
	out := maps.Clone(b)
	maps.Copy(out, a)
	return out
}
