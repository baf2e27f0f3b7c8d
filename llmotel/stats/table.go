package stats

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/llmotel/sdk/providers"
)

// String returns the table that WriteTable writes.
func (s Snapshot) String() string {
	var b strings.Builder
	_ = s.WriteTable(&b)
	return b.String()
}

// WriteTable writes the figures for a person to read: one row for each model,
// one for all calls, those by feature, prompt and variant, then the latencies, the times to first chunk of streams and
// the circuit breakers. Columns and tables that would be empty are left out.
func (s Snapshot) WriteTable(w io.Writer) error {
	var b strings.Builder
	columns := s.columns()
	rows := [][]string{header(columns)}
	for i := range s.Models {
		m := &s.Models[i]
		rows = append(rows, row(columns, m.Provider+" / "+m.Model, &m.Figures))
	}
	rows = append(rows, nil, row(columns, "all calls", &s.Overall.Figures))
	writeAligned(&b, rows)

	if attributed := s.attributedRows(columns); len(attributed) > 1 {
		b.WriteByte('\n')
		writeAligned(&b, attributed)
	}
	if latencies := s.latencyRows(); len(latencies) > 1 {
		b.WriteByte('\n')
		writeAligned(&b, latencies)
	}
	if first := s.firstChunkRows(); len(first) > 1 {
		b.WriteByte('\n')
		writeAligned(&b, first)
	}
	if breakers := s.breakerRows(); len(breakers) > 1 {
		b.WriteByte('\n')
		writeAligned(&b, breakers)
	}
	for _, note := range s.notes() {
		b.WriteString(note)
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

type column struct {
	title string
	cell  func(*Figures) string
}

func (s *Snapshot) columns() []column {
	columns := []column{
		{"provider / model", nil},
		{"requests", func(f *Figures) string { return count(f.Requests) }},
		{"ok", func(f *Figures) string { return count(f.Succeeded) }},
		{"failed", func(f *Figures) string { return count(f.Failed) }},
	}
	if s.any(func(f *Figures) bool { return f.Cancelled > 0 }) {
		columns = append(columns, column{"cancelled", func(f *Figures) string { return count(f.Cancelled) }})
	}
	if s.any(func(f *Figures) bool { return f.Abandoned > 0 }) {
		columns = append(columns, column{"left", func(f *Figures) string { return count(f.Abandoned) }})
	}
	columns = append(columns,
		column{"err %", func(f *Figures) string { return strconv.FormatFloat(100*f.ErrorRate, 'f', 1, 64) }})
	if s.any(func(f *Figures) bool { return f.Retries > 0 }) {
		columns = append(columns, column{"retries", func(f *Figures) string { return count(f.Retries) }})
	}
	return append(columns,
		column{"tokens in", func(f *Figures) string { return count(f.Tokens.Input) }},
		column{"out", func(f *Figures) string { return count(f.Tokens.Output) }},
		column{"cost $", costCell})
}

func latencyColumns(of func(*Figures) *Latency) []column {
	get := func(title string, value func(*Latency) time.Duration) column {
		return column{title, func(f *Figures) string { return duration(of(f), value(of(f))) }}
	}
	return []column{
		get("p50", func(l *Latency) time.Duration { return l.P50 }),
		get("p95", func(l *Latency) time.Duration { return l.P95 }),
		get("p99", func(l *Latency) time.Duration { return l.P99 }),
		get("avg", func(l *Latency) time.Duration { return l.Avg }),
		get("min", func(l *Latency) time.Duration { return l.Min }),
		get("max", func(l *Latency) time.Duration { return l.Max }),
	}
}

func (s *Snapshot) any(is func(*Figures) bool) bool {
	return is(&s.Overall.Figures) || slices.ContainsFunc(s.Models, func(m Model) bool { return is(&m.Figures) })
}

func header(columns []column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.title
	}
	return out
}

func row(columns []column, name string, f *Figures) []string {
	out := make([]string, len(columns))
	out[0] = name
	for i, c := range columns[1:] {
		out[i+1] = c.cell(f)
	}
	return out
}

// attributedRows are the calls by what they were made for.
func (s *Snapshot) attributedRows(columns []column) [][]string {
	title := header(columns)
	title[0] = "made for"
	rows := [][]string{title}
	for i := range s.Features {
		f := &s.Features[i]
		rows = append(rows, row(columns, "feature "+f.Feature, &f.Figures))
	}
	for i := range s.Prompts {
		p := &s.Prompts[i]
		rows = append(rows, row(columns, strings.TrimSpace("prompt "+p.Prompt+" "+p.Version), &p.Figures))
	}
	for i := range s.Variants {
		v := &s.Variants[i]
		rows = append(rows, row(columns, v.Experiment+" = "+v.Variant, &v.Figures))
	}
	return rows
}

// latencyRows are the latencies of what was answered, in a table of their own
// so that neither is wider than a screen.
func (s *Snapshot) latencyRows() [][]string {
	columns := append([]column{{"latency", nil}}, latencyColumns(func(f *Figures) *Latency { return &f.Latency })...)
	rows := [][]string{header(columns)}
	for i := range s.Models {
		if m := &s.Models[i]; m.Latency.Count > 0 {
			rows = append(rows, row(columns, m.Provider+" / "+m.Model, &m.Figures))
		}
	}
	if s.Overall.Latency.Count > 0 {
		rows = append(rows, nil, row(columns, "all calls", &s.Overall.Figures))
	}
	return rows
}

// firstChunkRows are the times to first chunk of what was streamed.
func (s *Snapshot) firstChunkRows() [][]string {
	columns := append([]column{{"time to first chunk", nil}}, latencyColumns(func(f *Figures) *Latency { return &f.TimeToFirstChunk })...)
	rows := [][]string{header(columns)}
	for i := range s.Models {
		if m := &s.Models[i]; m.TimeToFirstChunk.Count > 0 {
			rows = append(rows, row(columns, m.Provider+" / "+m.Model, &m.Figures))
		}
	}
	return rows
}

func (s *Snapshot) breakerRows() [][]string {
	rows := [][]string{{"circuit breaker", "state", "failures", "successes", "err %", "in a row", "because of", "next trial"}}
	for i := range s.Targets {
		t, b := &s.Targets[i], s.Targets[i].Breaker
		if b == nil {
			continue
		}
		// What is not closed and knows of no failures in a row, as after a failed
		// trial, has an empty cell: neither none nor some.
		row, why, next := "", cmp.Or(words(b.Reason), "-"), "-"
		if b.State == providers.BreakerClosed {
			why = "-"
		}
		if b.State == providers.BreakerClosed || b.ConsecutiveFailures > 0 {
			row = strconv.Itoa(b.ConsecutiveFailures)
		}
		if b.State == providers.BreakerOpen && !b.RetryAt.IsZero() {
			next = "now"
			if wait := b.RetryAt.Sub(s.At); wait > 0 {
				next = "in " + short(wait)
			}
		}
		rows = append(rows, []string{
			t.Target, strings.ReplaceAll(string(b.State), "_", "-"), strconv.Itoa(b.Failures), strconv.Itoa(b.Successes),
			strconv.FormatFloat(100*b.ErrorRate, 'f', 1, 64), row, why, next,
		})
	}
	return rows
}

// words writes a reason for people.
func words(reason string) string { return strings.ReplaceAll(reason, "_", " ") }

func (s *Snapshot) notes() []string {
	var notes []string
	o := &s.Overall
	if o.Fallbacks > 0 {
		notes = append(notes, count(o.Fallbacks)+" of the calls were answered by a fallback; each row counts what was sent to that model.")
	}
	switch n := o.Cost.Unpriced + o.Cost.Partial; {
	case n == 1:
		notes = append(notes, "* without 1 call whose price or usage is not, or not fully, known.")
	case n > 0:
		notes = append(notes, fmt.Sprintf("* without %s calls whose price or usage is not, or not fully, known.", count(n)))
	case s.any(func(f *Figures) bool { return f.Cost.Unpriced+f.Cost.Partial > 0 }):
		// Of a call that one target answered and another gave nothing for, say, only
		// the sum is whole.
		notes = append(notes, "* without what was sent to that model and has no price, or usage, that is fully known.")
	}
	for _, currency := range sortedKeys(o.Cost.Other) {
		notes = append(notes, fmt.Sprintf("+ %s %s", strconv.FormatFloat(o.Cost.Other[currency], 'f', 4, 64), currency))
	}
	if n := max(s.OverflowVisits, s.OverflowCalls); n > 0 {
		notes = append(notes, fmt.Sprintf("%s requests since the start are under %q: too many different names.", count(n), Other))
	}
	return notes
}
