package failover_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// closing tells when a stream of the provider inside has been given up.
type closing struct {
	providers.Provider
	opened, closed atomic.Int32
}

func (c *closing) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		c.opened.Add(1)
		defer c.closed.Add(1)
		c.Provider.Stream(ctx, req)(yield)
	}
}

// TestHedge drives a slow first target, unary, as a stream and as a Generate
// over a stream.
func TestHedge(t *testing.T) {
	const delay = time.Second
	down := step{err: fail(providers.KindUnsupported)}
	cases := []struct {
		name    string
		a, b, c []step
		want    string // who answers; empty: nobody
		took    time.Duration
		calls   [3]int
		kind    providers.Kind
	}{
		{"fast enough", []step{{after: delay - 1, words: []string{"x"}}}, nil, nil, "a", delay - 1, [3]int{1, 0, 0}, ""},
		{"slower than the hedge", []step{{hang: true}}, []step{{after: time.Second, words: []string{"x"}}}, nil, "b", 2 * time.Second, [3]int{1, 1, 0}, ""},
		{"the first wins after all", []step{{after: 3 * time.Second, words: []string{"x"}}}, []step{{after: time.Minute}}, nil, "a", 3 * time.Second, [3]int{1, 1, 0}, ""},
		{"the hedge fails and moves on", []step{{hang: true}}, []step{down}, []step{{after: time.Second, words: []string{"x"}}}, "c", 2 * time.Second, [3]int{1, 1, 1}, ""},
		{"the first fails before", []step{down}, []step{{words: []string{"x"}}}, nil, "b", 0, [3]int{1, 1, 0}, ""},
		{"the first fails while hedged", []step{{after: 2 * time.Second, err: fail(providers.KindUnsupported)}}, []step{{after: 5 * time.Second, words: []string{"x"}}}, []step{{after: time.Second, words: []string{"x"}}}, "c", 3 * time.Second, [3]int{1, 1, 1}, ""},
		{"all fail", []step{down}, []step{down}, []step{down}, "", 0, [3]int{1, 1, 1}, providers.KindUnsupported},
		{"a wrong request ends it", []step{{after: 2 * time.Second, err: fail(providers.KindInvalidRequest)}}, []step{{hang: true}}, nil, "", 2 * time.Second, [3]int{1, 1, 0}, providers.KindInvalidRequest},
	}
	kinds := []struct {
		name string
		opts []failover.Option
		call func(t *testing.T, c *failover.Chain) (*providers.Response, error)
	}{
		{"unary", nil, func(t *testing.T, c *failover.Chain) (*providers.Response, error) { return either(t, c, false) }},
		{"stream", nil, func(t *testing.T, c *failover.Chain) (*providers.Response, error) { return either(t, c, true) }},
		{"buffered", []failover.Option{failover.WithStreamPolicy(failover.StreamBuffer)}, func(t *testing.T, c *failover.Chain) (*providers.Response, error) { return either(t, c, true) }},
		{"generate over a stream", []failover.Option{failover.WithStreamedGenerate()}, func(t *testing.T, c *failover.Chain) (*providers.Response, error) { return either(t, c, false) }},
	}
	for _, c := range cases {
		for _, kind := range kinds {
			t.Run(c.name+"/"+kind.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					fakes := []*fake{script("pa", c.a...), script("pb", c.b...), script("pc", c.c...)}
					var targets []failover.Target
					var closers []*closing
					for i, f := range fakes {
						closers = append(closers, &closing{Provider: f})
						targets = append(targets, failover.Target{Name: string(rune('a' + i)), Provider: closers[i]})
					}
					var ends []failover.EndEvent
					chain, err := failover.New(targets, append([]failover.Option{
						failover.WithHedge(delay), full, failover.WithHooks(collectEnds(&ends)), failover.WithFirstChunkTimeout(0),
					}, kind.opts...)...)
					if err != nil {
						t.Fatal(err)
					}
					start := time.Now()
					resp, err := kind.call(t, chain)
					if d := time.Since(start); d != c.took {
						t.Errorf("took %v, want %v", d, c.took)
					}
					if k := providers.KindOf(err); k != c.kind {
						t.Fatalf("kind %q of %v, want %q", k, err, c.kind)
					}
					if err == nil && resp.Target != c.want {
						t.Errorf("%s answered, want %s", resp.Target, c.want)
					}
					calls := 0
					for i, f := range fakes {
						calls += f.count()
						if f.count() != c.calls[i] {
							t.Errorf("target %d was asked %d times, want %d", i, f.count(), c.calls[i])
						}
						if o, cl := closers[i].opened.Load(), closers[i].closed.Load(); o != cl {
							t.Errorf("target %d: %d streams opened, %d closed", i, o, cl)
						}
					}
					if err == nil && resp.Attempts != calls {
						t.Errorf("%d attempts, %d calls", resp.Attempts, calls)
					}
					if len(ends) != 1 || len(ends[0].History) != calls || ends[0].Attempts != calls {
						t.Fatalf("%+v", ends)
					}
					for _, a := range ends[0].History {
						if hedged := a.Target != "a" && c.took >= delay && (c.name != "the first fails while hedged" || a.Target == "b"); a.Hedge != hedged {
							t.Errorf("%s: hedge is %t", a.Target, a.Hedge)
						}
					}
					for _, s := range chain.BreakerStatuses() {
						if s.Failures != 0 {
							t.Errorf("losing counted against %s: %+v", s.Target, s)
						}
					}
				})
			})
		}
	}
}

