package coverage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Markdown writes the table. ways are all ways in, in the order in which they
// are named.
func (t *Table) Markdown(ways []string) string {
	var b strings.Builder
	all, absent := t.declared(), t.absent()
	b.WriteString("| signal | declared | seen |\n| --- | --- | --- |\n")
	for _, d := range all {
		if d.key == "" && absent[d.signal] == nil {
			fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", d.signal, anchor(d.signal), t.count(all, d.signal, false), t.count(all, d.signal, true))
		}
	}
	b.WriteString("\nSignals of the conventions that llmotel does not emit:\n\n| signal | reason |\n| --- | --- |\n")
	for _, d := range all {
		if r := absent[d.signal]; d.key == "" && r != nil {
			fmt.Fprintf(&b, "| %s | %s |\n", quote(d.signal), r.Text)
		}
	}
	for _, d := range all {
		switch {
		case absent[d.signal] != nil:
		case d.key == "":
			fmt.Fprintf(&b, "\n### %s\n\n%s| attribute | level | %s |\n| --- | --- |%s\n", d.signal, t.renamed(d.signal), strings.Join(t.names(), " | "), strings.Repeat(" --- |", len(t.revisions)))
		default:
			fmt.Fprintf(&b, "| `%s` | %s |", d.key, d.level)
			for _, r := range t.revisions {
				fmt.Fprintf(&b, " %s |", t.cell(r.Name, d, ways))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// renamed tells what revisions call a span that have another name for it.
func (t *Table) renamed(signal string) string {
	var b strings.Builder
	for _, r := range t.revisions {
		for _, s := range r.Registry.Spans {
			if t.title(s) == signal && signal != "span "+s.Type {
				fmt.Fprintf(&b, "In %s it is `%s`.\n\n", r.Name, s.Type)
			}
		}
	}
	return b.String()
}

// absent returns the signals that no revision has shown, with the reason.
func (t *Table) absent() map[string]*Reason {
	out := map[string]*Reason{}
	for _, d := range t.declared() {
		if d.key != "" {
			continue
		}
		seen := false
		for _, r := range d.in {
			seen = seen || len(t.ways(r, d)) > 0
		}
		if !seen {
			if out[d.signal] = t.reason(d); out[d.signal] == nil {
				out[d.signal] = &Reason{Text: "**no reason stated**"}
			}
		}
	}
	return out
}

func (t *Table) names() []string {
	var out []string
	for _, r := range t.revisions {
		out = append(out, r.Name)
	}
	return out
}

// count writes how many attributes each revision declares for a signal, or has
// shown.
func (t *Table) count(all []declaration, signal string, seen bool) string {
	var out []string
	for _, r := range t.revisions {
		n, known := 0, false
		for _, d := range all {
			if d.signal == signal && slices.Contains(d.in, r.Name) {
				known = true
				if d.key != "" && (!seen || len(t.ways(r.Name, d)) > 0) {
					n++
				}
			}
		}
		if known {
			out = append(out, strconv.Itoa(n))
		} else {
			out = append(out, "–")
		}
	}
	return strings.Join(out, " / ")
}

// cell says who has shown an attribute in a revision.
func (t *Table) cell(revision string, d declaration, ways []string) string {
	if !slices.Contains(d.in, revision) {
		return "not declared"
	}
	seen := t.ways(revision, d)
	switch of := t.ways(revision, declaration{signal: d.signal}); {
	case len(seen) == 0:
		if r := t.reason(d); r != nil {
			return "no: " + r.Text
		}
		return "**no**"
	case len(seen) == len(of):
		return "yes"
	}
	var shown, others []string
	for _, w := range ways {
		switch {
		case slices.Contains(seen, w):
			shown = append(shown, w)
		case slices.Contains(t.ways(revision, declaration{signal: d.signal}), w):
			others = append(others, w)
		}
	}
	if len(others) < len(shown) {
		return "yes, not " + strings.Join(others, "; ")
	}
	return "yes: " + strings.Join(shown, "; ")
}

func quote(signal string) string {
	kind, name, _ := strings.Cut(signal, " ")
	return kind + " `" + name + "`"
}

// anchor is what Markdown renderers make of a heading.
func anchor(heading string) string {
	return strings.NewReplacer(" ", "-", ".", "").Replace(strings.ToLower(heading))
}
