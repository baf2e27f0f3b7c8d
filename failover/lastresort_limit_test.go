package failover_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// A last resort that never returns holds nobody: neither one that minds its
// context nor one that is deaf. The errors of the targets are there all the same.
func TestLastResortThatHangs(t *testing.T) {
	why := errors.New("user is gone")
	cases := []struct {
		name   string
		opts   []failover.Option
		caller time.Duration // until it cancels; 0: never
		took   time.Duration
		limit  time.Duration // ours; 0: it was the caller
	}{
		{"the default", nil, 0, 30 * time.Second, 30 * time.Second},
		{"a limit", []failover.Option{failover.WithLastResortTimeout(5 * time.Second)}, 0, 5 * time.Second, 5 * time.Second},
		{"the caller leaves before", nil, 7 * time.Second, 7 * time.Second, 0},
		{"no limit but the caller's", []failover.Option{failover.WithLastResortTimeout(0)}, time.Hour, time.Hour, 0},
	}
	for _, c := range cases {
		for _, deaf := range []bool{false, true} {
			for _, stream := range []bool{false, true} {
				t.Run(c.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						defer time.Sleep(24 * time.Hour) // for the deaf one to end
						var ends []failover.EndEvent
						chain := chain(t, always("p", step{err: fail(providers.KindOverloaded)}), nil, append([]failover.Option{
							onlyOnce, failover.WithHooks(collectEnds(&ends)),
							failover.WithLastResort(func(ctx context.Context, _ *providers.Request, failed *failover.Error) (*providers.Response, error) {
								if deaf {
									time.Sleep(10 * time.Hour)
								} else {
									<-ctx.Done()
								}
								if !errors.Is(failed, failover.ErrAllTargetsFailed) || failed.LastResort != nil { // it may go on reading
									t.Errorf("%+v", failed)
								}
								return nil, ctx.Err()
							}),
						}, c.opts...)...)
						ctx, cancel := context.WithCancelCause(t.Context())
						defer cancel(nil)
						if c.caller > 0 {
							time.AfterFunc(c.caller, func() { cancel(why) })
						}
						start := time.Now()
						var err error
						if stream {
							_, err = providers.Collect(chain.Stream(ctx, ask()))
						} else {
							_, err = chain.Generate(ctx, ask())
						}
						if d := time.Since(start); d != c.took {
							t.Errorf("took %v, want %v", d, c.took)
						}
						if !errors.Is(err, failover.ErrAllTargetsFailed) || providers.KindOf(err) != providers.KindOverloaded || len(ends) != 1 || !errors.Is(ends[0].Err, err) {
							t.Fatalf("%v; %+v", err, ends)
						}
						if own, ok := errors.AsType[*providers.Error](err); !ok || own.StatusCode != 599 {
							t.Errorf("the target's error is hidden: %v", err)
						}
						limit, ours := errors.AsType[*failover.TimeoutError](err)
						if c.limit == 0 {
							if ours || !errors.Is(err, context.Canceled) || !errors.Is(err, why) {
								t.Errorf("got %v", err)
							}
							return
						}
						if !ours || limit.Limit != failover.LimitLastResort || limit.After != c.limit || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
							t.Errorf("got %v", err)
						}
						if want := "; last resort: no answer of the last resort within " + c.limit.String(); !strings.HasSuffix(err.Error(), want) {
							t.Errorf("%v does not end in %q", err, want)
						}
					})
				})
			}
		}
	}
}

// It has its own time, also when that of the call is up, and all of it.
func TestLastResortInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, always("p", step{hang: true}), nil, failover.WithTotalTimeout(time.Second), failover.WithLastResortTimeout(3*time.Second),
			failover.WithLastResort(func(ctx context.Context, _ *providers.Request, _ *failover.Error) (*providers.Response, error) {
				if end, ok := ctx.Deadline(); !ok || time.Until(end) != 3*time.Second {
					t.Errorf("deadline %v, %t", end, ok)
				}
				time.Sleep(3*time.Second - 1)
				return &providers.Response{Choices: []providers.Choice{{Message: providers.AssistantText("late"), FinishReason: providers.FinishStop}}}, nil
			}))
		start := time.Now()
		resp, err := c.Generate(t.Context(), ask())
		if d := time.Since(start); err != nil || resp.Text() != "late" || d != 4*time.Second-1 {
			t.Errorf("%+v, %v after %v", resp, err, d)
		}
	})
}