// The first chunk wins, not the first answer.
func TestHedgedStreamIsWonByItsFirstChunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := script("pa", step{after: 2 * time.Second, words: []string{"quick"}})
		b := script("pb", step{after: 1500 * time.Millisecond, words: []string{"slow ", "and ", "steady"}, gap: time.Minute})
		c := chain(t, a, b, failover.WithHedge(time.Second))
		resp, err := either(t, c, true)
		if err != nil || resp.Text() != "quick" { // after 2 s; b's first word comes after 62.5 s
			t.Errorf("%v, %v", resp, err)
		}
		b.set(step{after: time.Second, words: []string{"slow ", "and ", "steady"}})
		a.set(step{after: 2500 * time.Millisecond, words: []string{"quick"}})
		if resp, err = either(t, c, true); err != nil || resp.Text() != "slow and steady" {
			t.Errorf("%v, %v", resp, err)
		}
	})
}

// Both deliver at the same instant, many times: one wins, the other is closed.
func TestHedgeDoubleWinConcurrentSafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &closing{Provider: always("pa", step{after: 2 * time.Second, words: []string{"x", "y"}})}
		b := &closing{Provider: always("pb", step{after: time.Second, words: []string{"x", "y"}})}
		c := chain(t, a, b, failover.WithHedge(time.Second))
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				resp, err := either(t, c, true)
				if err != nil || resp.Text() != "xy" {
					t.Errorf("%v, %v", resp, err)
				}
			})
		}
		wg.Wait()
		if a.opened.Load() != a.closed.Load() || b.opened.Load() != b.closed.Load() {
			t.Errorf("%d of %d and %d of %d closed", a.closed.Load(), a.opened.Load(), b.closed.Load(), b.opened.Load())
		}
	})
}

func TestHedgedWinnerThatBreaks(t *testing.T) {
	for _, c := range []struct {
		policy failover.StreamPolicy
		want   []string
		kind   providers.Kind
	}{
		{failover.StreamFail, []string{"half ", "an "}, providers.KindNetwork},
		{failover.StreamRestart, []string{"half ", "an ", "(restart)", "all", "finish of c"}, ""},
		{failover.StreamBuffer, []string{"all", "finish of c"}, ""},
	} {
		t.Run(c.policy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				chain := fleet(t, []failover.Target{
					{Name: "a", Provider: script("a", step{hang: true})},
					{Name: "b", Provider: script("b", cut(providers.KindNetwork))},
					{Name: "c", Provider: script("c", whole("all"))},
				}, failover.WithHedge(time.Second), failover.WithStreamPolicy(c.policy), onlyOnce)
				got, _, err := seen(t, chain, ask())
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if k := providers.KindOf(err); k != c.kind {
					t.Errorf("kind %q of %v", k, err)
				}
			})
		})
	}
}

func TestHedgeIsLeftAndCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &closing{Provider: always("pa", step{hang: true})}, &closing{Provider: always("pb", step{words: []string{"x", "y"}})}
		c := chain(t, a, b, failover.WithHedge(time.Second))
		for chunk, err := range c.Stream(t.Context(), ask()) {
			if err != nil {
				t.Fatal(err)
			}
			if chunk.Text == "x" {
				break
			}
		}
		if a.opened.Load() != a.closed.Load() || b.opened.Load() != b.closed.Load() {
			t.Error("a stream is open after leaving")
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("user is gone")
		time.AfterFunc(1500*time.Millisecond, func() { cancel(why) })
		hang := chain(t, always("pa", step{hang: true}), always("pb", step{hang: true}), failover.WithHedge(time.Second))
		_, err := hang.Generate(ctx, ask())
		if providers.KindOf(err) != providers.KindCancelled || !errors.Is(err, why) || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		for _, s := range hang.BreakerStatuses() {
			if s.Failures != 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}

// A panic comes out where the caller can recover it, the losers are ended.
func TestHedgedPanicReachesTheCaller(t *testing.T) {
	for _, stream := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			a := always("pa", step{hang: true})
			b := always("pb", step{panics: true})
			c := chain(t, a, b, failover.WithHedge(time.Second))
			defer func() {
				if got := recover(); got != "boom" {
					t.Errorf("recovered %v", got)
				}
				if s, _ := c.BreakerStatus("b"); s.Failures != 1 {
					t.Errorf("%+v", s)
				}
			}()
			_, _ = either(t, c, stream)
			t.Error("no panic")
		})
	}
}

