package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// printer writes the story for people.
type printer struct {
	mu       sync.Mutex
	w        io.Writer
	colour   bool
	chapters int
	column   int // of streamed text
}

func newPrinter(w io.Writer) *printer {
	p := &printer{w: w}
	if f, ok := w.(*os.File); ok && os.Getenv("NO_COLOR") == "" {
		info, err := f.Stat()
		p.colour = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (p *printer) paint(code, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *printer) printf(format string, args ...any) {
	p.endLine()
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, format, args...)
}

// endLine ends streamed text.
func (p *printer) endLine() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.column > 0 {
		fmt.Fprintln(p.w)
		p.column = 0
	}
}

func (p *printer) chapter(title, text string) {
	p.chapters++
	p.printf("\n%s\n   %s\n\n", p.paint(bold, fmt.Sprintf("%d. %s", p.chapters, title)), p.paint(dim, wrap(text, 110, "   ")))
}

func (p *printer) question(req *providers.Request) {
	p.printf("   %s %s\n", p.paint(cyan, "?"), shorten(req.Messages[0].Text(), 90))
}

// answer writes who answered, and the text unless it has been shown already.
func (p *printer) answer(r *providers.Response, took time.Duration, text string) {
	p.printf("   %s %-9s %-16s %7s  %4d in %4d out  %s\n\n",
		p.paint(green, "✓"), r.Target, r.Model, took.Round(time.Millisecond), r.Usage.Input, r.Usage.Output,
		p.paint(dim, shorten(text, 60)))
}

// chunk shows streamed text as it comes.
func (p *printer) chunk(c *providers.Chunk) {
	if c.Kind != providers.ChunkText {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	const width = 100
	if p.column == 0 {
		fmt.Fprint(p.w, "   ", p.paint(cyan, "» "))
		p.column = 5
	}
	if p.column > width {
		fmt.Fprint(p.w, "\n     ")
		p.column = 5
	}
	text := strings.ReplaceAll(c.Text, "\n", " ")
	fmt.Fprint(p.w, text)
	p.column += len([]rune(text))
}

func (p *printer) waiting(d time.Duration) {
	p.printf("   %s waiting %s for the next trial\n\n", p.paint(dim, "…"), d.Round(10*time.Millisecond))
}

// failure writes the error of a call; in short if one like it has been shown.
func (p *printer) failure(err *failover.Error, short bool) {
	text := err.Error()
	if short {
		text = fmt.Sprintf("no target answered (attempts: %d)", err.Attempts())
		if wait := err.RetryAfter(); wait > 0 {
			text += p.paint(bold, fmt.Sprintf("; worth trying again in %s", wait.Round(10*time.Millisecond)))
		}
	}
	p.printf("   %s %s\n\n", p.paint(red, "✗"), wrap(text, 110, "     "))
}

// hooks prints what the chain does between question and answer.
func (p *printer) hooks() failover.Hooks {
	return failover.Hooks{
		Retry: func(_ context.Context, e failover.RetryEvent) {
			p.printf("   %s %-9s %s, again in %s\n", p.paint(yellow, "↻"), e.Target, e.Kind, e.Delay.Round(time.Millisecond))
		},
		Skip: func(_ context.Context, e failover.SkipEvent) {
			p.printf("   %s %-9s not asked: %s\n", p.paint(dim, "–"), e.Target, strings.ReplaceAll(string(e.Reason), "_", " "))
		},
		Fallback: func(_ context.Context, e failover.FallbackEvent) {
			if e.Kind != providers.KindRejected {
				p.printf("   %s %-9s %s: over to %s\n", p.paint(yellow, "→"), e.From, e.Kind, e.To)
			}
		},
		BreakerChange: func(_ context.Context, e failover.BreakerEvent) {
			colour := map[providers.BreakerState]string{providers.BreakerOpen: red, providers.BreakerHalfOpen: yellow, providers.BreakerClosed: green}[e.To]
			p.printf("   %s circuit breaker of %s: %s → %s (%s)\n", p.paint(colour, "●"), e.Target,
				name(e.From), p.paint(colour, name(e.To)), strings.ReplaceAll(e.Reason, "_", " "))
		},
	}
}

func name(s providers.BreakerState) string { return strings.ReplaceAll(string(s), "_", "-") }

// summary prints the statistics, the last record and where to look next.
func (p *printer) summary(s stats.Snapshot, log string, failed []*otelsetup.ExportError) {
	p.chapter("What the process knows", "Statistics need no collector. Latencies are those of the run, so -speed shortens them.")
	p.printf("%s\n", indent(s.String()))
	p.chapter("What stays", "Every call is a line in "+log+", without prompt and answer. The last one:")
	line, err := lastLine(log)
	if err != nil {
		line = err.Error()
	}
	p.printf("   %s\n", wrap(strings.ReplaceAll(cmp.Or(line, "(not a file to read from)"), `,"`, `, "`), 110, "   "))
	p.printf("\n%s\n", p.paint(bold, "Where to look next"))
	p.exported(failed)
	p.printf("   Records     go run ./cmd/llmotel report %s --by feature,target\n"+
		"   Your code   examples/quickstart/main.go, then README.md\n\n", log)
}

// exported says where traces and metrics are, as far as this program knows.
func (p *printer) exported(failed []*otelsetup.ExportError) {
	for _, at := range []struct{ name, signal, link string }{
		{"Traces", "traces", "http://localhost:16686/search?service=" + service},
		{"Metrics", "metrics", "http://localhost:9090/query?g0.expr=llmotel_breaker_state_ratio"},
	} {
		to := destination(at.signal)
		text := "exported to " + to
		lost := slices.ContainsFunc(failed, func(e *otelsetup.ExportError) bool { return e.Endpoint == to })
		switch ours := composed(to); {
		case to == "":
			text = "not exported, as the OTEL_* variables say"
		case lost && ours:
			text = fmt.Sprintf("no collector took them at %s: docker compose up -d --wait, and run this again", to)
		case lost:
			text = fmt.Sprintf("could not be exported to %s, where the OTEL_* variables send them", to)
		case ours:
			text = at.link
		}
		p.printf("   %-11s %s\n", at.name, text)
	}
}

// wrap breaks a text between words into lines of at most n characters.
func wrap(s string, n int, indent string) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(s) {
		if l := len([]rune(word)); column > 0 && column+l+1 > n {
			b.WriteString("\n" + indent)
			column = 0
		} else if column > 0 {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len([]rune(word))
	}
	return b.String()
}

func indent(s string) string {
	return "   " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n   ") + "\n"
}

func shorten(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
