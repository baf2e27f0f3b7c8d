package failover

import (
	"errors"
	"strconv"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/ratelimiter"

	"github.com/llmotel/sdk/providers"
)

var (
	// ErrAllTargetsFailed is found in an *Error whose chain has no target
	// left.
	ErrAllTargetsFailed = errors.New("failover: all targets failed")
	// ErrOpen is found where a target was passed over for its circuit breaker
	// or cooldown. It is failsafe-go's circuitbreaker.ErrOpen.
	ErrOpen = circuitbreaker.ErrOpen
	// ErrFull is found where a target was passed over for its limit on
	// concurrency. It is failsafe-go's bulkhead.ErrFull.
	ErrFull = bulkhead.ErrFull
	// ErrRateLimit is found where a target was passed over for its limit on
	// requests or tokens a minute. It is failsafe-go's ratelimiter.ErrExceeded.
	ErrRateLimit = ratelimiter.ErrExceeded
	// ErrUnknownTarget is returned for a target name that the chain lacks.
	ErrUnknownTarget = errors.New("failover: unknown target")
)

// Outcome says why a call ended without an answer.
type Outcome string

// The outcomes of an Error.
const (
	// OutcomeExhausted: no target is left.
	OutcomeExhausted Outcome = "exhausted"
	// OutcomeStopped: a target's error is one that no other target would
	// answer better, such as an invalid request.
	OutcomeStopped Outcome = "stopped"
	// OutcomeTimeout: the chain's own limit on the whole call has passed.
	OutcomeTimeout Outcome = "timeout"
	// OutcomeCancelled: the caller cancelled or its deadline passed. errors.Is
	// finds the context's error and its cause.
	OutcomeCancelled Outcome = "cancelled"
	// OutcomeInterrupted: a stream broke after part of it was delivered. The
	// Error is then wrapped in a *providers.InterruptedError.
	OutcomeInterrupted Outcome = "interrupted"
)

// Error is the end of a call that no target answered. errors.Is and errors.As
// reach every attempt; providers.KindOf returns the decisive Kind.
type Error struct {
	// Chain is the chain's name.
	Chain string
	// Outcome says why there is no answer.
	Outcome Outcome
	// History holds every attempt and every skipped target, in order.
	History []Attempt
	// Duration is how long the call took.
	Duration time.Duration
	// RetryAt is when the call is worth trying again: the earliest time at
	// which a target may be called, from circuit breakers, cooldowns and
	// Retry-After. Zero if waiting does not help or nothing is known.
	RetryAt time.Time
	// Err is the decisive error: the last failure of a target or, if none was
	// called, the last reason for a skip. It is or wraps a *providers.Error.
	Err error
	// LastResort is the error of the function given to WithLastResort, if it
	// was asked and had no answer: its own, a *TimeoutError of LimitLastResort,
	// or a *PanicError.
	LastResort error

	wait time.Duration // until RetryAt, when the call ended
}

// RetryAfter is the time from now to RetryAt; 0 if that has passed or is not
// known.
func (e *Error) RetryAfter() time.Duration {
	if e.RetryAt.IsZero() {
		return 0
	}
	return max(0, time.Until(e.RetryAt))
}

// Attempts counts the tries of all targets.
func (e *Error) Attempts() int {
	n := 0
	for i := range e.History {
		if e.History[i].Skip == "" {
			n++
		}
	}
	return n
}

// ErrorType returns the decisive Kind; OpenTelemetry's semconv.ErrorType finds
// it.
func (e *Error) ErrorType() string { return string(providers.KindOf(e.Err)) }

// Is makes errors.Is(err, ErrAllTargetsFailed) true where no target is left.
func (e *Error) Is(target error) bool {
	return target == ErrAllTargetsFailed && e.Outcome == OutcomeExhausted
}

// Unwrap returns the decisive error, then those of the history in order.
func (e *Error) Unwrap() []error {
	out := make([]error, 0, len(e.History)+1)
	if e.Err != nil {
		out = append(out, e.Err)
	}
	for i := range e.History {
		if err := e.History[i].Err; err != nil {
			out = append(out, err)
		}
	}
	if e.LastResort != nil {
		out = append(out, e.LastResort)
	}
	return out
}

// TargetError is the failure of one target after all its attempts. It is what
// a visit returns, see [WithVisit].
type TargetError struct {
	// Target is the target's name, Key that of the credential used last if it
	// has several, Attempts how often it was tried.
	Target, Key string
	Attempts    int
	// Err is the last failure.
	Err error
}

// Error describes the failure without any content of the call.
func (e *TargetError) Error() string {
	s := "target " + withKey(e.Target, e.Key) + ": " + textAfter(e.Target, e.Err)
	if e.Attempts > 1 {
		s += " (" + strconv.Itoa(e.Attempts) + " attempts)"
	}
	return s
}

// Unwrap returns the last failure.
func (e *TargetError) Unwrap() error { return e.Err }

// ErrorType returns the Kind of the last failure.
func (e *TargetError) ErrorType() string { return string(providers.KindOf(e.Err)) }

// PanicError is the panic of a last resort, which is contained.
type PanicError struct {
	// Value is what it panicked with, which may hold anything, so it is not in
	// the text. Stack is where.
	Value any
	Stack []byte
}

// Error says no more than that there was one.
func (e *PanicError) Error() string { return "failover: the last resort panicked" }

// ErrorType returns the Kind of panics.
func (e *PanicError) ErrorType() string { return string(providers.KindPanic) }

// Limit names a limit of the chain on time.
type Limit string

// The limits.
const (
	LimitTotal      Limit = "total"
	LimitConnect    Limit = "connect"
	LimitStream     Limit = "stream"
	LimitAttempt    Limit = "attempt"
	LimitFirstChunk Limit = "first_chunk"
	LimitIdle       Limit = "idle"
	LimitLastResort Limit = "last_resort" // it ends no attempt and has no row
)

// TimeoutError says which limit of the chain ended an attempt, or the last
// resort. It is the cause in a *providers.Error of KindTimeout and, while the
// attempt runs, the context's cause. It is never context.DeadlineExceeded or context.Canceled,
// which are the caller's.
type TimeoutError struct {
	Limit Limit
	After time.Duration
}

// Error names the limit.
func (e *TimeoutError) Error() string {
	return "failover: " + e.describe()
}

// Timeout is true; see net.Error.
func (e *TimeoutError) Timeout() bool { return true }

func (e *TimeoutError) describe() string {
	switch e.Limit {
	case LimitConnect:
		return "no connection within " + e.After.String()
	case LimitFirstChunk:
		return "no chunk of the answer within " + e.After.String()
	case LimitIdle:
		return "no further chunk within " + e.After.String()
	case LimitAttempt:
		return "no answer of the target within " + e.After.String()
	case LimitLastResort:
		return "no answer of the last resort within " + e.After.String()
	case LimitStream:
		return "stream not at its end within " + e.After.String()
	default:
		return "no answer within the call's limit of " + e.After.String()
	}
}
