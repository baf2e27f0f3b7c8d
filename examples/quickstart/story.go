package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// story is a day in the life of a service that calls an LLM.
type story struct {
	m                 *monitor.Monitor
	openai, anthropic *mock.Provider
	out               *printer
	speed             float64
	scale             func(time.Duration) time.Duration
	asked             int
}

func (s *story) tell(ctx context.Context) error {
	s.out.chapter("All is well", "The primary, openai, answers.")
	if err := s.calls(ctx, 3, s.generate); err != nil {
		return err
	}
	if err := s.calls(ctx, 1, s.stream); err != nil {
		return err
	}

	s.out.chapter("The primary goes down", "The backup answers, and the caller notices nothing. A call is retried once before it moves on; "+
		"the fifth failure in a row opens the circuit breaker, and the call moves on at once.")
	s.openai.SetDown(true)
	if err := s.until(ctx, "openai", providers.BreakerOpen, 5); err != nil {
		return err
	}

	s.out.chapter("Its circuit breaker is open", "The dead primary is not even asked: no call waits for it.")
	if err := s.calls(ctx, 2, s.generate); err != nil {
		return err
	}
	if err := s.calls(ctx, 1, s.stream); err != nil {
		return err
	}

	s.out.chapter("The primary comes back", s.trials())
	s.openai.SetDown(false)
	if err := s.waitForTrial(ctx, "openai"); err != nil {
		return err
	}
	if err := s.until(ctx, "openai", providers.BreakerClosed, 5); err != nil {
		return err
	}
	if err := s.calls(ctx, 1, s.generate); err != nil {
		return err
	}

	s.out.chapter("Everything is down", "One clear error: what each provider said and, once nobody is asked any more, when to try again.")
	s.openai.SetDown(true)
	if err := s.anthropic.SetOutage(providers.KindOverloaded); err != nil {
		return err
	}
	for n := range 10 {
		_, err := s.ask(ctx)
		fe, ok := errors.AsType[*failover.Error](err)
		if !ok {
			return fmt.Errorf("with all providers down the call returned %w, want a *failover.Error", err)
		}
		s.out.failure(fe, n > 0)
		if fe.Attempts() == 0 { // nobody is asked any more
			return nil
		}
	}
	return errors.New("the circuit breakers did not open with all providers down")
}

// trials explains the wait, which goes by the clock of the run.
func (s *story) trials() string {
	text := fmt.Sprintf("%s after it opened, the breaker lets trial calls through.", openDelay)
	if s.speed != 1 {
		text += fmt.Sprintf(" At -speed %g that is %s.", s.speed, s.scale(openDelay).Round(10*time.Millisecond))
	}
	return text
}

// until makes calls until the target's breaker is in the state, at most n.
func (s *story) until(ctx context.Context, target string, state providers.BreakerState, n int) error {
	for range n {
		if err := s.generate(ctx); err != nil {
			return err
		}
		if b, _ := s.m.Chain().BreakerStatus(target); b.State == state {
			return nil
		}
	}
	return fmt.Errorf("the circuit breaker of %s is not %s after %d calls", target, state, n)
}

func (s *story) waitForTrial(ctx context.Context, target string) error {
	b, _ := s.m.Chain().BreakerStatus(target)
	wait := time.Until(b.RetryAt) + s.scale(100*time.Millisecond)
	s.out.waiting(wait)
	select {
	case <-time.After(max(wait, 0)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *story) calls(ctx context.Context, n int, call func(context.Context) error) error {
	for range n {
		if err := call(ctx); err != nil {
			return err
		}
	}
	return nil
}

// request returns the next question and the context that says what it is for.
func (s *story) request(ctx context.Context) (context.Context, *providers.Request) {
	q := questions[s.asked%len(questions)]
	variant := []string{"A", "B"}[s.asked%2]
	s.asked++
	ctx = llmotel.WithAttribution(ctx, llmotel.Attribution{
		Feature: q.feature, FeatureVersion: "2.1", Prompt: q.feature + "-answer", PromptVersion: "7",
		Experiment: "short-system-prompt", Variant: variant, Tenant: "acme",
	})
	return ctx, &providers.Request{
		Model:           s.openai.Model(),
		System:          []providers.Text{{Text: "You are a helpful assistant of a small software company."}},
		Messages:        []providers.Message{providers.UserText(q.text)},
		MaxOutputTokens: 300,
		Temperature:     new(0.3),
	}
}

func (s *story) ask(ctx context.Context) (*providers.Response, error) {
	ctx, req := s.request(ctx)
	s.out.question(req)
	return s.m.Generate(ctx, req)
}

func (s *story) generate(ctx context.Context) error {
	begun := time.Now()
	resp, err := s.ask(ctx)
	if err != nil {
		return err
	}
	s.out.answer(resp, time.Since(begun), resp.Text())
	return nil
}

func (s *story) stream(ctx context.Context) error {
	begun := time.Now()
	ctx, req := s.request(ctx)
	s.out.question(req)
	var answer providers.Collector
	for chunk, err := range s.m.Stream(ctx, req) {
		if err != nil {
			return err
		}
		s.out.chunk(chunk)
		answer.Add(chunk)
	}
	s.out.answer(answer.Response(), time.Since(begun), "streamed")
	return nil
}