// Its own error is not taken for a limit's, though a limit has passed.
func TestLastResortsOwnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := errors.New("cache is down")
		c := chain(t, always("p", step{err: fail(providers.KindOverloaded)}), nil, onlyOnce,
			failover.WithLastResort(func(ctx context.Context, _ *providers.Request, _ *failover.Error) (*providers.Response, error) {
				within, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				<-within.Done()
				return nil, errors.Join(own, within.Err())
			}))
		_, err := c.Generate(t.Context(), ask())
		if _, ours := errors.AsType[*failover.TimeoutError](err); ours || !errors.Is(err, own) || strings.Contains(err.Error(), "cache") {
			t.Errorf("got %v", err)
		}
	})
}

func TestLastResortIsNotAskedForACallerWhoHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, always("p", step{hang: true}), nil, failover.WithLastResort(func(context.Context, *providers.Request, *failover.Error) (*providers.Response, error) {
			t.Error("asked")
			return nil, nil
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Generate(ctx, ask()); providers.KindOf(err) != providers.KindCancelled || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// A panic of a last resort does not take the errors of the targets with it.
func TestLastResortThatPanics(t *testing.T) {
	for _, stream := range []bool{false, true} {
		var ends []failover.EndEvent
		c := chain(t, always("p", step{err: fail(providers.KindOverloaded)}), nil, onlyOnce, failover.WithHooks(collectEnds(&ends)),
			failover.WithLastResort(func(context.Context, *providers.Request, *failover.Error) (*providers.Response, error) {
				panic("secret prompt")
			}))
		_, err := either(t, c, stream)
		if !errors.Is(err, failover.ErrAllTargetsFailed) || providers.KindOf(err) != providers.KindOverloaded || c.HookPanics() != 1 {
			t.Fatalf("got %v, %d panics contained", err, c.HookPanics())
		}
		p, ok := errors.AsType[*failover.PanicError](err)
		if !ok || p.Value != "secret prompt" || !strings.Contains(string(p.Stack), "TestLastResortThatPanics") || p.ErrorType() != "panic" {
			t.Errorf("%+v", p)
		}
		if text := err.Error() + p.Error(); strings.Contains(text, "secret") || !strings.Contains(err.Error(), "; last resort: panicked") {
			t.Errorf("the text is %q", text)
		}
		if len(ends) != 1 || ends[0].Degraded || len(ends[0].History) != 1 || providers.KindOf(ends[0].Err) != providers.KindOverloaded {
			t.Errorf("%+v", ends)
		}
	}
}

// One that ends its goroutine, as a test double with t.FailNow does, ends the
// caller's rather than to keep it waiting.
func TestLastResortThatEndsItsGoroutine(t *testing.T) {
	var ends []failover.EndEvent
	c := chain(t, always("p", step{err: fail(providers.KindOverloaded)}), nil, onlyOnce, failover.WithHooks(collectEnds(&ends)),
		failover.WithLastResort(func(context.Context, *providers.Request, *failover.Error) (*providers.Response, error) {
			runtime.Goexit()
			return nil, nil
		}))
	returned, done := false, make(chan struct{})
	go func() {
		defer close(done)
		_, _ = either(t, c, false)
		returned = true
	}()
	<-done
	if returned || len(ends) != 1 || ends[0].Err == nil {
		t.Errorf("returned: %t, %+v", returned, ends)
	}
}

func TestLastResortsLimitIsDescribed(t *testing.T) {
	for want, opts := range map[time.Duration][]failover.Option{
		0:                {failover.WithLastResortTimeout(time.Minute)}, // of none
		30 * time.Second: {failover.WithStaticAnswer("sorry")},
		time.Minute:      {failover.WithStaticAnswer("sorry"), failover.WithLastResortTimeout(time.Minute)},
	} {
		if d := chain(t, script("p"), nil, opts...).Describe(); d.LastResortTimeout != want || d.LastResort != (want > 0) {
			t.Errorf("%v and %t, want %v", d.LastResortTimeout, d.LastResort, want)
		}
	}
}
