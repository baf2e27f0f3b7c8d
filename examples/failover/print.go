package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// printer writes what happens, one line each.
type printer struct {
	mu       sync.Mutex
	w        io.Writer
	chapters int
	told     bool // the history of a failure
}

func (p *printer) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "   "+format+"\n", args...)
}

func (p *printer) chapter(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.chapters++
	fmt.Fprintf(p.w, "\n%d. %s\n\n", p.chapters, fmt.Sprintf(format, args...))
}

// hooks tell what the chain does on the way to an answer.
func (p *printer) hooks() failover.Hooks {
	return failover.Hooks{
		Retry: func(_ context.Context, e failover.RetryEvent) {
			p.line("  ↻ %s %s: again in %s", e.Target, e.Kind, e.Delay.Round(time.Millisecond))
		},
		Skip: func(_ context.Context, e failover.SkipEvent) {
			p.line("  – %s not asked: %s", e.Target, spaced(string(e.Reason)))
		},
		Fallback: func(_ context.Context, e failover.FallbackEvent) {
			if !e.LastResort && e.Kind != providers.KindRejected { // which Skip has told
				p.line("  → %s %s: over to %s", e.From, e.Kind, e.To)
			}
		},
		BreakerChange: func(_ context.Context, e failover.BreakerEvent) {
			p.line("  ◦ circuit breaker of %s: %s → %s (%s)", e.Target, name(e.From), name(e.To), spaced(e.Reason))
		},
	}
}

func (p *printer) answered(target, model string, attempts int, degraded bool, took time.Duration) {
	if degraded {
		p.line("✓ the last resort answered after %s", count(attempts, "attempt"))
		return
	}
	p.line("✓ %s answered with %s after %s, %s", target, model, count(attempts, "attempt"), took.Round(10*time.Millisecond))
}

// failed writes the error of a call: its text, which says when to try again, and
// its history; in short if one like it has been written.
func (p *printer) failed(err error) {
	failed, ok := errors.AsType[*failover.Error](err)
	if ok && p.told && failed.Outcome == failover.OutcomeExhausted {
		text := fmt.Sprintf("no target answered (attempts: %d)", failed.Attempts())
		if wait := failed.RetryAfter(); wait > 0 {
			text += fmt.Sprintf("; worth trying again in %s", wait.Round(10*time.Millisecond))
		}
		p.line("✗ %s", text)
		return
	}
	p.line("✗ %v", err)
	if !ok || p.told {
		return
	}
	p.told = true
	for _, a := range failed.History {
		if a.Skip != "" {
			p.line("    %s: not asked, %s", a.Target, spaced(string(a.Skip)))
			continue
		}
		p.line("    %s: attempt %d, %s", a.Target, a.N, a.Kind)
	}
}

func (p *printer) breakers(all []providers.BreakerStatus) {
	var states []string
	for _, b := range all {
		if b.Key == "" && b.Model == "" {
			states = append(states, fmt.Sprintf("%s %s", b.Target, name(b.State)))
		}
	}
	p.line("circuit breakers: %s", strings.Join(states, ", "))
}

// spaced and name write constants for people.
func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

func name(s providers.BreakerState) string { return strings.ReplaceAll(string(s), "_", "-") }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
