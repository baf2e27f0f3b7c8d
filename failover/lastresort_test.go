package failover_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

func TestLastResort(t *testing.T) {
	down, hang := step{err: fail(providers.KindOverloaded)}, step{hang: true}
	cases := []struct {
		name  string
		steps []step
		want  bool
		opts  []failover.Option
	}{
		{"all down", []step{down, down}, true, nil},
		{"the call's time is up", []step{hang}, true, []failover.Option{failover.WithTotalTimeout(time.Second)}},
		{"the request is wrong", []step{{err: fail(providers.KindInvalidRequest)}}, false, nil},
		{"healthy", nil, false, nil},
	}
	for _, c := range cases {
		for _, stream := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var ends []failover.EndEvent
					var moved []failover.FallbackEvent
					chain := chain(t, script("p", c.steps...), nil, append([]failover.Option{
						failover.WithStaticAnswer("Please try again later."), onlyOnce,
						failover.WithHooks(collectEnds(&ends)),
						failover.WithHooks(failover.Hooks{Fallback: func(_ context.Context, e failover.FallbackEvent) { moved = append(moved, e) }}),
					}, c.opts...)...)
					resp, err := either(t, chain, stream)
					if !c.want {
						if err == nil && resp.Degraded || len(moved) != 0 || ends[0].Degraded {
							t.Errorf("%+v, %v, %+v", resp, err, moved)
						}
						return
					}
					if err != nil || resp.Text() != "Please try again later." || !resp.Degraded || resp.Target != "" ||
						resp.Attempts != 1 || resp.Provider != "failover" || resp.FinishReason() != providers.FinishStop {
						t.Fatalf("%+v, %v", resp, err)
					}
					if len(ends) != 1 || !ends[0].Degraded || ends[0].Err != nil || ends[0].Target != "" {
						t.Errorf("%+v", ends)
					}
					if len(moved) != 1 || !moved[0].LastResort || moved[0].From != "a" || moved[0].To != "" {
						t.Errorf("%+v", moved)
					}
				})
			})
		}
	}
}

// What the last resort is asked, and what becomes of its own error.
func TestLastResortThatFails(t *testing.T) {
	own := errors.New("cache is empty")
	c := chain(t, always("p", step{err: fail(providers.KindOverloaded)}), nil, onlyOnce,
		failover.WithLastResort(func(_ context.Context, req *providers.Request, failed *failover.Error) (*providers.Response, error) {
			if req.Model != "m" || failed.Outcome != failover.OutcomeExhausted || failed.Attempts() != 1 {
				t.Errorf("asked with %+v, %+v", req, failed)
			}
			return nil, own
		}))
	_, err := c.Generate(t.Context(), ask())
	if !errors.Is(err, own) || !errors.Is(err, failover.ErrAllTargetsFailed) || providers.KindOf(err) != providers.KindOverloaded {
		t.Error(err)
	}
	// Its text may hold anything.
	e, ok := errors.AsType[*failover.Error](err)
	if !ok || !errors.Is(e.LastResort, own) || strings.Contains(e.Error(), "cache is empty") {
		t.Errorf("%v", err)
	}
}

// A whole answer is streamed part by part, and collects to the same.
func TestLastResortOfAllParts(t *testing.T) {
	want := providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
		providers.Reasoning{Text: "hm", ID: "r"},
		providers.Text{Text: "see"},
		providers.ToolCall{ID: "1", Name: "f", Arguments: `{"a":1}`},
		providers.Refusal{Text: "no"},
	}}
	c := chain(t, always("p", step{err: fail(providers.KindOverloaded)}), nil, onlyOnce,
		failover.WithLastResort(func(context.Context, *providers.Request, *failover.Error) (*providers.Response, error) {
			return &providers.Response{ID: "x", Model: "tiny", Provider: "house", Choices: []providers.Choice{{Message: want, FinishReason: providers.FinishToolCall}}}, nil
		}))
	resp, err := either(t, c, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, resp.Message()); diff != "" {
		t.Error(diff)
	}
	if resp.ID != "x" || resp.Model != "tiny" || resp.Provider != "house" || resp.FinishReason() != providers.FinishToolCall || !resp.Degraded {
		t.Errorf("%+v", resp)
	}
}

func TestLastResortComesNotAfterDelivery(t *testing.T) {
	c := chain(t, script("p", cut(providers.KindNetwork)), nil, onlyOnce, failover.WithStaticAnswer("sorry"))
	got, _, err := seen(t, c, ask())
	if diff := cmp.Diff([]string{"half ", "an "}, got); diff != "" || !errors.Is(err, providers.ErrStreamInterrupted) {
		t.Errorf("%s %v", diff, err)
	}
}

