package failover_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// lagging is a context whose deadline passes before its timer fires, as it can
// for a connection that has the same deadline.
type lagging struct {
	context.Context
	end time.Time
}

func (l lagging) Deadline() (time.Time, bool) { return l.end, true }

// The caller's deadline is told from the target's failures by the clock.
func TestDeadlineByTheClock(t *testing.T) {
	for name, tc := range map[string]struct {
		err      error
		kind     providers.Kind // of the attempt
		failures int
	}{
		"its own timeout":           {&providers.Error{Provider: "pa", Kind: providers.KindTimeout, Err: context.DeadlineExceeded}, providers.KindCancelled, 0},
		"its own timeout, no cause": {fail(providers.KindTimeout), providers.KindCancelled, 0},
		"connection closed":         {fail(providers.KindNetwork), providers.KindCancelled, 0},
		"half a body":               {fail(providers.KindMalformed), providers.KindCancelled, 0},
		"foreign":                   {errors.New("i/o timeout"), providers.KindCancelled, 0},
		"bare deadline":             {context.DeadlineExceeded, providers.KindCancelled, 0},
		"a reply at the last":       {fail(providers.KindServerError), providers.KindServerError, 1},
	} {
		for _, stream := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a, b := script("pa", step{after: time.Second, err: tc.err}), script("pb")
					c := chain(t, a, b)
					ctx := lagging{t.Context(), time.Now().Add(time.Second)}
					var err error
					if stream {
						_, err = providers.Collect(c.Stream(ctx, ask()))
					} else {
						_, err = c.Generate(ctx, ask())
					}
					fe, ok := errors.AsType[*failover.Error](err)
					if !ok || fe.Outcome != failover.OutcomeCancelled || providers.KindOf(err) != providers.KindCancelled || !errors.Is(err, context.DeadlineExceeded) {
						t.Fatalf("%v", err)
					}
					if len(fe.History) != 1 || fe.History[0].Kind != tc.kind || !errors.Is(err, tc.err) || a.count() != 1 || b.count() != 0 {
						t.Errorf("%+v, b called %d times", fe.History, b.count())
					}
					if s := c.BreakerStatuses()[0]; s.Failures != tc.failures {
						t.Errorf("%+v, want %d failures", s, tc.failures)
					}
				})
			})
		}
	}
}

// wrapping is a provider whose client makes a timeout of its own of every
// context that ends.
type wrapping struct{ *fake }

func (w wrapping) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	resp, err := w.fake.Generate(ctx, req)
	if err != nil {
		err = &providers.Error{Provider: w.name, Kind: providers.KindTimeout, Err: ctx.Err()}
	}
	return resp, err
}

func TestDeadlineInTheProvidersOwnTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := script("pb")
		c := chain(t, wrapping{script("pa", step{hang: true})}, b)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Generate(ctx, ask())
		if providers.KindOf(err) != providers.KindCancelled || !errors.Is(err, context.DeadlineExceeded) || b.count() != 0 {
			t.Errorf("%v; b called %d times", err, b.count())
		}
		if s := c.BreakerStatuses()[0]; s.Failures != 0 {
			t.Errorf("the caller's deadline counts against the target: %+v", s)
		}
	})
}

// errors.Is finds why the caller cancelled, wherever the call was.
func TestCauseOfCancellation(t *testing.T) {
	const before = -1
	for name, tc := range map[string]struct {
		script []step
		after  time.Duration
		stream bool
	}{
		"before the call":            {nil, before, false},
		"before the stream":          {nil, before, true},
		"while a target is asked":    {[]step{{hang: true}}, time.Second, false},
		"before the first chunk":     {[]step{{usage: true, hang: true}}, time.Second, true},
		"while an answer flows":      {[]step{{words: []string{"a"}, hang: true}}, time.Second, true},
		"while waiting for a retry":  {[]step{{err: failAfter(providers.KindServerError, 2*time.Second)}}, time.Second, false},
		"while a retry is under way": {[]step{broken, {hang: true}}, time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reason := errors.New("user left")
				if tc.stream { // a cause may hold the sentinel itself
					reason = fmt.Errorf("user left: %w", context.Canceled)
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if tc.after == before {
					cancel(reason)
				} else {
					time.AfterFunc(tc.after, func() { cancel(reason) })
				}
				c := chain(t, script("pa", tc.script...), script("pb"))
				var err error
				if tc.stream {
					_, err = providers.Collect(c.Stream(ctx, ask()))
				} else {
					_, err = c.Generate(ctx, ask())
				}
				if !errors.Is(err, reason) || !errors.Is(err, context.Canceled) || providers.KindOf(err) != providers.KindCancelled {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// What a CallStart hook puts around a call ends it as the caller would.
func TestHookSetsDeadline(t *testing.T) {
	for name, tc := range map[string]struct {
		limit time.Duration
		asked int // how often the first target is
	}{
		"while a target is asked": {2 * time.Second, 1},
		"passed already":          {0, 0},
	} {
		for _, stream := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reason := errors.New("budget of the page spent")
					var cancel context.CancelFunc
					a, b := script("pa", step{hang: true}), script("pb")
					c := chain(t, a, b, failover.WithHooks(failover.Hooks{
						CallStart: func(ctx context.Context, _ failover.StartEvent) context.Context {
							ctx, cancel = context.WithTimeoutCause(ctx, tc.limit, reason) //nolint:fatcontext // one call
							return ctx
						},
						CallEnd: func(context.Context, failover.EndEvent) { cancel() },
					}))
					start := time.Now()
					_, err := either(t, c, stream)
					fe, ok := errors.AsType[*failover.Error](err)
					if !ok || fe.Outcome != failover.OutcomeCancelled || providers.KindOf(err) != providers.KindCancelled {
						t.Fatalf("%v", err)
					}
					if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, reason) {
						t.Errorf("neither the deadline nor its cause is found in %v", err)
					}
					if time.Since(start) != tc.limit || a.count() != tc.asked || b.count() != 0 {
						t.Errorf("after %v; a called %d times, b %d", time.Since(start), a.count(), b.count())
					}
					if s := c.BreakerStatuses()[0]; s.Failures != 0 {
						t.Errorf("%+v", s)
					}
				})
			})
		}
	}
}

// A provider that says "cancelled" while the caller waits has cancelled by
// itself: a failure like any other that nobody has a name for, which is retried,
// counted and moved.
func TestProviderCancelsByItself(t *testing.T) {
	for name, cancelled := range map[string]error{
		"bare": context.Canceled, "of the contract": &providers.Error{Provider: "p", Kind: providers.KindCancelled, Err: context.Canceled},
	} {
		for _, stream := range []bool{false, true} {
			a, b := always("pa", step{err: cancelled}), script("pb")
			var ends []failover.EndEvent
			c := chain(t, a, b, failover.WithBackoff(0, 0), failover.WithHooks(collectEnds(&ends)))
			resp, err := either(t, c, stream)
			if err != nil || resp.Target != "b" || a.count() != 2 {
				t.Fatalf("%s, stream %t: %+v, %v after %d calls", name, stream, resp, err, a.count())
			}
			if first := ends[0].History[0]; first.Kind != providers.KindUnknown || errors.Is(first.Err, context.Canceled) {
				t.Errorf("%s: %q, %v", name, first.Kind, first.Err)
			}
			if s, _ := c.BreakerStatus("a"); s.Failures != 2 {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}
