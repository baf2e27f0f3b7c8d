package main

import (
	"context"
	"errors"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/providers"
)

// story is what happens to the calls of a service.
type story struct {
	m        *monitor.Monitor
	plugs    plugs
	out      *printer
	question string
}

func (s *story) tell(ctx context.Context) error {
	chain := s.m.Chain().Describe()
	first := chain.Targets[0].Name
	ctx = llmotel.WithAttribution(ctx, llmotel.Attribution{Feature: "example", Prompt: "question", PromptVersion: "1"})

	s.out.chapter("All is well: %s answers", first)
	s.calls(ctx, 2)

	s.out.chapter("%s goes down", first)
	s.plugs.pull(first, true)
	s.calls(ctx, 4)
	s.out.breakers(s.m.Breakers())

	s.out.chapter("%s comes back", first)
	s.plugs.pull(first, false)
	if err := s.trial(ctx, first); err != nil {
		return err
	}
	s.calls(ctx, chain.Targets[0].Successes)
	s.out.breakers(s.m.Breakers())

	s.out.chapter("A stream of %s breaks in the middle: %v", first, chain.StreamPolicy)
	s.plugs.cut(first)
	s.stream(ctx)

	s.out.chapter("Everything is down")
	for _, t := range chain.Targets {
		s.plugs.pull(t.Name, true)
	}
	s.calls(ctx, 3)
	s.out.breakers(s.m.Breakers())
	return ctx.Err()
}

func (s *story) request() *providers.Request {
	return &providers.Request{
		Model:           "default", // each target has its own
		Messages:        []providers.Message{providers.UserText(s.question)},
		MaxOutputTokens: 1000,
	}
}

func (s *story) calls(ctx context.Context, n int) {
	for range n {
		if ctx.Err() != nil {
			return
		}
		start := time.Now()
		r, err := s.m.Generate(ctx, s.request())
		if err != nil {
			s.out.failed(err)
			continue
		}
		s.out.answered(r.Target, r.Model, r.Attempts, r.Degraded, time.Since(start))
	}
}

// trial waits until the target may be tried again.
func (s *story) trial(ctx context.Context, target string) error {
	st, ok := s.m.Chain().BreakerStatus(target)
	if !ok || st.State != providers.BreakerOpen {
		return nil
	}
	wait := time.Until(st.RetryAt)
	s.out.line("… %s until its next trial", wait.Round(100*time.Millisecond))
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stream shows what a consumer sees.
func (s *story) stream(ctx context.Context) {
	start, text := time.Now(), ""
	for c, err := range s.m.Stream(ctx, s.request()) {
		if err != nil {
			if broken, ok := errors.AsType[*providers.InterruptedError](err); ok && broken.Partial != nil {
				s.out.line("what had arrived stays: %q", shorten(broken.Partial.Text()))
			}
			s.out.failed(err)
			return
		}
		switch c.Kind {
		case providers.ChunkText:
			text += c.Text
		case providers.ChunkRestart:
			s.out.line("✂ discard %q: the answer begins anew", shorten(text))
			text = ""
		case providers.ChunkFinish:
			s.out.line("» %s", shorten(text))
			s.out.answered(c.Finish.Target, c.Finish.Model, c.Finish.Attempts, c.Finish.Degraded, time.Since(start))
		}
	}
}

func shorten(text string) string {
	const most = 70
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