func TestOpenWait(t *testing.T) {
	cases := []struct {
		name     string
		openFor  [2]time.Duration // of a and b
		deadline time.Duration    // of the caller; 0: none
		opts     []failover.Option
		want     string // who answers; empty: nobody
		took     time.Duration
	}{
		{"the nearer one", [2]time.Duration{1900 * time.Millisecond, 1500 * time.Millisecond}, 0, nil, "b", 1500 * time.Millisecond},
		{"too far", [2]time.Duration{2001 * time.Millisecond, time.Hour}, 0, nil, "", 0},
		{"further, if asked", [2]time.Duration{20 * time.Second, time.Hour}, 0, []failover.Option{failover.WithOpenWait(time.Minute)}, "a", 20 * time.Second},
		{"not beyond the caller's deadline", [2]time.Duration{time.Second, time.Hour}, 900 * time.Millisecond, nil, "", 0},
		{"not beyond the call's", [2]time.Duration{time.Second, time.Hour}, 0, []failover.Option{failover.WithTotalTimeout(900 * time.Millisecond)}, "", 0},
		{"off", [2]time.Duration{time.Second, time.Hour}, 0, []failover.Option{failover.WithOpenWait(0)}, "", 0},
	}
	for _, c := range cases {
		for _, hedged := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					opts := c.opts
					if hedged {
						opts = append(slices.Clip(opts), failover.WithHedge(time.Minute))
					}
					chain := chain(t, script("pa"), script("pb"), opts...)
					for i, name := range []string{"a", "b"} {
						if err := chain.Isolate(name, c.openFor[i]); err != nil {
							t.Fatal(err)
						}
					}
					ctx := t.Context()
					if c.deadline > 0 {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, c.deadline)
						defer cancel()
					}
					start := time.Now()
					resp, err := chain.Generate(ctx, ask())
					if d := time.Since(start); d != c.took {
						t.Errorf("took %v, want %v", d, c.took)
					}
					if c.want == "" {
						e, ok := errors.AsType[*failover.Error](err)
						if !ok || !errors.Is(err, failover.ErrOpen) || e.RetryAt.IsZero() || e.Outcome != failover.OutcomeExhausted {
							t.Errorf("%v", err)
						}
						return
					}
					if err != nil || resp.Target != c.want {
						t.Errorf("%+v, %v", resp, err)
					}
				})
			})
		}
	}
}

// A wait that leads to another call's trial waits for what is left of it.
func TestOpenWaitIsLimitedInAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{after: 500 * time.Millisecond}, step{})
		c := chain(t, p, nil, failover.WithOpenDelay(time.Second), failover.WithTrials(1, 1))
		if err := c.Isolate("a", time.Second); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		for range 2 {
			go func() { _, err := c.Generate(t.Context(), ask()); done <- err }()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// A call that has waited in vain waits for what is left of the time alone: here
// for nothing, though the next trial would be a second away.
func TestOpenWaitAddsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := always("p", step{after: 100 * time.Millisecond, err: fail(providers.KindServerError)})
		c := chain(t, p, nil, failover.WithOpenDelay(time.Second), failover.WithTrials(1, 1), onlyOnce)
		if err := c.Isolate("a", 1500*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		took := make(chan time.Duration)
		for range 2 {
			go func() {
				if _, err := c.Generate(t.Context(), ask()); err == nil {
					t.Error("answered")
				}
				took <- time.Since(start)
			}()
		}
		if first, second := <-took, <-took; first != 1500*time.Millisecond || second != 1600*time.Millisecond || p.count() != 1 {
			t.Errorf("ended after %v and %v, %d trials", first, second, p.count())
		}
	})
}

func TestOpenWaitEndsWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, script("p"), nil)
		if err := c.Isolate("a", time.Second); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, cancel)
		start := time.Now()
		_, err := c.Generate(ctx, ask())
		if d := time.Since(start); d != 300*time.Millisecond || !errors.Is(err, context.Canceled) || providers.KindOf(err) != providers.KindCancelled {
			t.Errorf("after %v: %v", d, err)
		}
	})
}

func TestLastResortIsLeftInTheMiddle(t *testing.T) {
	var ends []failover.EndEvent
	c := chain(t, always("p", step{err: fail(providers.KindOverloaded)}), nil, onlyOnce, failover.WithHooks(collectEnds(&ends)), failover.WithStaticAnswer("sorry"))
	for chunk, err := range c.Stream(t.Context(), ask()) {
		if err != nil {
			t.Fatal(err)
		}
		if chunk.Text == "sorry" {
			break
		}
	}
	if len(ends) != 1 || !ends[0].Abandoned || !ends[0].Degraded || ends[0].Err != nil {
		t.Errorf("%+v", ends)
	}
}
