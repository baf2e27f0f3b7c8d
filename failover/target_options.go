package failover

import "time"

// WithMaxAttempts limits the tries of a target within one call. The default is
// 2; 1 means no retries.
func WithMaxAttempts(n int) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.maxAttempts = n; return s })
}

// WithBackoff sets the wait before a retry: a random time between 0 and first,
// doubled for every further retry, at most maximum (exponential backoff with
// full jitter). A provider's Retry-After is waited in full before it. The
// defaults are 500 ms and 8 s.
func WithBackoff(first, maximum time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.backoff, s.maxDelay = first, maximum; return s })
}

// WithRetryWaits limits how long a Retry-After is waited for on a target:
// soon while another target would take the call, last when none would. A
// longer Retry-After is not waited for; the chain moves on. The defaults are
// 2 s and 30 s.
func WithRetryWaits(soon, last time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.waitSoon, s.waitLast = soon, last; return s })
}

// WithConsecutiveFailures sets how many failures in a row open the circuit
// breaker. The default is 5; 0 turns the rule off.
func WithConsecutiveFailures(n int) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.consecutive = n; return s })
}

// WithFailureRate sets the share of failures (0 to 1) that opens the circuit
// breaker once the sliding window holds at least minCalls results. The
// defaults are 0.5, 20 and 60 s; a rate of 0 turns the rule off. The window
// slides in ten steps and the rate is rounded to two decimals.
func WithFailureRate(rate float64, minCalls int, window time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings {
		s.rate, s.rateMinCalls, s.rateWindow = rate, minCalls, window
		return s
	})
}

// WithOpenDelay sets how long an open circuit breaker waits before it is
// half-open. The default is 30 s. A longer Retry-After extends it.
func WithOpenDelay(d time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.openFor = d; return s })
}

// WithTrials sets how many trials run at once while the circuit breaker is
// half-open, and how many successes in a row close it. The defaults are 1 and
// 2. One failure opens it again.
func WithTrials(concurrent, successes int) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.trials, s.successes = concurrent, successes; return s })
}

// WithAttemptTimeout limits each attempt of a Generate. The default 0 means no
// limit but the call's.
func WithAttemptTimeout(d time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.attempt = d; return s })
}

// WithFirstChunkTimeout limits how long each attempt of a Stream waits for the
// first semantic chunk. The default is 2 minutes; 0 means no limit. Models
// that think long in silence need more.
func WithFirstChunkTimeout(d time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.firstChunk = d; return s })
}

// WithIdleTimeout limits the silence between two chunks of a stream. The time
// that the consumer takes does not count. The default is 2 minutes; 0 means no
// limit.
func WithIdleTimeout(d time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.idle = d; return s })
}
