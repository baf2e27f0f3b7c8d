package failover

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/llmotel/sdk/providers"
)

// classify makes sure that an attempt's error says whose doing it was: the
// caller's, a limit of ours, or the target's. The result is or wraps a
// *providers.Error.
func (v *visit) classify(ctx context.Context, err error) error {
	kind := providers.KindOf(err)
	if done := v.call.callerErr(); done != nil && (v.call.caller.Err() != nil || cutShort(kind)) {
		if kind == providers.KindCancelled && isError(err) && holds(err, done, v.call.cause()) {
			return err
		}
		return v.cancelled(err)
	}
	if own := v.ctx.Err(); own != nil && cutShort(kind) {
		if errors.Is(own, context.DeadlineExceeded) {
			return v.newError(providers.KindTimeout, "a limit set around the visit", nil)
		}
		return v.cancelled(err)
	}
	if limit, ok := errors.AsType[*TimeoutError](context.Cause(ctx)); ok && cutShort(kind) {
		// The provider's own error says "context canceled", which would be
		// taken for the caller's.
		e := v.newError(providers.KindTimeout, limit.describe(), limit)
		if own, ok := errors.AsType[*providers.Error](err); ok {
			e.RequestID, e.Usage = own.RequestID, own.Usage
		}
		return e
	}
	switch {
	case kind == providers.KindCancelled && errors.Is(err, context.DeadlineExceeded):
		return v.newError(providers.KindTimeout, "a limit of the provider's client", nil)
	case kind == providers.KindCancelled:
		return v.newError(providers.KindUnknown, "the provider's client cancelled by itself", nil)
	case !isError(err):
		return v.newError(kind, "", err)
	}
	return err
}

// cutShort tells whether an error of that kind can be the echo of a context
// that ended, rather than a reply of the provider.
func cutShort(k providers.Kind) bool {
	switch k {
	case providers.KindCancelled, providers.KindTimeout, providers.KindNetwork, providers.KindMalformed, providers.KindUnknown:
		return true
	}
	return false
}

// cancelled is the caller's cancellation, or that of the visit's wrapper, with
// the cause that was given for it.
func (v *visit) cancelled(err error) error {
	done, cause := v.call.callerErr(), v.call.cause()
	if done == nil {
		done, cause = v.ctx.Err(), context.Cause(v.ctx)
	}
	return v.newError(providers.KindCancelled, "", withBoth(err, done, cause))
}

// holds tells whether errors.Is finds both in err; a nil cause is found.
func holds(err, done, cause error) bool {
	return errors.Is(err, done) && (cause == nil || errors.Is(err, cause))
}

// withBoth joins to err what it does not hold.
func withBoth(err, done, cause error) error {
	for _, e := range [...]error{done, cause} {
		switch {
		case err == nil:
			err = e
		case e != nil && !errors.Is(err, e):
			err = errors.Join(err, e)
		}
	}
	return err
}

func (v *visit) malformed(detail string) error {
	return v.newError(providers.KindMalformed, detail, nil)
}

func (v *visit) newError(kind providers.Kind, detail string, cause error) *providers.Error {
	return &providers.Error{
		Provider: v.t.provider.Name(), Model: v.req.Model, Kind: kind, Detail: detail, Err: cause,
	}
}

// withUsage adds the usage that a stream had reported before it failed.
func (v *visit) withUsage(err error) error {
	u := v.begin[1]
	if v.committed || u == nil || u.Usage == nil {
		return err
	}
	own, ok := errors.AsType[*providers.Error](err)
	if !ok || own.Usage.Completeness != providers.UsageMissing {
		return err
	}
	e := *own
	e.Usage = *u.Usage
	e.Usage.Completeness = min(e.Usage.Completeness, providers.UsagePartial)
	e.Err = err
	return &e
}

// rejection is the error of a target that was passed over.
func (t *target) rejection(r refusal, req *providers.Request, now time.Time) error {
	model := t.model
	if model == "" && t.door.models != nil && req != nil {
		model = req.Model
	}
	e := &providers.Error{Provider: t.provider.Name(), Model: model, Kind: providers.KindRejected, Err: ErrOpen}
	switch r.reason {
	case SkipCapability:
		e.Kind, e.Err, e.Detail = providers.KindUnsupported, nil, "the target lacks what the request needs of: "+t.s.lacks.String()
		return e
	case SkipContext:
		e.Kind, e.Err, e.Detail = providers.KindContextLength, nil, "the target's context window of "+strconv.FormatInt(t.s.window, 10)+" tokens is too small"
		return e
	case SkipNoContinuation:
		e.Kind, e.Err, e.Detail = providers.KindUnsupported, nil, "the target does not continue the answer of another"
		return e
	}
	if !r.until.IsZero() {
		e.RetryAfter = max(0, r.until.Sub(now))
	}
	switch r.reason {
	case SkipOpen:
		e.Detail = "circuit breaker open"
	case SkipHalfOpen:
		e.Detail = "circuit breaker half-open, trial running"
	case SkipCooldown:
		e.Detail = "cooling down after a rate limit"
	case SkipConcurrency:
		e.Detail, e.Err = "limit on concurrency reached", ErrFull
	case SkipRequestRate:
		e.Detail, e.Err = "limit on requests a minute reached", ErrRateLimit
	case SkipTokenRate:
		e.Detail, e.Err = "limit on tokens a minute reached", ErrRateLimit
	}
	if why := t.door.why(r.reason, model, now); why != "" {
		e.Detail += " (" + why + ")"
	}
	return e
}

func isError(err error) bool {
	_, ok := errors.AsType[*providers.Error](err)
	return ok
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*providers.Error](err); ok {
		return min(max(0, e.RetryAfter), 24*time.Hour)
	}
	return 0
}

// ownLimit tells whether the error is that of the call's own limit. A target
// that is a chain has limits of its own.
func (k *call) ownLimit(err error) bool {
	e, ok := errors.AsType[*TimeoutError](err)
	return ok && (e == k.chain.errTotal || e == k.chain.errStream)
}

// exhausted tells whether the error is that of a chain without a target left.
func exhausted(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Outcome == OutcomeExhausted
}

// callerErr says whether the caller, or what a hook put around the call, has
// ended it. A deadline counts as soon as it has passed: a connection that has
// the same deadline may fail before the context's timer fires.
func (k *call) callerErr() error {
	if err := k.caller.Err(); err != nil {
		return err
	}
	if err := k.ctx.Err(); err != nil {
		return err
	}
	if end, ok := k.ctx.Deadline(); ok && !time.Now().Before(end) {
		return context.DeadlineExceeded
	}
	return nil
}

// cause is the cause that was given for that end; nil if it has not come.
func (k *call) cause() error {
	if cause := context.Cause(k.caller); cause != nil {
		return cause
	}
	return context.Cause(k.ctx)
}
