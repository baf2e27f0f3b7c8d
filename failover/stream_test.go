package failover_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// kinds ranges over a stream and returns its chunk kinds and error.
func kinds(ctx context.Context, c *failover.Chain) (out []string, last error) {
	for chunk, err := range c.Stream(ctx, ask()) {
		if err != nil {
			return out, err
		}
		s := chunk.Kind.String()
		if chunk.Kind == providers.ChunkText {
			s = chunk.Text
		}
		out = append(out, s)
	}
	return out, nil
}

func TestStreamMovesUntilFirstChunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := script("pa", step{usage: true, err: fail(providers.KindServerError)}, step{usage: true, noFinish: true})
		b := script("pb", step{usage: true, words: []string{"x", "y"}})
		c := chain(t, a, b)
		got, err := kinds(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"start", "usage", "x", "y", "finish"}, got); diff != "" {
			t.Error(diff)
		}
		if s := c.BreakerStatuses()[0]; s.ConsecutiveFailures != 2 {
			t.Errorf("a stream that ended without its end counts as a failure: %+v", s)
		}
	})
}

func TestStreamFinishHasTargetAndAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resp, err := providers.Collect(chain(t, script("pa", broken, broken), script("pb")).Stream(t.Context(), ask()))
		if err != nil || resp.Target != "b" || resp.Attempts != 3 || resp.Text() != "hello" {
			t.Errorf("%+v, %v", resp, err)
		}
	})
}

func TestStreamInterrupted(t *testing.T) {
	for name, s := range map[string]step{
		"error":     {usage: true, words: []string{"one ", "two"}, err: fail(providers.KindNetwork)},
		"no finish": {usage: true, words: []string{"one ", "two"}, noFinish: true},
		"stall":     {usage: true, words: []string{"one ", "two"}, hang: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := script("pa", s), script("pb")
				c := chain(t, a, b, failover.WithIdleTimeout(3*time.Second))
				got, err := kinds(t.Context(), c)
				if len(got) != 4 || b.count() != 0 || a.count() != 1 {
					t.Errorf("%v; b called %d times", got, b.count())
				}
				broken, ok := errors.AsType[*providers.InterruptedError](err)
				if !ok || !errors.Is(err, providers.ErrStreamInterrupted) {
					t.Fatalf("%v", err)
				}
				p := broken.Partial
				if p.Text() != "one two" || p.Usage.Input != 7 || p.Usage.Completeness != providers.UsagePartial || p.Target != "a" {
					t.Errorf("partial %+v", p)
				}
				fe, ok := errors.AsType[*failover.Error](err)
				if !ok || fe.Outcome != failover.OutcomeInterrupted || len(fe.History) != 1 || fe.History[0].Kind == "" {
					t.Errorf("%+v", fe)
				}
				if want := map[string]providers.Kind{"error": "network", "no finish": "malformed_reply", "stall": "timeout"}[name]; providers.KindOf(err) != want {
					t.Errorf("kind %q, want %q", providers.KindOf(err), want)
				}
				if s := c.BreakerStatuses()[0]; s.ConsecutiveFailures != 1 {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

func TestFirstChunkTimeoutMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa", step{usage: true, hang: true}), script("pb")
		c := chain(t, a, b, failover.WithFirstChunkTimeout(2*time.Second))
		start := time.Now()
		resp, err := providers.Collect(c.Stream(t.Context(), ask()))
		if err != nil || resp.Target != "b" || time.Since(start) != 2*time.Second || a.count() != 1 {
			t.Errorf("%v, %v after %v", resp, err, time.Since(start))
		}
	})
}

// TestFlowingStreamIsNotCut: neither the total limit nor the consumer's own
// slowness ends a stream that flows.
func TestFlowingStreamIsNotCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		words := []string{"a", "b", "c", "d", "e", "f"}
		a := script("pa", step{words: words, gap: 3 * time.Second})
		c := chain(t, a, nil, failover.WithTotalTimeout(4*time.Second), failover.WithIdleTimeout(5*time.Second), failover.WithFirstChunkTimeout(4*time.Second))
		n := 0
		for _, err := range c.Stream(t.Context(), ask()) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			time.Sleep(time.Minute)
		}
		if n != 7 {
			t.Errorf("%d chunks", n)
		}
	})
}

func TestStreamTimeoutEndsFlowingStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := script("pa", step{words: []string{"a", "b", "c", "d"}, gap: 3 * time.Second})
		_, err := providers.Collect(chain(t, a, script("pb"), failover.WithStreamTimeout(7*time.Second)).Stream(t.Context(), ask()))
		limit, ok := errors.AsType[*failover.TimeoutError](err)
		if !ok || limit.Limit != failover.LimitStream || !errors.Is(err, providers.ErrStreamInterrupted) {
			t.Error(err)
		}
	})
}

