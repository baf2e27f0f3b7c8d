package failover_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

func TestModelOfTarget(t *testing.T) {
	a, b := script("pa", broken, broken), script("pb")
	req := ask()
	req.Model = "" // both targets have their own
	resp, err := chain(t, a, b, failover.WithBackoff(0, 0)).Generate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if a.models[0] != "model-a" || b.models[0] != "model-b" || req.Model != "" {
		t.Errorf("models %v, %v; the request now has %q", a.models, b.models, req.Model)
	}
	if resp.Provider != "pb" || resp.Target != "b" || resp.Attempts != 3 {
		t.Errorf("%+v", resp)
	}
}

func TestInvalidRequestReachesNoTarget(t *testing.T) {
	a := script("pa")
	c := chain(t, a, nil)
	for _, req := range []*providers.Request{nil, {}, {Model: "m"}} {
		_, err := c.Generate(t.Context(), req)
		_, serr := providers.Collect(c.Stream(t.Context(), req))
		for _, err := range []error{err, serr} {
			if f, ok := errors.AsType[*providers.FieldError](err); !ok || providers.KindOf(err) != providers.KindInvalidRequest {
				t.Errorf("%v, %v", err, f)
			}
		}
	}
	if a.count() != 0 {
		t.Error("a target was called")
	}
}

func TestRetryAfterIsAFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, random := range []float64{0, .5, 1} {
			p := script("p", step{err: failAfter(providers.KindServerError, 3*time.Second)})
			start := time.Now()
			_, err := chain(t, p, nil, failover.WithRandom(func() float64 { return random })).Generate(t.Context(), ask())
			want := 3*time.Second + time.Duration(random*float64(500*time.Millisecond))
			if got := time.Since(start); err != nil || got != want {
				t.Errorf("jitter %v: answered after %v, want %v (%v)", random, got, want, err)
			}
		}
	})
}

func TestBackoffGrowsToItsMaximum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := always("p", broken)
		c := chain(t, p, nil, failover.WithMaxAttempts(6), failover.WithConsecutiveFailures(0), failover.WithBackoff(time.Second, 5*time.Second))
		_ = call(t, c)
		want := []time.Duration{1, 2, 4, 5, 5}
		for i, w := range want {
			if got := p.at[i+1].Sub(p.at[i]); got != w*time.Second {
				t.Errorf("wait %d is %v, want %v", i+1, got, w*time.Second)
			}
		}
	})
}

func TestLongRetryAfterMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa", step{err: failAfter(providers.KindServerError, 3*time.Second)}), script("pb")
		start := time.Now()
		if _, err := chain(t, a, b).Generate(t.Context(), ask()); err != nil {
			t.Fatal(err)
		}
		if a.count() != 1 || time.Since(start) != 0 {
			t.Errorf("waited %v although b was free", time.Since(start))
		}
		a = script("pa", step{err: failAfter(providers.KindServerError, time.Minute)})
		_, err := chain(t, a, nil).Generate(t.Context(), ask())
		fe, _ := errors.AsType[*failover.Error](err)
		if a.count() != 1 || fe == nil || fe.RetryAfter() != time.Minute {
			t.Errorf("alone, with a Retry-After above the cap: %v", err)
		}
	})
}

func TestRateLimitWaitsIfSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa", step{err: failAfter(providers.KindRateLimited, time.Second)}), script("pb")
		resp, err := chain(t, a, b).Generate(t.Context(), ask())
		if err != nil || resp.Target != "a" || resp.Attempts != 2 {
			t.Errorf("%+v, %v", resp, err)
		}
	})
}

func TestRetryNotBegunBeyondDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, own := range []bool{true, false} {
			p := script("p", step{err: failAfter(providers.KindServerError, 3*time.Second)})
			ctx, opt := t.Context(), failover.WithTotalTimeout(2*time.Second)
			if own {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 2*time.Second)
				defer cancel()
				opt = failover.WithTotalTimeout(0)
			}
			start := time.Now()
			_, err := chain(t, p, nil, opt).Generate(ctx, ask())
			if time.Since(start) != 0 || p.count() != 1 || !errors.Is(err, failover.ErrAllTargetsFailed) {
				t.Errorf("own=%v: %v after %v", own, err, time.Since(start))
			}
		}
	})
}

func TestBreakerOpeningStopsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, retries := always("p", broken), 0
		start := time.Now()
		_ = call(t, chain(t, p, nil, failover.WithMaxAttempts(10), failover.WithConsecutiveFailures(3), failover.WithHooks(failover.Hooks{
			Retry: func(context.Context, failover.RetryEvent) { retries++ },
		})))
		if p.count() != 3 {
			t.Errorf("%d calls, but the third failure opens the breaker", p.count())
		}
		if d := time.Since(start); d != 1500*time.Millisecond || retries != 2 { // 500 ms and 1 s; for a breaker that will be open nobody waits
			t.Errorf("%d retries in %v", retries, d)
		}
	})
}

func TestTotalTimeout(t *testing.T) {
	for _, stream := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			a, b := script("pa", step{hang: true}), script("pb")
			c := chain(t, a, b, failover.WithTotalTimeout(5*time.Second))
			start := time.Now()
			_, err := either(t, c, stream)
			fe, ok := errors.AsType[*failover.Error](err)
			if !ok || fe.Outcome != failover.OutcomeTimeout || providers.KindOf(err) != providers.KindTimeout {
				t.Fatalf("%v", err)
			}
			limit, ok := errors.AsType[*failover.TimeoutError](err)
			if !ok || limit.Limit != failover.LimitTotal || limit.After != 5*time.Second {
				t.Errorf("limit %+v", limit)
			}
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
				t.Error("looks like the caller's own context")
			}
			if time.Since(start) != 5*time.Second || b.count() != 0 {
				t.Errorf("after %v, b called %d times", time.Since(start), b.count())
			}
		})
	}
}

func TestCallersDeadlineIsTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, script("pa", step{hang: true}), script("pb"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Generate(ctx, ask())
		if !errors.Is(err, context.DeadlineExceeded) || providers.KindOf(err) != providers.KindCancelled {
			t.Errorf("%v", err)
		}
		if s := c.BreakerStatuses()[0]; s.Failures != 0 || s.ConsecutiveFailures != 0 {
			t.Errorf("the caller's short deadline counts against the target: %+v", s)
		}
	})
}

func TestAttemptTimeoutMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa", step{hang: true}), script("pb")
		c := chain(t, a, b, failover.WithAttemptTimeout(time.Second))
		resp, err := c.Generate(t.Context(), ask())
		if err != nil || resp.Target != "b" {
			t.Fatalf("%v, %v", resp, err)
		}
		if s := c.BreakerStatuses()[0]; s.ConsecutiveFailures != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// TestProvidersOwnTimeout: a bare deadline error of a provider's client, while
// the caller still waits, is a timeout and not the caller's doing.
func TestProvidersOwnTimeout(t *testing.T) {
	a, b := script("pa", step{err: context.DeadlineExceeded}), script("pb")
	c := chain(t, a, b)
	resp, err := c.Generate(t.Context(), ask())
	if err != nil || resp.Target != "b" {
		t.Fatal(err)
	}
	if s := c.BreakerStatuses()[0]; s.Failures != 1 {
		t.Errorf("%+v", s)
	}
}

func TestCancelDuringFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa", broken, broken), script("pb", step{hang: true})
		c := chain(t, a, b)
		ctx, cancel := context.WithCancelCause(t.Context())
		reason := errors.New("user left")
		time.AfterFunc(2*time.Second, func() { cancel(reason) })
		start := time.Now()
		_, err := c.Generate(ctx, ask())
		fe, ok := errors.AsType[*failover.Error](err)
		if !ok || fe.Outcome != failover.OutcomeCancelled || !errors.Is(err, context.Canceled) || providers.KindOf(err) != providers.KindCancelled {
			t.Fatalf("%v", err)
		}
		if time.Since(start) != 2*time.Second || len(fe.History) != 3 {
			t.Errorf("after %v with %d attempts", time.Since(start), len(fe.History))
		}
		if s := c.BreakerStatuses()[1]; s.Failures+s.Successes+s.ConsecutiveFailures != 0 {
			t.Errorf("cancellation counted: %+v", s)
		}
	})
}

func TestCancelDuringBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa", step{err: failAfter(providers.KindServerError, 2*time.Second)}), script("pb")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := chain(t, a, b).Generate(ctx, ask())
		if time.Since(start) != time.Second || !errors.Is(err, context.Canceled) || a.count() != 1 || b.count() != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if e, ok := errors.AsType[*failover.Error](err); !ok || e.History[0].Kind != providers.KindServerError {
			t.Error("the provider's error is lost")
		}
	})
}

func TestAllTargetsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		custom := errors.New("raw body with the secret prompt")
		a := script("pa", step{err: &providers.Error{Provider: "pa", Model: "model-a", Kind: providers.KindOverloaded, StatusCode: 529, RetryAfter: 50 * time.Second, Err: custom}})
		b := always("pb", step{err: &providers.Error{Provider: "pb", Model: "model-b", Kind: providers.KindServerError, StatusCode: 500, RequestID: "req_9"}})
		d := script("pd")
		c, err := failover.New([]failover.Target{
			{Name: "a", Model: "model-a", Provider: a},
			{Name: "b", Model: "model-b", Provider: b, Options: []failover.TargetOption{failover.WithConsecutiveFailures(2)}},
			{Name: "d", Provider: d},
		}, full)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Isolate("d", 40*time.Second)
		_, err = c.Generate(t.Context(), ask())
		fe, ok := errors.AsType[*failover.Error](err)
		if !ok || !errors.Is(err, failover.ErrAllTargetsFailed) {
			t.Fatal(err)
		}
		if !errors.Is(err, custom) || !errors.Is(err, circuitbreaker.ErrOpen) {
			t.Error("errors.Is does not reach every attempt")
		}
		if providers.KindOf(err) != providers.KindServerError || fe.ErrorType() != "server_error" || fe.Attempts() != 3 || len(fe.History) != 4 {
			t.Errorf("kind %q, %d attempts, history %+v", providers.KindOf(err), fe.Attempts(), fe.History)
		}
		// b opened for 30 s at its second failure, the earliest of the three.
		if got := fe.RetryAfter(); got != 30*time.Second {
			t.Errorf("retry after %v", got)
		}
		const want = "failover: no target answered (3 attempts in 500ms; worth trying again in 30s): " +
			"a: pa model-a: overloaded (HTTP 529, retry after 50s); " +
			"b: pb model-b: server_error (HTTP 500, request req_9) (after 2 attempts); " +
			"d: not called, pd: rejected (retry after 39.5s): circuit breaker open (isolated)"
		if err.Error() != want {
			t.Errorf("text\n %s\nwant\n %s", err, want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Error("the text holds content")
		}
	})
}

func TestWaitingDoesNotHelp(t *testing.T) {
	a, b := script("pa", step{err: fail(providers.KindModelNotFound)}), script("pb", step{err: fail(providers.KindUnsupported)})
	_, err := chain(t, a, b).Generate(t.Context(), ask())
	fe, _ := errors.AsType[*failover.Error](err)
	if fe == nil || !fe.RetryAt.IsZero() || !strings.Contains(err.Error(), "trying again does not help") {
		t.Error(err)
	}
}

func TestForeignErrorIsScrubbed(t *testing.T) {
	foreign := errors.New("POST https://x/?key=secret: bad")
	_, err := chain(t, always("pa", step{err: foreign}), nil, failover.WithBackoff(0, 0)).Generate(t.Context(), ask())
	if strings.Contains(err.Error(), "secret") || !errors.Is(err, foreign) || providers.KindOf(err) != providers.KindUnknown {
		t.Error(err)
	}
}

type nilProvider struct{ *fake }

func (nilProvider) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	return nil, nil
}

func TestNilResponseIsMalformed(t *testing.T) {
	_, err := chain(t, nilProvider{script("p")}, nil, failover.WithMaxAttempts(1)).Generate(t.Context(), ask())
	if providers.KindOf(err) != providers.KindMalformed {
		t.Error(err)
	}
}

