package main

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"time"
)

const (
	width   = 960
	left    = 250 // where the bars begin
	right   = 40  // free space behind them
	rowSpan = 30
	// labelWidth is what a duration takes of its bar.
	labelWidth = 52
	rowLine    = 19
	headline   = 56
)

// shown are the attributes that are written under a span, in this order, by the
// ends of their names.
var shown = []string{
	"provider.name", "response.model", "usage.input_tokens", "usage.output_tokens",
	"response.time_to_first_chunk", "llmotel.cost.amount", "llmotel.target", "llmotel.attempts", "error.type",
}

// picture writes an SVG from top to bottom.
type picture struct {
	strings.Builder
	y          int
	begin, end int64
}

func draw(w io.Writer, t *trace) error {
	spans := slices.Clone(t.Spans)
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.Start, b.Start) })
	p := &picture{y: headline, begin: spans[0].Start, end: spans[0].Start + 1}
	for i := range spans {
		p.end = max(p.end, spans[i].Start+spans[i].Duration)
	}
	p.children(spans, "", 0)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="Waterfall of a trace" font-family="ui-sans-serif, system-ui, sans-serif">
<rect width="%d" height="%d" rx="8" fill="#fbfcfd" stroke="#d0d7de"/>
<text x="16" y="30" font-size="15" font-weight="600" fill="#1f2328">Trace %s</text>
<text x="%d" y="30" font-size="12" fill="#59636e" text-anchor="end">%s, %d spans</text>
%s</svg>
`, width, p.y+12, width, p.y+12, width, p.y+12, html.EscapeString(short(t.TraceID)), width-16, length(p.end-p.begin), len(spans), p.String())
	return err
}

func short(id string) string { return id[:min(8, len(id))] }

func (p *picture) children(spans []span, parent string, depth int) {
	for i := range spans {
		if s := &spans[i]; s.parent() == parent {
			p.span(s, depth)
			p.children(spans, s.SpanID, depth+1)
		}
	}
}

func (p *picture) span(s *span, depth int) {
	colour := "#1f883d"
	if value(s.Tags, "error") == "true" || value(s.Tags, "otel.status_code") == "ERROR" {
		colour = "#cf222e"
	} else if depth == 0 {
		colour = "#0969da"
	}
	x := 16 + depth*22
	if depth > 0 {
		fmt.Fprintf(p, `<path d="M%d %d v%d h10" fill="none" stroke="#afb8c1"/>`+"\n", x-14, p.y-8, 18)
	}
	kind := strings.ToUpper(value(s.Tags, "span.kind"))
	fmt.Fprintf(p, `<text x="%d" y="%d" font-size="13" font-weight="600" fill="#1f2328">%s <tspan font-size="10" font-weight="400" fill="#59636e">%s</tspan></text>`+"\n",
		x, p.y+14, html.EscapeString(s.Name), html.EscapeString(kind))
	from, to := p.at(s.Start), p.at(s.Start+s.Duration)
	fmt.Fprintf(p, `<rect x="%.1f" y="%d" width="%.1f" height="14" rx="3" fill="%s"/>`+"\n", from, p.y+3, max(to-from, 2), colour)
	// The duration is at the left of the bar, or at its right if an event would stand on it.
	x1, anchor := from+4, "start"
	for _, l := range s.Logs {
		if p.at(l.Time)-from < labelWidth {
			x1, anchor = to-4, "end"
		}
	}
	fmt.Fprintf(p, `<text x="%.1f" y="%d" font-size="10" fill="#ffffff" text-anchor="%s">%s</text>`+"\n", x1, p.y+14, anchor, length(s.Duration))
	for _, l := range s.Logs {
		fmt.Fprintf(p, `<circle cx="%.1f" cy="%d" r="4" fill="#fff8c5" stroke="#9a6700"/>`+"\n", p.at(l.Time), p.y+10)
	}
	p.y += rowSpan
	for _, l := range s.Logs {
		var parts []string
		name := value(l.Fields, "event")
		for _, f := range l.Fields {
			if f.Key == "event" {
				continue
			}
			parts = append(parts, fmt.Sprintf("%s=%s", shorten(f.Key, name), compact(f.Value)))
		}
		p.line("#9a6700", "● "+name+"  "+strings.Join(parts, " "))
	}
	var parts []string
	for _, key := range shown {
		for _, t := range s.Tags {
			if t.Key == key || strings.HasSuffix(t.Key, "."+key) {
				parts = append(parts, key+"="+compact(t.Value))
				break
			}
		}
	}
	const each = 4
	for chunk := range slices.Chunk(parts, each) {
		p.line("#59636e", strings.Join(chunk, "   "))
	}
	p.y += 8
}

// shorten drops from a key what the event's name says already.
func shorten(key, event string) string {
	group := event[:strings.LastIndexByte(event, '.')+1]
	for _, prefix := range []string{event + ".", group} {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			return rest
		}
	}
	return key
}

// compact writes numbers as short as they stay exact enough to read.
func compact(v any) string {
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("%.4g", f)
	}
	return fmt.Sprint(v)
}

func (p *picture) line(colour, text string) {
	fmt.Fprintf(p, `<text x="%d" y="%d" font-size="11" fill="%s" font-family="ui-monospace, monospace">%s</text>`+"\n",
		left, p.y+4, colour, html.EscapeString(text))
	p.y += rowLine
}

// at is where a time stands on the axis.
func (p *picture) at(t int64) float64 {
	return left + float64(t-p.begin)/float64(p.end-p.begin)*(width-left-right)
}

func length(us int64) string {
	return (time.Duration(us) * time.Microsecond).Round(100 * time.Microsecond).String()
}