// A limit on the whole stream says nothing of a target that was answering; one
// that let the whole time pass in silence has failed.
func TestStreamTimeoutCountsForSilentStreams(t *testing.T) {
	for name, tc := range map[string]struct {
		step
		failures int
	}{
		"flowing":      {step{words: []string{"a", "b", "c", "d"}, gap: 3 * time.Second}, 0},
		"broken by it": {step{words: []string{"a"}, hang: true}, 0},
		"silent":       {step{hang: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := chain(t, script("pa", tc.step), script("pb"), failover.WithStreamTimeout(7*time.Second))
				start := time.Now()
				_, err := providers.Collect(c.Stream(t.Context(), ask()))
				if limit, ok := errors.AsType[*failover.TimeoutError](err); !ok || limit.Limit != failover.LimitStream || time.Since(start) != 7*time.Second {
					t.Fatalf("%v after %v", err, time.Since(start))
				}
				if s := c.BreakerStatuses()[0]; s.Failures != tc.failures || s.Successes != 0 || s.ConsecutiveFailures != tc.failures {
					t.Errorf("%+v, want %d failures", s, tc.failures)
				}
			})
		})
	}
}

func TestAbandonedStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var end failover.EndEvent
		c := one(t, script("p", step{words: []string{"a", "b"}}), failover.WithHooks(failover.Hooks{
			CallEnd: func(_ context.Context, e failover.EndEvent) { end = e },
		}))
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		for range c.Stream(t.Context(), ask()) {
			break
		}
		s := c.BreakerStatuses()[0]
		if s.State != providers.BreakerHalfOpen || s.Successes != 1 {
			t.Errorf("an answer had begun: %+v", s)
		}
		if !end.Abandoned || end.Err != nil || end.Target != "a" {
			t.Errorf("%+v", end)
		}
		if err := call(t, c); err != nil || state(t, c) != providers.BreakerClosed {
			t.Errorf("trial not given back: %v", err)
		}
	})
}

// TestFirstChunkFreesTrial: a long answer does not keep others out.
func TestFirstChunkFreesTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{words: []string{"a", "b"}})
		c := one(t, p)
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		for chunk, err := range c.Stream(t.Context(), ask()) {
			if err != nil {
				t.Fatal(err)
			}
			if chunk.Text == "a" {
				if err := call(t, c); err != nil {
					t.Error(err)
				}
				if got := state(t, c); got != providers.BreakerHalfOpen {
					t.Errorf("%s: the stream counted before its end", got)
				}
			}
		}
		if got := state(t, c); got != providers.BreakerClosed {
			t.Error(got)
		}
	})
}

func TestPanicInLoopBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends int
		c := one(t, script("p"), failover.WithHooks(failover.Hooks{CallEnd: func(_ context.Context, e failover.EndEvent) {
			ends++
			if e.Stream && (e.Err != nil || !e.Abandoned) {
				t.Errorf("%+v", e)
			}
		}}))
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		func() {
			defer func() {
				if r := recover(); r != "consumer" {
					t.Errorf("recovered %v", r)
				}
			}()
			for range c.Stream(t.Context(), ask()) {
				panic("consumer")
			}
		}()
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerHalfOpen || s.Successes != 1 || ends != 1 {
			t.Errorf("%+v, %d ends", s, ends)
		}
		if err := call(t, c); err != nil {
			t.Error(err)
		}
	})
}

func TestPanicInProviderStream(t *testing.T) {
	c := one(t, script("p", step{panics: true}))
	func() {
		defer func() {
			if r := recover(); r != "boom" {
				t.Errorf("recovered %v", r)
			}
		}()
		_, _ = providers.Collect(c.Stream(t.Context(), ask()))
	}()
	if s := c.BreakerStatuses()[0]; s.Failures != 1 {
		t.Errorf("%+v", s)
	}
}

func TestCancelMidStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, script("pa", step{words: []string{"a"}, hang: true}), script("pb"))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		got, err := kinds(ctx, c)
		if len(got) != 1 || !errors.Is(err, context.Canceled) || !errors.Is(err, providers.ErrStreamInterrupted) || providers.KindOf(err) != providers.KindCancelled {
			t.Errorf("%v, %v", got, err)
		}
		if s := c.BreakerStatuses()[0]; s.Failures+s.Successes != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestFailedStreamKeepsItsUsage(t *testing.T) {
	p := script("p", step{usage: true, err: fail(providers.KindOverloaded)})
	_, err := providers.Collect(chain(t, p, nil, failover.WithMaxAttempts(1)).Stream(t.Context(), ask()))
	e, ok := errors.AsType[*providers.Error](err)
	if !ok || e.Usage.Input != 7 || e.Usage.Completeness != providers.UsagePartial {
		t.Errorf("%+v", e)
	}
}

func TestEachRangeIsACall(t *testing.T) {
	p := script("p")
	seq := chain(t, p, nil).Stream(t.Context(), ask())
	if p.count() != 0 {
		t.Error("called before ranging")
	}
	for range 2 {
		if _, err := providers.Collect(seq); err != nil {
			t.Error(err)
		}
	}
	if p.count() != 2 {
		t.Errorf("%d calls", p.count())
	}
}
