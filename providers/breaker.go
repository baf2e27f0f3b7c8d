package providers

import "time"

// BreakerState is the state of a circuit breaker.
type BreakerState string

// The states. The values are those of the attribute llmotel.breaker.state.
const (
	BreakerClosed   BreakerState = "closed"
	BreakerHalfOpen BreakerState = "half_open"
	BreakerOpen     BreakerState = "open"
)

// BreakerStatus is what a circuit breaker says of itself. It lives here so
// that statistics can show it without knowing the failover package.
type BreakerStatus struct {
	// Target is the name of the breaker's target.
	Target string
	// Model is set where a target has a breaker for each model, Key where it
	// has several credentials. Both are empty for the target's own status,
	// which then sums up the others.
	Model, Key string
	State      BreakerState
	// Since is when the state was entered; zero if it never changed.
	Since time.Time
	// Reason says why it opened last: "consecutive_failures", "failure_rate",
	// "slow_call_rate", "manual", ...; empty if it never did.
	Reason string
	// RetryAt is when an open breaker lets the next trial through, or when a
	// cooldown ends.
	RetryAt time.Time
	// ConsecutiveFailures is the present streak or, of an open breaker, the one
	// at which it opened; 0 if a failed trial opened it, and while it is half-open.
	ConsecutiveFailures int
	// Successes, Failures and FailureRate (0 to 1) are those of the window.
	Successes, Failures int
	FailureRate         float64
	// SlowCalls are those of the window's TimedCalls whose first chunk came
	// late; both are 0 unless slowness counts.
	SlowCalls, TimedCalls int
	// InFlight is how many attempts are running.
	InFlight int
}
