package coverage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/conformance/check"
	"github.com/llmotel/sdk/internal/conformance/registry"
)

// Revision is one revision of the conventions.
type Revision struct {
	// Name is the short commit.
	Name     string
	Registry *registry.Registry
}

// Reason says why something that is declared is not emitted.
type Reason struct {
	// Signal is a signal's title ("span gen_ai.memory.client") and Attribute
	// one of its keys; empty means the whole signal.
	Signal, Attribute string
	Text              string
}

// Table is declared against seen. It is not safe for concurrent use.
type Table struct {
	revisions []Revision
	reasons   []Reason
	// seen is by revision, signal and attribute; the attribute "" is the signal
	// itself. The innermost keys are ways in.
	seen map[string]map[string]map[string]map[string]bool
}

// New returns an empty table.
func New(revisions []Revision, reasons []Reason) *Table {
	t := &Table{revisions: revisions, reasons: reasons, seen: map[string]map[string]map[string]map[string]bool{}}
	for _, r := range revisions {
		t.seen[r.Name] = map[string]map[string]map[string]bool{}
	}
	return t
}

// See adds what a way in has emitted in a revision.
func (t *Table) See(revision, way string, seen check.Telemetry) {
	reg := t.registry(revision)
	for _, s := range seen.Spans {
		v := keys(s.Attributes())
		if def := reg.SpanFor(v["gen_ai.operation.name"].AsString(), s.SpanKind().String()); def != nil {
			t.see(revision, way, t.title(def), v)
		}
	}
	for _, scope := range seen.Metrics {
		for _, m := range scope.Metrics {
			for _, set := range points(m) {
				t.see(revision, way, "metric "+m.Name, keys(set.ToSlice()))
			}
		}
	}
	for i := range seen.Events {
		e, v := &seen.Events[i], map[string]attribute.Value{}
		e.WalkAttributes(func(kv attribute.KeyValue) bool {
			v[string(kv.Key)] = kv.Value
			return true
		})
		t.see(revision, way, "event "+e.EventName(), v)
	}
}

func (t *Table) registry(revision string) *registry.Registry {
	for _, r := range t.revisions {
		if r.Name == revision {
			return r.Registry
		}
	}
	panic("coverage: no revision " + revision)
}

// title is how a span is called: by the name that it has in the first revision
// that has such spans.
func (t *Table) title(s *registry.Span) string {
	for _, r := range t.revisions {
		if def := r.Registry.SpanFor(s.Operations[0], s.Kind); def != nil && def.Kind == s.Kind {
			return "span " + def.Type
		}
	}
	return "span " + s.Type
}

func keys(kvs []attribute.KeyValue) map[string]attribute.Value {
	out := make(map[string]attribute.Value, len(kvs))
	for _, kv := range kvs {
		out[string(kv.Key)] = kv.Value
	}
	return out
}

func points(m metricdata.Metrics) (out []attribute.Set) {
	switch d := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range d.DataPoints {
			out = append(out, p.Attributes)
		}
	case metricdata.Sum[float64]:
		for _, p := range d.DataPoints {
			out = append(out, p.Attributes)
		}
	case metricdata.Histogram[int64]:
		for _, p := range d.DataPoints {
			out = append(out, p.Attributes)
		}
	case metricdata.Histogram[float64]:
		for _, p := range d.DataPoints {
			out = append(out, p.Attributes)
		}
	}
	return out
}

func (t *Table) see(revision, way, signal string, v map[string]attribute.Value) {
	of := t.seen[revision]
	if of[signal] == nil {
		of[signal] = map[string]map[string]bool{}
	}
	add := func(key string) {
		if of[signal][key] == nil {
			of[signal][key] = map[string]bool{}
		}
		of[signal][key][way] = true
	}
	add("")
	for key := range v {
		if a := t.registry(revision).Find(key); a != nil {
			key = a.Key // that of a template
		}
		add(key)
	}
}

// declaration is one attribute of a signal, or the signal itself.
type declaration struct {
	signal, key string
	level       string
	// in has the revisions that declare it.
	in []string
}

// declared returns everything that the revisions declare, in the order in
// which it is written: signals, each with its attributes.
func (t *Table) declared() []declaration {
	all := map[[2]string]*declaration{}
	add := func(revision, signal, key, level string) {
		at := [2]string{signal, key}
		if all[at] == nil {
			all[at] = &declaration{signal: signal, key: key, level: level}
		}
		all[at].in = append(all[at].in, revision)
	}
	for _, r := range t.revisions {
		for _, s := range r.Registry.Spans {
			addUses(add, r.Name, t.title(s), s)
		}
		for name, m := range r.Registry.Metrics {
			addUses(add, r.Name, "metric "+name, m)
		}
		for name, e := range r.Registry.Events {
			addUses(add, r.Name, "event "+name, e)
		}
	}
	out := make([]declaration, 0, len(all))
	for _, d := range all {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b declaration) int {
		return cmp.Or(cmp.Compare(rank(a.signal), rank(b.signal)), cmp.Compare(a.signal, b.signal), cmp.Compare(a.key, b.key))
	})
	return out
}

func rank(signal string) int {
	kind, _, _ := strings.Cut(signal, " ")
	return slices.Index([]string{"span", "metric", "event"}, kind)
}

type user interface {
	Uses(provider string) registry.Uses
	Refined() []string
}

func addUses(add func(revision, signal, key, level string), revision, signal string, u user) {
	add(revision, signal, "", "")
	general := u.Uses("")
	for _, key := range general.Keys() {
		add(revision, signal, key, levelOf(general[key], ""))
	}
	for _, provider := range u.Refined() {
		refined := u.Uses(provider)
		for _, key := range refined.Keys() {
			if general[key] == nil {
				add(revision, signal, key, levelOf(refined[key], provider))
			}
		}
	}
}

func levelOf(use *registry.Use, provider string) string {
	level := strings.ReplaceAll(string(use.Level), "_", " ")
	if use.Level == registry.Recommended && use.Condition != "" {
		level = "recommended if"
	}
	if provider != "" {
		level += " (" + provider + ")"
	}
	return level
}

// ways returns who has shown a declaration in a revision.
func (t *Table) ways(revision string, d declaration) []string {
	return slices.Sorted(maps.Keys(t.seen[revision][d.signal][d.key]))
}

// reason returns why a declaration was not seen.
func (t *Table) reason(d declaration) *Reason {
	for i := range t.reasons {
		r := &t.reasons[i]
		if r.Signal == d.signal && (r.Attribute == "" || r.Attribute == d.key) {
			return r
		}
	}
	return nil
}

// Check returns what is wrong: declarations that a revision has, nobody has
// shown and no reason excuses, and reasons that excuse nothing.
func (t *Table) Check() []string {
	var out []string
	used := map[*Reason]bool{}
	for _, d := range t.declared() {
		for _, revision := range d.in {
			if len(t.ways(revision, d)) > 0 {
				continue
			}
			if r := t.reason(d); r != nil {
				used[r] = true
			} else if d.key == "" || len(t.ways(revision, declaration{signal: d.signal})) > 0 { // an absent signal is told once
				out = append(out, strings.TrimRight(fmt.Sprintf("%s: %s %s", revision, d.signal, d.key), " ")+" is declared and was not seen; emit it or state a reason")
			}
		}
	}
	for i := range t.reasons {
		if r := &t.reasons[i]; !used[r] {
			out = append(out, strings.TrimRight(fmt.Sprintf("the reason for %s %s", r.Signal, r.Attribute), " ")+" excuses nothing; remove it")
		}
	}
	return out
}
