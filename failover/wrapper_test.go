package failover_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// wrapper is a visit's wrapper with a Stream of its own.
type wrapper struct {
	providers.Provider
	stream func(iter.Seq2[*providers.Chunk, error], func(*providers.Chunk, error) bool)
}

func (w wrapper) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) { w.stream(w.Provider.Stream(ctx, req), yield) }
}

// queue is a wrapper that waits for a turn that never comes.
type queue struct{ providers.Provider }

func (queue) Generate(ctx context.Context, _ *providers.Request) (*providers.Response, error) {
	<-ctx.Done()
	return nil, &providers.Error{Kind: providers.KindCancelled, Err: ctx.Err()}
}

func TestCauseOfCancellationInWrapper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reason := errors.New("user left")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(reason) })
		c := chain(t, script("pa"), nil,
			failover.WithVisit(func(p providers.Provider) providers.Provider { return queue{p} }))
		_, err := c.Generate(ctx, ask())
		if !errors.Is(err, reason) || !errors.Is(err, context.Canceled) || providers.KindOf(err) != providers.KindCancelled {
			t.Errorf("%v", err)
		}
	})
}

// TestWrappedStreamWithoutEnd: a wrapper that loses the answer has failed.
func TestWrappedStreamWithoutEnd(t *testing.T) {
	lose := func(p providers.Provider) providers.Provider {
		if p.(failover.Targeted).TargetName() == "b" {
			return p
		}
		return wrapper{p, func(iter.Seq2[*providers.Chunk, error], func(*providers.Chunk, error) bool) {}}
	}
	_, err := kinds(t.Context(), chain(t, script("pa"), nil, failover.WithVisit(lose)))
	if providers.KindOf(err) != providers.KindMalformed || !errors.Is(err, failover.ErrAllTargetsFailed) {
		t.Errorf("alone: %v", err)
	}
	resp, err := providers.Collect(chain(t, script("pa"), script("pb"), failover.WithVisit(lose)).Stream(t.Context(), ask()))
	if err != nil || resp.Target != "b" {
		t.Errorf("with another target: %+v, %v", resp, err)
	}
}

// TestWrappedStreamBreaks: whatever a wrapper makes of a stream that has begun,
// the caller gets an InterruptedError that has a partial answer.
func TestWrappedStreamBreaks(t *testing.T) {
	foreign := errors.New("cut by the wrapper")
	for name, tc := range map[string]struct {
		last error
		kind providers.Kind
	}{
		"interrupted for no reason":            {&providers.InterruptedError{}, providers.KindUnknown},
		"interrupted for a reason of its own":  {&providers.InterruptedError{Err: foreign}, providers.KindUnknown},
		"interrupted without a partial answer": {&providers.InterruptedError{Err: fail(providers.KindNetwork)}, providers.KindNetwork},
		"an error of its own":                  {foreign, providers.KindUnknown},
		"no end":                               {nil, providers.KindMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			b := script("pb")
			c := chain(t, script("pa"), b, failover.WithVisit(func(p providers.Provider) providers.Provider {
				return wrapper{p, func(in iter.Seq2[*providers.Chunk, error], yield func(*providers.Chunk, error) bool) {
					for chunk, err := range in {
						if chunk != nil && chunk.Kind == providers.ChunkFinish {
							if tc.last != nil {
								yield(nil, tc.last)
							}
							return
						}
						if !yield(chunk, err) {
							return
						}
					}
				}}
			}))
			got, err := kinds(t.Context(), c)
			if len(got) != 1 || b.count() != 0 {
				t.Fatalf("%v, %v", got, err)
			}
			broken, ok := errors.AsType[*providers.InterruptedError](err)
			if !ok || broken.Partial == nil || broken.Partial.Attempts != 1 || broken.Partial.Target != "a" {
				t.Fatalf("%+v", err)
			}
			fe, ok := errors.AsType[*failover.Error](err)
			if !ok || fe.Outcome != failover.OutcomeInterrupted || providers.KindOf(err) != tc.kind {
				t.Errorf("%+v, kind %s", err, providers.KindOf(err))
			}
			if own, ok := errors.AsType[*providers.Error](fe.Err); !ok || own.Kind != tc.kind {
				t.Errorf("the decisive error is %v", fe.Err)
			}
			if errors.Is(tc.last, foreign) && (!errors.Is(err, foreign) || strings.Contains(err.Error()+fe.Error(), "wrapper")) {
				t.Errorf("%v / %v", err, fe)
			}
		})
	}
}

// twice is a wrapper that tries again by itself.
type twice struct{ providers.Provider }

func (p twice) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	if resp, err := p.Provider.Generate(ctx, req); err == nil {
		return resp, nil
	}
	return p.Provider.Generate(ctx, req)
}

// A wrapper's second call is held to what is left of the call's time.
func TestWrapperThatCallsTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := script("pa", step{after: 3 * time.Second, err: fail(providers.KindModelNotFound)}, step{hang: true})
		c := chain(t, a, nil, failover.WithTotalTimeout(5*time.Second),
			failover.WithVisit(func(p providers.Provider) providers.Provider { return twice{p} }))
		start := time.Now()
		_, err := c.Generate(t.Context(), ask())
		limit, ok := errors.AsType[*failover.TimeoutError](err)
		if d := time.Since(start); d != 5*time.Second || !ok || limit.Limit != failover.LimitTotal || a.count() != 2 {
			t.Errorf("%d calls in %v: %v", a.count(), d, err)
		}
		a.set(step{err: fail(providers.KindModelNotFound)})
		if resp, err := c.Generate(t.Context(), ask()); err != nil || resp.Target != "a" {
			t.Errorf("%+v, %v", resp, err)
		}
		if s, _ := c.BreakerStatus("a"); s.InFlight != 0 {
			t.Errorf("%+v", s)
		}
	})
}
