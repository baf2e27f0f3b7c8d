package providers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrStreamInterrupted is what errors.Is finds in an InterruptedError.
var ErrStreamInterrupted = errors.New("providers: stream interrupted")

// Error is the failure of a call.
//
// Its text consists of the fields below and nothing else: no prompt, no
// completion, no URL, header or body, because error texts end up in logs, span
// statuses and tickets. The vendor's own error, whose text may hold all of
// these, is reached with errors.As through Unwrap.
type Error struct {
	// Provider and Model are those that were called.
	Provider, Model string
	// Kind is what went wrong.
	Kind Kind
	// StatusCode is the HTTP status, 0 if there was none.
	StatusCode int
	// Code is the vendor's error code or type ("context_length_exceeded").
	// It is kept as it came; see CleanID.
	Code string
	// RequestID is the provider's id of the HTTP request, as it came.
	RequestID string
	// RetryAfter is how long the provider asks to wait; 0 if it did not say.
	RetryAfter time.Duration
	// Detail is an explanation written by this side, never by the provider.
	Detail string
	// Usage is what the failed call had used, where the provider said so.
	Usage Usage
	// Err is the cause; may be nil. It is not encoded: its fields may hold
	// content.
	Err error `json:"-"`
}

// Error describes the failure without any content of the call.
func (e *Error) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b strings.Builder
	b.Grow(96)
	b.WriteString(cmp.Or(safe(e.Provider), "provider"))
	if e.Model != "" {
		b.WriteByte(' ')
		b.WriteString(safe(e.Model))
	}
	b.WriteString(": ")
	b.WriteString(string(cmp.Or(e.Kind, KindUnknown)))
	sep := " ("
	add := func(label, value string) {
		if value == "" {
			return
		}
		b.WriteString(sep)
		b.WriteString(label)
		b.WriteString(value)
		sep = ", "
	}
	if e.StatusCode != 0 {
		add("HTTP ", strconv.Itoa(e.StatusCode))
	}
	add("code ", CleanID(e.Code))
	add("request ", CleanID(e.RequestID))
	if e.RetryAfter > 0 {
		wait := e.RetryAfter
		if wait > time.Second {
			wait = wait.Round(10 * time.Millisecond)
		}
		add("retry after ", wait.String())
	}
	if sep == ", " {
		b.WriteByte(')')
	}
	if e.Detail != "" {
		b.WriteString(": ")
		b.WriteString(e.Detail)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// ErrorType returns the Kind; OpenTelemetry's semconv.ErrorType finds it.
func (e *Error) ErrorType() string {
	if e == nil {
		return string(KindUnknown)
	}
	return string(cmp.Or(e.Kind, KindUnknown))
}

// KindOf returns the Kind of the first *Error in err's tree. Without one it
// tells cancellation by the caller's context apart, and else returns
// KindUnknown. KindOf(nil) is "".
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return cmp.Or(e.Kind, KindUnknown)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return KindCancelled
	}
	return KindUnknown
}

// InterruptedError is the end of a stream that broke after part of the answer
// had been delivered. The caller decides what the part is worth.
type InterruptedError struct {
	// Partial is what had arrived; its choices end with FinishError and its
	// Usage is at best partial. Nil if it was not kept.
	Partial *Response
	// Err is why the stream broke.
	Err error
}

// Error describes the failure without any of the text that had arrived, and
// without what the cause says unless it is an *Error.
func (e *InterruptedError) Error() string {
	cause := string(KindOf(e.Err))
	if own, ok := errors.AsType[*Error](e.Err); ok {
		cause = own.Error()
	}
	return fmt.Sprintf("%v after %d bytes: %v", ErrStreamInterrupted, len(e.Partial.Text()), cause)
}

// Unwrap returns the cause.
func (e *InterruptedError) Unwrap() error { return e.Err }

// Is makes errors.Is(err, ErrStreamInterrupted) true.
func (e *InterruptedError) Is(target error) bool { return target == ErrStreamInterrupted }
