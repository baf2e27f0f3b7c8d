package console

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel"
)

// node is a span with those inside.
type node struct {
	span     sdktrace.ReadOnlySpan
	events   []event
	children []*node
}

// tree returns the spans whose parents are not among them, with those inside, in
// the order in which they began.
func tree(spans []sdktrace.ReadOnlySpan, events map[trace.SpanID][]event) []*node {
	nodes := make(map[trace.SpanID]*node, len(spans))
	sorted := slices.SortedStableFunc(slices.Values(spans), func(a, b sdktrace.ReadOnlySpan) int {
		return a.StartTime().Compare(b.StartTime())
	})
	for _, s := range sorted {
		n := &node{span: s}
		for _, e := range s.Events() {
			n.events = append(n.events, event{e.Name, e.Attributes})
		}
		n.events = append(n.events, events[s.SpanContext().SpanID()]...)
		nodes[s.SpanContext().SpanID()] = n
	}
	var roots []*node
	for _, s := range sorted {
		n := nodes[s.SpanContext().SpanID()]
		if parent := nodes[s.Parent().SpanID()]; parent != nil {
			parent.children = append(parent.children, n)
		} else {
			roots = append(roots, n)
		}
	}
	return roots
}

// write writes the node, its first line after first, the others after rest.
func (n *node) write(w io.Writer, first, rest string) {
	took := n.span.EndTime().Sub(n.span.StartTime())
	by := ""
	if scope := n.span.InstrumentationScope().Name; scope != llmotel.ScopeName {
		by = "  by " + scope
	}
	fmt.Fprintf(w, "%s%s  %s%s\n", first, n.span.Name(), round(took), by)
	bar := rest + "     "
	if len(n.children) > 0 {
		bar = rest + "│    "
	}
	for _, line := range n.lines() {
		fmt.Fprintf(w, "%s%s\n", bar, line)
	}
	for i, child := range n.children {
		if i == len(n.children)-1 {
			child.write(w, rest+"└─ ", rest+"   ")
		} else {
			child.write(w, rest+"├─ ", rest+"│  ")
		}
	}
}

// lines say what the span tells, in words.
func (n *node) lines() []string {
	a := attributes{}
	for _, kv := range n.span.Attributes() {
		a[string(kv.Key)] = kv.Value
	}
	var lines []string
	add := func(facts ...string) {
		if line := strings.Join(slices.DeleteFunc(facts, func(s string) bool { return s == "" }), " · "); line != "" {
			lines = append(lines, line)
		}
	}
	add(a.text("model", "gen_ai.response.model"), a.text("from", "gen_ai.provider.name"), a.text("at", "server.address"))
	add(a.tokens(), a.cost(), a.text("finish", "gen_ai.response.finish_reasons"))
	add(a.seconds("first chunk after", "gen_ai.response.time_to_first_chunk"), a.text("attempts", "llmotel.attempts"))
	add(a.text("feature", "llmotel.feature.name"), a.text("prompt", "gen_ai.prompt.name"), a.text("conversation", "gen_ai.conversation.id"))
	if n.span.Status().Code == codes.Error {
		add(a.text("error", "error.type"), n.span.Status().Description)
	}
	for _, e := range n.events {
		add(e.String())
	}
	return lines
}

func (e event) String() string {
	facts := make([]string, 0, len(e.attributes))
	for _, kv := range e.attributes {
		name := string(kv.Key)
		for _, prefix := range []string{e.name + ".", "gen_ai.evaluation.", "gen_ai."} {
			name = strings.TrimPrefix(name, prefix)
		}
		value := words(kv.Value)
		if kv.Key == "llmotel.retry.delay" {
			value = seconds(kv.Value)
		}
		facts = append(facts, name+"="+value)
	}
	slices.Sort(facts)
	return "event " + e.name + "  " + strings.Join(facts, " ")
}

// attributes are those of a span by their names.
type attributes map[string]attribute.Value

// text is a label and a value; empty without the attribute.
func (a attributes) text(label, key string) string {
	if v, ok := a[key]; ok {
		return label + " " + words(v)
	}
	return ""
}

func (a attributes) seconds(label, key string) string {
	if v, ok := a[key]; ok {
		return label + " " + seconds(v)
	}
	return ""
}

func (a attributes) tokens() string {
	_, in := a["gen_ai.usage.input_tokens"]
	_, out := a["gen_ai.usage.output_tokens"]
	if !in && !out {
		if v, ok := a["llmotel.usage.completeness"]; ok {
			return "tokens " + v.AsString()
		}
		return ""
	}
	s := fmt.Sprintf("tokens %d in, %d out", a["gen_ai.usage.input_tokens"].AsInt64(), a["gen_ai.usage.output_tokens"].AsInt64())
	var subsets []string
	for _, subset := range []struct{ label, key string }{
		{"cached", "gen_ai.usage.cache_read.input_tokens"}, {"reasoning", "gen_ai.usage.reasoning.output_tokens"},
	} {
		if n := a[subset.key].AsInt64(); n > 0 {
			subsets = append(subsets, fmt.Sprintf("%d %s", n, subset.label))
		}
	}
	if len(subsets) > 0 {
		s += " (" + strings.Join(subsets, ", ") + ")"
	}
	return s
}

func (a attributes) cost() string {
	if v, ok := a["llmotel.cost.amount"]; ok {
		return fmt.Sprintf("cost %.6f %s", v.AsFloat64(), cmp.Or(a["llmotel.cost.currency"].AsString(), "USD"))
	}
	if a["llmotel.cost.unpriced"].AsBool() {
		return "cost unknown: no price for this model"
	}
	return ""
}

// words is a value as people write it.
func words(v attribute.Value) string {
	if v.Type() == attribute.STRINGSLICE {
		return strings.Join(v.AsStringSlice(), ", ")
	}
	return v.String()
}

func seconds(v attribute.Value) string {
	return round(time.Duration(v.AsFloat64() * float64(time.Second)))
}

func round(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}
