package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/llmotel/sdk/failover"
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
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.column > 0 {
		fmt.Fprintln(p.w)
		p.column = 0
	}
	fmt.Fprintf(p.w, format, args...)
}

func (p *printer) chapter(title, text string) {
	p.chapters++
	p.printf("\n%s\n   %s\n\n", p.paint(bold, fmt.Sprintf("%d. %s", p.chapters, title)), p.paint(dim, text))
}

func (p *printer) question(req *providers.Request) {
	p.printf("   %s %s\n", p.paint(cyan, "?"), shorten(req.Messages[0].Text(), 90))
}

func (p *printer) answer(r *providers.Response, took time.Duration) {
	p.printf("   %s %-9s %-16s %7s  %4d in %4d out  %s\n\n",
		p.paint(green, "✓"), r.Target, r.Model, took.Round(time.Millisecond), r.Usage.Input, r.Usage.Output,
		p.paint(dim, shorten(r.Text(), 70)))
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

func (p *printer) failure(err *failover.Error) {
	p.printf("   %s %s\n", p.paint(red, "✗"), wrap(err.Error(), 100, "     "))
	if wait := err.RetryAfter(); wait > 0 {
		p.printf("     %s\n", p.paint(bold, fmt.Sprintf("worth trying again in %s", wait.Round(10*time.Millisecond))))
	}
	p.printf("\n")
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

// summary prints the statistics, the last records and where to look next.
func (p *printer) summary(s stats.Snapshot, log string, exported bool) {
	p.chapter("What the process knows", "Statistics need no collector. Latencies are those of the run, so -speed shortens them.")
	p.printf("%s\n", indent(s.String()))
	p.chapter("What stays", "Every call is a line in "+log+". The beginnings of the last three:")
	for _, line := range lastLines(log, 3) {
		p.printf("   %s\n", shorten(line, 400))
	}
	p.printf("\n%s\n", p.paint(bold, "Where to look next"))
	if exported {
		p.printf("   Traces      http://localhost:16686/search?service=llmotel-quickstart\n" +
			"   Metrics     http://localhost:9090/query?g0.expr=llmotel_breaker_state_ratio\n")
	} else {
		p.printf("   Traces      no collector was listening: docker compose up -d --wait, then run this again\n" +
			"   and metrics and open http://localhost:16686 and http://localhost:9090\n")
	}
	p.printf("   Records     jq -c '[.provider, .latency_ms, .cost_usd, .error_kind]' %s\n"+
		"   Your code   examples/quickstart/main.go, then README.md\n\n", log)
}

func lastLines(path string, n int) []string {
	text, err := os.ReadFile(path) //nolint:gosec // the path is the one that the user gave
	if err != nil {
		return []string{err.Error()}
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return lines[max(0, len(lines)-n):]
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
