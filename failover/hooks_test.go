package failover_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

type ctxKey string

// recorder writes what hooks are told, and the spans that their contexts are
// in.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) add(ctx context.Context, format string, args ...any) {
	at, _ := ctx.Value(ctxKey("at")).(string)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, at+" "+fmt.Sprintf(format, args...))
}

func (r *recorder) hooks() failover.Hooks {
	return failover.Hooks{
		CallStart: func(ctx context.Context, e failover.StartEvent) context.Context {
			r.add(ctx, "start model=%s stream=%v targets=%d", e.Model, e.Stream, e.Targets)
			return context.WithValue(ctx, ctxKey("at"), "call")
		},
		CallEnd: func(ctx context.Context, e failover.EndEvent) {
			r.add(ctx, "end target=%s attempts=%d visited=%d history=%d err=%v", e.Target, e.Attempts, e.Visited, len(e.History), e.Err != nil)
		},
		Retry: func(ctx context.Context, e failover.RetryEvent) {
			r.add(ctx, "retry %s attempt=%d delay=%v kind=%s", e.Target, e.Attempt, e.Delay, e.Kind)
		},
		Skip: func(ctx context.Context, e failover.SkipEvent) { r.add(ctx, "skip %s %s", e.Target, e.Reason) },
		Fallback: func(ctx context.Context, e failover.FallbackEvent) {
			r.add(ctx, "fallback %s->%s kind=%s", e.From, e.To, e.Kind)
		},
		BreakerChange: func(ctx context.Context, e failover.BreakerEvent) {
			r.add(ctx, "breaker %s %s->%s %s %s #%d", e.Target, e.From, e.To, e.Reason, e.Kind, e.Seq)
		},
	}
}

// span is a visit's wrapper as telemetry would write it.
type span struct {
	providers.Provider
	r *recorder
}

func (s span) enter(ctx context.Context, req *providers.Request) context.Context {
	target := s.Provider.(failover.Targeted).TargetName()
	s.r.add(ctx, "visit %s provider=%s model=%s", target, s.Name(), req.Model)
	return context.WithValue(ctx, ctxKey("at"), "visit "+target)
}

func (s span) exit(ctx context.Context, attempts int, err error) {
	if te, ok := errors.AsType[*failover.TargetError](err); ok {
		attempts = te.Attempts
	}
	s.r.add(ctx, "attempts=%d kind=%s", attempts, providers.KindOf(err))
}

func (s span) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	ctx = s.enter(ctx, req)
	resp, err := s.Provider.Generate(ctx, req)
	n := 0
	if resp != nil {
		n = resp.Attempts
	}
	s.exit(ctx, n, err)
	return resp, err
}

func (s span) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		ctx := s.enter(ctx, req)
		for chunk, err := range s.Provider.Stream(ctx, req) {
			if err != nil {
				s.exit(ctx, 0, err)
			} else if chunk.Finish != nil {
				s.exit(ctx, chunk.Finish.Attempts, nil)
			}
			if !yield(chunk, err) {
				return
			}
		}
	}
}

func TestHooksAndVisits(t *testing.T) {
	for _, stream := range []bool{false, true} {
		t.Run(fmt.Sprintf("stream=%v", stream), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &recorder{}
				a, b := script("pa", broken, broken), script("pb")
				c := chain(t, a, b, failover.WithConsecutiveFailures(2), failover.WithHooks(r.hooks()),
					failover.WithVisit(func(p providers.Provider) providers.Provider { return span{p, r} }))
				for range 2 {
					resp, err := either(t, c, stream)
					if err != nil || resp.Target != "b" {
						t.Fatal(resp, err)
					}
				}
				s := fmt.Sprint(stream)
				want := []string{
					" start model=m stream=" + s + " targets=2",
					"call visit a provider=pa model=model-a",
					"visit a retry a attempt=2 delay=500ms kind=server_error",
					"visit a breaker a closed->open consecutive_failures server_error #1",
					"visit a attempts=2 kind=server_error",
					"call fallback a->b kind=server_error",
					"call visit b provider=pb model=model-b",
					"visit b attempts=1 kind=",
					"call end target=b attempts=3 visited=2 history=3 err=false",

					" start model=m stream=" + s + " targets=2",
					"call skip a breaker_open",
					"call fallback a->b kind=rejected",
					"call visit b provider=pb model=model-b",
					"visit b attempts=1 kind=",
					"call end target=b attempts=1 visited=1 history=2 err=false",
				}
				if diff := cmp.Diff(want, r.lines); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestInterruptedThroughVisit(t *testing.T) {
	r := &recorder{}
	c := chain(t, script("pa", step{words: []string{"x"}, err: fail(providers.KindNetwork)}), script("pb"),
		failover.WithVisit(func(p providers.Provider) providers.Provider { return span{p, r} }))
	_, err := providers.Collect(c.Stream(t.Context(), ask()))
	broken, ok := errors.AsType[*providers.InterruptedError](err)
	if !ok || broken.Partial.Text() != "x" || providers.KindOf(err) != providers.KindNetwork {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{" visit a provider=pa model=model-a", "visit a attempts=1 kind=network"}, r.lines); diff != "" {
		t.Error(diff)
	}
}

func TestPanicInHookIsContained(t *testing.T) {
	boom := failover.Hooks{
		CallStart:     func(context.Context, failover.StartEvent) context.Context { panic(1) },
		CallEnd:       func(context.Context, failover.EndEvent) { panic(1) },
		Retry:         func(context.Context, failover.RetryEvent) { panic(1) },
		Skip:          func(context.Context, failover.SkipEvent) { panic(1) },
		Fallback:      func(context.Context, failover.FallbackEvent) { panic(1) },
		BreakerChange: func(context.Context, failover.BreakerEvent) { panic(1) },
	}
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, script("pa", broken, broken), script("pb"), failover.WithHooks(boom), failover.WithConsecutiveFailures(2))
		for range 2 {
			if err := call(t, c); err != nil {
				t.Fatal(err)
			}
		}
		// 2 starts, 2 ends, a retry, a change, a skip, 2 fallbacks.
		if got := c.HookPanics(); got != 9 {
			t.Errorf("%d panics counted", got)
		}
	})
}

func TestReentrantHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var states []providers.BreakerState
		c := one(t, always("p", broken), failover.WithHooks(failover.Hooks{
			CallEnd: func(_ context.Context, e failover.EndEvent) { _ = e.Chain.BreakerStatuses() },
			BreakerChange: func(_ context.Context, e failover.BreakerEvent) {
				states = append(states, e.To)
			},
		}), failover.WithConsecutiveFailures(1))
		_ = call(t, c)
		time.Sleep(30 * time.Second)
		_ = call(t, c)
		_ = c.Close("a")
		if diff := cmp.Diff([]providers.BreakerState{"open", "half_open", "open", "closed"}, states); diff != "" {
			t.Error(diff)
		}
	})
}

type located struct{ *fake }

func (located) ServerAddress() (string, int) { return "api.example.com", 443 }

func TestVisitForwardsAddress(t *testing.T) {
	var seen []string
	_, err := failover.New([]failover.Target{{Name: "a", Provider: located{script("pa")}}, {Name: "b", Provider: script("pb")}},
		failover.WithVisit(func(p providers.Provider) providers.Provider {
			host := "-"
			if a, ok := p.(providers.Addressed); ok {
				host, _ = a.ServerAddress()
			}
			seen = append(seen, p.(failover.Targeted).TargetName()+" "+p.Name()+" "+host)
			return p
		}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a pa api.example.com", "b pb -"}, seen); diff != "" {
		t.Error(diff)
	}
}

// refuser is a wrapper that never calls its visit.
type refuser struct{ providers.Provider }

func (refuser) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	return nil, &providers.Error{Kind: providers.KindRejected, Detail: "budget spent"}
}

func TestWrapperThatNeverCallsGivesTrialBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, script("p"), failover.WithVisit(func(p providers.Provider) providers.Provider { return refuser{p} }))
		_ = c.Isolate("a", time.Second)
		time.Sleep(time.Second)
		for range 3 {
			if err := call(t, c); errors.Is(err, failover.ErrOpen) || providers.KindOf(err) != providers.KindRejected {
				t.Error(err)
			}
		}
	})
}

// TestVisitByItself: a visit called without its chain works all the same.
func TestVisitByItself(t *testing.T) {
	var visit providers.Provider
	p := script("p", broken)
	chain(t, p, nil, failover.WithBackoff(0, 0), failover.WithVisit(func(v providers.Provider) providers.Provider { visit = v; return v }))
	resp, err := visit.Generate(t.Context(), ask())
	if err != nil || resp.Attempts != 2 {
		t.Error(resp, err)
	}
	if got, err := providers.Collect(visit.Stream(t.Context(), ask())); err != nil || got.Text() != "hello" {
		t.Error(got, err)
	}
}

func TestChainOfChains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := chain(t, always("p1", broken), always("p2", broken))
		outer, err := failover.New([]failover.Target{{Name: "inner", Provider: inner}, {Name: "rest", Provider: script("p3")}})
		if err != nil {
			t.Fatal(err)
		}
		for _, stream := range []bool{false, true} {
			resp, err := either(t, outer, stream)
			if err != nil || resp.Target != "rest" {
				t.Error(resp, err)
			}
		}
	})
}

// limiter is a wrapper with a limit of its own.
type limiter struct{ providers.Provider }

func (l limiter) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return l.Provider.Generate(ctx, req)
}

func TestWrappersLimitIsATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, script("pa", step{hang: true}), script("pb"),
			failover.WithVisit(func(p providers.Provider) providers.Provider { return limiter{p} }))
		resp, err := c.Generate(t.Context(), ask())
		if err != nil || resp.Target != "b" {
			t.Fatal(resp, err)
		}
		if s := c.BreakerStatuses()[0]; s.Failures != 1 {
			t.Errorf("%+v", s)
		}
	})
}