func TestHedgeQuantile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa"), script("pb")
		c := chain(t, a, b, failover.WithHedgeQuantile(.9, 20))
		for range 20 {
			a.set(step{after: time.Second})
			if _, err := either(t, c, false); err != nil {
				t.Fatal(err)
			}
		}
		if b.count() != 0 {
			t.Fatalf("%d hedges before there was a measure", b.count())
		}
		a.set(step{after: time.Minute})
		start := time.Now()
		resp, err := either(t, c, false)
		if d := time.Since(start); err != nil || resp.Target != "b" || d < 900*time.Millisecond || d > 1100*time.Millisecond {
			t.Errorf("%v after %v, %v; want b after about 1 s", resp, d, err)
		}
	})
}

func TestHedgesAreCountedAgainstTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := always("pa", step{after: 2 * time.Second}), always("pb", step{after: 100 * time.Millisecond})
		var hedges []failover.HedgeEvent
		c := chain(t, a, b, failover.WithHedge(time.Second), failover.WithRetryBudget(.5, 0), failover.WithHooks(failover.Hooks{
			Hedge: func(_ context.Context, e failover.HedgeEvent) { hedges = append(hedges, e) },
		}))
		for range 10 {
			if _, err := either(t, c, false); err != nil {
				t.Fatal(err)
			}
		}
		if b.count() < 4 || b.count() > 5 || len(hedges) != b.count() {
			t.Errorf("%d hedges for 10 calls that earn half of one each, %d events", b.count(), len(hedges))
		}
		for _, h := range hedges {
			if h.Target != "b" || h.After != time.Second {
				t.Errorf("%+v", h)
			}
		}
	})
}

// A branch that has just passed over a target when the race ends takes no
// other one, though there are some.
func TestRaceEndsWhileABranchPassesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last := script("c")
		c := fleet(t, []failover.Target{
			{Name: "a", Provider: script("a", step{after: 2 * time.Second})},
			{Name: "b"},
			{Name: "c", Provider: last},
		}, failover.WithHedge(time.Second), failover.WithHooks(failover.Hooks{
			Skip: func(context.Context, failover.SkipEvent) { time.Sleep(1001 * time.Millisecond) },
		}))
		if err := c.Open("b"); err != nil {
			t.Fatal(err)
		}
		if got := winnerOf(t, c, ask()); got != "a" || last.count() != 0 {
			t.Errorf("%s answered, c was asked %d times", got, last.count())
		}
	})
}

// No attempt begins once the race is over: the number that the answer has told
// would be wrong.
func TestNoAttemptAfterTheRace(t *testing.T) {
	for _, stream := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := script("pb")
			c := chain(t, script("pa", step{after: 1500 * time.Millisecond, words: []string{"x"}}), b, failover.WithHedge(time.Second), failover.WithHooks(failover.Hooks{
				Hedge: func(context.Context, failover.HedgeEvent) { time.Sleep(510 * time.Millisecond) },
			}))
			resp, err := either(t, c, stream)
			if err != nil || resp.Target != "a" || resp.Attempts != 1 || b.count() != 0 {
				t.Errorf("%+v, %v, b was asked %d times", resp, err, b.count())
			}
			if s, _ := c.BreakerStatus("b"); s.InFlight != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// A loser that ignores its context is not waited for.
func TestLoserThatIgnoresItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, stubborn{}, always("pb", step{after: 100 * time.Millisecond}), failover.WithHedge(time.Second))
		start := time.Now()
		resp, err := either(t, c, false)
		if d := time.Since(start); err != nil || resp.Target != "b" || d > 1200*time.Millisecond {
			t.Errorf("%v after %v, %v", resp, d, err)
		}
		time.Sleep(time.Hour)
	})
}

// stubborn takes half an hour, whatever happens.
type stubborn struct{}

func (stubborn) Name() string { return "deaf" }

func (stubborn) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	time.Sleep(30 * time.Minute)
	return &providers.Response{}, nil
}

func (stubborn) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return nil
}