func TestNewNamesWhatIsWrong(t *testing.T) {
	p := script("p")
	cases := map[string]struct {
		targets []failover.Target
		opts    []failover.Option
		want    string
	}{
		"no targets":     {nil, nil, "no targets"},
		"nil provider":   {[]failover.Target{{Name: "x"}}, nil, `target 0 ("x") has no provider`},
		"nil pointer":    {[]failover.Target{{Name: "x", Provider: (*failover.Chain)(nil)}}, nil, `target 0 ("x") has no provider`},
		"duplicate":      {[]failover.Target{{Provider: p}, {Provider: p}}, nil, `name "p" of an earlier one`},
		"rate":           {[]failover.Target{{Provider: p}}, []failover.Option{failover.WithFailureRate(1.5, 20, time.Minute)}, `target "p": WithFailureRate(1.5`},
		"window":         {[]failover.Target{{Provider: p}}, []failover.Option{failover.WithFailureRate(.5, 20, 0)}, "window"},
		"target options": {[]failover.Target{{Provider: p, Options: []failover.TargetOption{failover.WithTrials(0, 1)}}}, nil, "WithTrials(0, 1)"},
		"attempts":       {[]failover.Target{{Provider: p}}, []failover.Option{failover.WithMaxAttempts(0)}, "WithMaxAttempts(0)"},
		"timeout":        {[]failover.Target{{Provider: p}}, []failover.Option{failover.WithTotalTimeout(-1)}, "WithTotalTimeout(-1ns)"},
		"kind":           {[]failover.Target{{Provider: p}}, []failover.Option{failover.WithAction("nope", failover.Action{})}, `"nope"`},
		"fixed kind":     {[]failover.Target{{Provider: p}}, []failover.Option{failover.WithAction(providers.KindCancelled, failover.Action{})}, "fixed"},
		"continue":       {[]failover.Target{{Provider: p}}, []failover.Option{failover.WithStreamPolicy(failover.StreamContinue)}, "WithContinuation"},
		"visit":          {[]failover.Target{{Provider: p}}, []failover.Option{failover.WithVisit(func(providers.Provider) providers.Provider { return nil })}, "WithVisit"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, err := failover.New(tc.targets, tc.opts...)
			if c != nil || err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, %v; want %q", c, err, tc.want)
			}
		})
	}
	c, err := failover.New([]failover.Target{{Provider: p}}, nil, failover.WithName("llm"), failover.WithFailureRate(0, 0, 0))
	if err != nil || c.Name() != "llm" {
		t.Errorf("%v, %v", c, err)
	}
}

func TestCancelledCallReachesNoTarget(t *testing.T) {
	p := script("p")
	c := chain(t, p, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Generate(ctx, ask())
	_, serr := providers.Collect(c.Stream(ctx, ask()))
	for _, err := range []error{err, serr} {
		if !errors.Is(err, context.Canceled) || providers.KindOf(err) != providers.KindCancelled {
			t.Error(err)
		}
	}
	if p.count() != 0 {
		t.Error("a target was called")
	}
}

func TestOverloadedWaitsOnTheLastTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{err: failAfter(providers.KindOverloaded, 4*time.Second)})
		if err := call(t, chain(t, p, nil, failover.WithRetryWaits(0, 4*time.Second))); err != nil {
			t.Error(err)
		}
		p.set(step{err: failAfter(providers.KindOverloaded, 4*time.Second+1)})
		if err := call(t, chain(t, p, nil, failover.WithRetryWaits(0, 4*time.Second))); err == nil {
			t.Error("waited for longer than the cap")
		}
	})
}

// TestTotalTimeoutCountsForWholeAttempts: a target that had the whole time of
// the call has failed, one that had only the rest has not.
func TestTotalTimeoutCountsForWholeAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("pa", step{err: fail(providers.KindUnsupported), after: time.Second}, step{hang: true}), script("pb", step{hang: true})
		c := chain(t, a, b, failover.WithTotalTimeout(3*time.Second))
		_ = call(t, c)
		if s := c.BreakerStatuses()[1]; s.Failures != 0 {
			t.Errorf("b had two of three seconds: %+v", s)
		}
		_ = call(t, c)
		if s := c.BreakerStatuses()[0]; s.Failures != 1 {
			t.Errorf("a had all the time: %+v", s)
		}
	})
}

