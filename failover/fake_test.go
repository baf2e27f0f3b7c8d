package failover_test

import (
	"context"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// step is what a fake does in one call.
type step struct {
	after  time.Duration // before anything else; ends early with the context
	err    error
	panics bool
	hang   bool // until the context ends

	// Streams: words are sent one by one with gap between them; then err,
	// hang or the end. noFinish leaves out the last chunk.
	words    []string
	gap      time.Duration
	usage    bool // a start and a usage chunk before the words
	noFinish bool
}

// fake is a provider that follows a script; after its end it answers.
type fake struct {
	name string

	mu     sync.Mutex
	script []step
	calls  int
	models []string
	at     []time.Time
}

func script(name string, steps ...step) *fake { return &fake{name: name, script: steps} }

// always repeats one step.
func always(name string, s step) *fake {
	f := script(name)
	for range 1000 {
		f.script = append(f.script, s)
	}
	return f
}

func (f *fake) Name() string { return f.name }

func (f *fake) next(req *providers.Request) step {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	f.models = append(f.models, req.Model)
	f.at = append(f.at, time.Now())
	if len(f.script) == 0 {
		return step{words: []string{"hello"}}
	}
	s := f.script[0]
	f.script = f.script[1:]
	return s
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

func (f *fake) set(steps ...step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = steps
}

func (f *fake) wait(ctx context.Context, s step) error {
	if s.panics {
		panic("boom")
	}
	var timer <-chan time.Time
	switch {
	case s.hang:
	case s.after > 0:
		timer = time.After(s.after)
	default:
		return nil
	}
	select {
	case <-timer:
		return nil
	case <-ctx.Done():
		return &providers.Error{Provider: f.name, Kind: providers.KindCancelled, Err: ctx.Err()}
	}
}

func (f *fake) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	s := f.next(req)
	if err := f.wait(ctx, s); err != nil {
		return nil, err
	}
	if s.err != nil {
		return nil, s.err
	}
	return &providers.Response{
		ID: "r1", Provider: f.name, Model: req.Model,
		Choices: []providers.Choice{{Message: providers.Message{
			Role: providers.RoleAssistant, Parts: []providers.Part{providers.Text{Text: "hello from " + f.name}},
		}, FinishReason: providers.FinishStop}},
	}, nil
}

func (f *fake) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		s := f.next(req)
		hang := s.hang
		s.hang = false
		if err := f.wait(ctx, s); err != nil {
			yield(nil, err)
			return
		}
		if s.usage {
			if !yield(&providers.Chunk{Kind: providers.ChunkStart, ResponseID: "r1", Model: req.Model}, nil) {
				return
			}
			u := &providers.Usage{Completeness: providers.UsageReported}
			u.Set(providers.ClassInput, 7)
			if !yield(&providers.Chunk{Kind: providers.ChunkUsage, Usage: u}, nil) {
				return
			}
		}
		for _, w := range s.words {
			if err := f.wait(ctx, step{after: s.gap}); err != nil {
				yield(nil, err)
				return
			}
			if !yield(&providers.Chunk{Kind: providers.ChunkText, Text: w}, nil) {
				return
			}
		}
		if hang {
			yield(nil, f.wait(ctx, step{hang: true}))
			return
		}
		if s.err != nil {
			yield(nil, s.err)
			return
		}
		if s.noFinish {
			return
		}
		yield(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{
			Provider: f.name, Model: req.Model, Reasons: []providers.FinishReason{providers.FinishStop},
		}}, nil)
	}
}

func fail(kind providers.Kind) error {
	return &providers.Error{Provider: "fake", Kind: kind, StatusCode: 599}
}

func failAfter(kind providers.Kind, d time.Duration) error {
	return &providers.Error{Provider: "fake", Kind: kind, RetryAfter: d}
}

func ask() *providers.Request {
	return &providers.Request{Model: "m", Messages: []providers.Message{{
		Role: providers.RoleUser, Parts: []providers.Part{providers.Text{Text: "secret prompt"}},
	}}}
}

// full makes jitter as long as it can be.
var full = failover.WithRandom(func() float64 { return 1 })

func chain(t testing.TB, a, b providers.Provider, opts ...failover.Option) *failover.Chain {
	t.Helper()
	targets := []failover.Target{{Name: "a", Model: "model-a", Provider: a}}
	if b != nil {
		targets = append(targets, failover.Target{Name: "b", Model: "model-b", Provider: b})
	}
	c, err := failover.New(targets, append([]failover.Option{full}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// state is that of the first target.
func state(t testing.TB, c *failover.Chain) providers.BreakerState {
	t.Helper()
	s, ok := c.BreakerStatus("a")
	if !ok {
		t.Fatal("no target a")
	}
	return s.State
}

// either runs a call unary or as a stream.
func either(t testing.TB, c *failover.Chain, stream bool) (*providers.Response, error) {
	t.Helper()
	if stream {
		return providers.Collect(c.Stream(t.Context(), ask()))
	}
	return c.Generate(t.Context(), ask())
}
