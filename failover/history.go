package failover

import (
	"time"

	"github.com/llmotel/sdk/providers"
)

// Attempt is one entry of a call's history: a try of a target, or the reason
// why a target was passed over.
type Attempt struct {
	Target string
	// Key is the name of the credential that was used, if the target has
	// several.
	Key string
	// N is the number of the try on this target, from 1; 0 for a skip.
	N     int
	Start time.Time
	// Duration is how long the try took; for a stream until it ended.
	Duration time.Duration
	// Kind is what went wrong: empty if the target answered, KindRejected for
	// a skip.
	Kind providers.Kind
	// Err is the failure. It is or wraps a *providers.Error. A skip has one
	// only in an *Error.
	Err error
	// Hedge tells that the try was a hedge's: made beside another that was
	// slow.
	Hedge bool
	// Skip is why the target was passed over; empty if it was tried.
	Skip SkipReason
	// Until is when a skipped target is worth another look; zero if unknown.
	Until time.Time
}

// SkipReason says why a target was passed over.
type SkipReason string

// The reasons for a skip. The set grows.
const (
	// SkipOpen: its circuit breaker is open.
	SkipOpen SkipReason = "breaker_open"
	// SkipHalfOpen: its circuit breaker is half-open and busy with trials.
	SkipHalfOpen SkipReason = "half_open_busy"
	// SkipCooldown: it asked for a pause (429).
	SkipCooldown SkipReason = "cooldown"
	// SkipCapability: it lacks something that the request needs, see
	// WithoutCapabilities.
	SkipCapability SkipReason = "lacks_capability"
	// SkipContext: its context window is too small, see WithContextWindow.
	SkipContext SkipReason = "context_window"
	// SkipNoContinuation: it does not continue the answer of another target,
	// see WithContinuation.
	SkipNoContinuation SkipReason = "no_continuation"
	// SkipConcurrency: as many attempts as it may have are running.
	SkipConcurrency SkipReason = "concurrency_limit"
	// SkipRequestRate, SkipTokenRate: it has had the requests or tokens that it
	// may have for now.
	SkipRequestRate SkipReason = "request_rate"
	SkipTokenRate   SkipReason = "token_rate"
)

// limit tells whether it is a limit of ours, rather than the target's state.
func (r SkipReason) limit() bool {
	return r == SkipConcurrency || r == SkipRequestRate || r == SkipTokenRate
}