// TestBreakerOpenedWhileWaiting: a retry that its breaker no longer lets
// through leaves what the target had said as the reason.
func TestBreakerOpenedWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := always("p", broken)
		c := chain(t, p, nil)
		time.AfterFunc(100*time.Millisecond, func() { _ = c.Isolate("a", time.Minute) })
		_, err := c.Generate(t.Context(), ask())
		const want = "failover: no target answered (1 attempt in 500ms; worth trying again in 1m0s): a: fake: server_error (HTTP 599)"
		if err == nil || err.Error() != want {
			t.Errorf("text\n %v\nwant\n %s", err, want)
		}
		if fe, _ := errors.AsType[*failover.Error](err); fe == nil || len(fe.History) != 2 || fe.History[1].Skip != failover.SkipOpen {
			t.Errorf("%+v", fe)
		}
	})
}

func TestErrorTexts(t *testing.T) {
	cause := &providers.Error{Provider: "p", Kind: providers.KindInvalidRequest, StatusCode: 400}
	skip := failover.Attempt{Target: "a", Kind: providers.KindRejected, Skip: failover.SkipOpen, Err: &providers.Error{Provider: "p", Kind: providers.KindRejected}}
	tried := failover.Attempt{Target: "a", N: 1, Err: cause}
	// Targets that bear their provider's name, which is then said once.
	same := func(provider, model string) error {
		return &providers.Error{Provider: provider, Model: model, Kind: providers.KindServerError, StatusCode: 503}
	}
	for want, err := range map[string]error{
		"failover: an error that no other target would answer better (1 attempt in 0s): a: p: invalid_request (HTTP 400)": &failover.Error{
			Outcome: failover.OutcomeStopped, Err: cause, History: []failover.Attempt{{Target: "a", N: 1, Err: cause}},
		},
		"failover: no target answered (1 attempt in 0s; trying again does not help): a: p: invalid_request (HTTP 400)": &failover.Error{
			Outcome: failover.OutcomeExhausted, Err: cause, History: []failover.Attempt{skip, tried, skip}, // what it said, not that it was skipped
		},
		"failover: no target answered (0 attempts in 0s; trying again does not help): a: not called, p: rejected": &failover.Error{
			Outcome: failover.OutcomeExhausted, Err: cause, History: []failover.Attempt{skip, skip},
		},
		"failover: cancelled by the caller (0 attempts in 0s): p: invalid_request (HTTP 400)": &failover.Error{Outcome: failover.OutcomeCancelled, Err: cause},
		"target a: p: invalid_request (HTTP 400) (2 attempts)":                                &failover.TargetError{Target: "a", Attempts: 2, Err: cause},
		"failover: no target answered (2 attempts in 0s; trying again does not help): " +
			"openai: gpt-5.2: server_error (HTTP 503); openai-eu: openai gpt-5.2: server_error (HTTP 503); azure: not called, server_error (HTTP 503)": &failover.Error{
			Outcome: failover.OutcomeExhausted, Err: cause, History: []failover.Attempt{
				{Target: "openai", N: 1, Err: same("openai", "gpt-5.2")},
				{Target: "openai-eu", N: 1, Err: same("openai", "gpt-5.2")},
				{Target: "azure", Skip: failover.SkipOpen, Err: same("azure", "")},
			},
		},
		"target openai (key k): gpt-5.2: server_error (HTTP 503)": &failover.TargetError{Target: "openai", Key: "k", Attempts: 1, Err: same("openai", "gpt-5.2")},
		"target no: no connection within 1s":                      &failover.TargetError{Target: "no", Attempts: 1, Err: &failover.TimeoutError{Limit: failover.LimitConnect, After: time.Second}},
		"target a: _OTHER":                                        &failover.TargetError{Target: "a", Attempts: 1, Err: errors.New("secret")},
		"failover: no chunk of the answer within 1s":              &failover.TimeoutError{Limit: failover.LimitFirstChunk, After: time.Second},
	} {
		if err.Error() != want {
			t.Errorf("%s\nwant\n%s", err, want)
		}
	}
}
