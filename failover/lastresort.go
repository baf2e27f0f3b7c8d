package failover

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/llmotel/sdk/providers"
)

// LastResort answers a call that no target has answered. req is the caller's
// request and failed what the caller would get; neither may be changed. Its own
// error, if it has no answer either, is joined to failed; neither answer nor
// error means that it has none.
//
// ctx is the caller's and ends after [WithLastResortTimeout]. It runs on a
// goroutine of its own, so that one which ignores ctx holds that goroutine, not
// the caller. Its panic is an error, a *[PanicError].
type LastResort func(ctx context.Context, req *providers.Request, failed *Error) (*providers.Response, error)

// WithLastResort sets what answers when no target is left or the call's time is
// up: a cache, a smaller model in the process, an apology. Such an answer is
// marked: Response.Degraded and Finish.Degraded are true, Target is empty. It
// is not asked where the request itself is at fault, where the caller has
// cancelled, or after part of a stream was delivered.
func WithLastResort(f LastResort) Option {
	return optionFunc(func(c config) config { c.lastResort = f; return c })
}

// WithLastResortTimeout limits how long the last resort may take, on top of the
// limit on the whole call, which may have passed by then. When it has passed the
// caller gets its *Error, whose LastResort is a *TimeoutError of
// LimitLastResort. The default is 30 s; 0 means no limit but the caller's.
func WithLastResortTimeout(d time.Duration) Option {
	return optionFunc(func(c config) config { c.resortLimit = d; return c })
}

// WithStaticAnswer is a WithLastResort that always answers with this text.
func WithStaticAnswer(text string) Option {
	return WithLastResort(func(context.Context, *providers.Request, *Error) (*providers.Response, error) {
		return &providers.Response{Choices: []providers.Choice{{
			Message: providers.AssistantText(text), FinishReason: providers.FinishStop,
		}}}, nil
	})
}

// resort asks the last resort, if there is one and it is its turn.
func (k *call) resort(err error) (*providers.Response, error) {
	failed, ok := errors.AsType[*Error](err)
	if k.chain.lastResort == nil || !ok || k.delivered || failed.Outcome != OutcomeExhausted && failed.Outcome != OutcomeTimeout {
		return nil, err
	}
	resp, own := k.askResort(*failed)
	switch {
	case own != nil:
		failed.LastResort = own
		return nil, err
	case resp == nil:
		return nil, err
	}
	r := *resp
	r.Target, r.Attempts, r.Degraded = "", k.tries(), true
	if r.Provider == "" {
		r.Provider = k.chain.name
	}
	k.degraded = true
	if len(k.chain.hooks) > 0 {
		from := ""
		if k.from != nil {
			from = k.from.name
		}
		k.chain.hookFallback(k.ctx, FallbackEvent{From: from, Kind: k.fromKind, Err: k.err, LastResort: true})
	}
	return &r, nil
}

// askResort calls the last resort and waits for it until its context ends. It is
// told a copy, as it may outlive the call.
func (k *call) askResort(failed Error) (*providers.Response, error) {
	c, req, ctx := k.chain, k.req, k.ctx
	if c.resortLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.resortLimit, c.errResort)
		defer cancel()
	}
	done := make(chan resorted, 1)
	go func() {
		r := resorted{exited: true}
		defer func() {
			if p := recover(); p != nil {
				c.hookPanics.Add(1)
				r = resorted{err: &PanicError{Value: p, Stack: debug.Stack()}}
			}
			done <- r
		}()
		r.resp, r.err = c.lastResort(ctx, req, &failed)
		r.exited = false
	}()
	select {
	case r := <-done:
		return r.result(ctx)
	case <-ctx.Done():
	}
	select {
	case r := <-done: // just in time
		return r.result(ctx)
	default:
		return resorted{err: ctx.Err()}.result(ctx)
	}
}

// resorted is what came of a last resort.
type resorted struct {
	resp   *providers.Response
	err    error
	exited bool // it has ended its goroutine
}

// result is what the call goes by. Our limit is not taken for the caller's.
func (r resorted) result(ctx context.Context) (*providers.Response, error) {
	if r.exited {
		runtime.Goexit() // the caller's goroutine, where it belongs
	}
	if !errors.Is(r.err, context.DeadlineExceeded) && !errors.Is(r.err, context.Canceled) {
		return r.resp, r.err
	}
	cause := context.Cause(ctx)
	if limit, ok := cause.(*TimeoutError); ok { //nolint:errorlint // as it was given
		return nil, limit
	}
	return nil, withBoth(r.err, ctx.Err(), cause)
}
