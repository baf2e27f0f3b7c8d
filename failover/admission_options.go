package failover

import (
	"errors"
	"fmt"
	"time"
)

// WithSlowCallRate sets the share of streams (0 to 1) whose first semantic chunk
// takes longer than threshold that opens the circuit breaker, once the sliding
// window holds at least minCalls first chunks. While the breaker is half-open, a
// trial that is slow has failed. The default rate 0 turns the rule off.
//
// A stream that runs into the limit on its first chunk is slow as well as
// failed; one that fails otherwise or is cancelled before its first chunk
// counts for nothing here. Unary calls have no first chunk and do not count.
// The window slides in ten steps and the rate is rounded to two decimals.
func WithSlowCallRate(rate float64, threshold time.Duration, minCalls int, window time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings {
		s.slowRate, s.slowThreshold, s.slowMinCalls, s.slowWindow = rate, threshold, minCalls, window
		return s
	})
}

// WithBreakerPerModel gives a target without a Model of its own, which serves
// whatever model the request asks for, one circuit breaker and cooldown for
// each model: a model that is down or rate-limited does not keep the others
// from being called. Of more than 64 models at a time, those that nothing is
// held against give up their place; where there is none, further models share
// one breaker. It cannot be combined with WithBreakerPerKey, and means nothing
// for a target that has a Model.
func WithBreakerPerModel() TargetOption {
	return targetOptionFunc(func(s settings) settings { s.perModel = true; return s })
}

// WithBreakerPerKey gives each of Target.Keys a circuit breaker of its own, for
// keys that lead to different deployments. By default health is the target's,
// and a key has a cooldown and isolation alone. It means nothing for a target
// without Keys.
func WithBreakerPerKey() TargetOption {
	return targetOptionFunc(func(s settings) settings { s.perKey = true; return s })
}

// WithMaxConcurrency limits how many attempts of a target run at once, all of
// its keys together. A stream counts until it ends; one that was taken up with
// iter.Pull, until its stop is called. A call that finds the target full goes
// to the next one, see also WithLimitWait. The default 0 means no limit.
func WithMaxConcurrency(n int) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.maxConcurrency = n; return s })
}

// WithRequestsPerMinute limits the attempts of a target or, if it has Keys, of
// each of them, as vendors limit accounts: a bucket of n that fills at the rate
// of n a minute, so up to n requests may come at once. A call that finds the
// limit reached goes to the next target. The default 0 means no limit.
func WithRequestsPerMinute(n int) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.requestsPerMinute = n; return s })
}

// WithTokensPerMinute limits the tokens, input and output together, of a target
// or, if it has Keys, of each of them, as WithRequestsPerMinute does. Before a
// call they are estimated: a token for four bytes of text, 1000 for a picture,
// sound or file, plus MaxOutputTokens or, without one, 1000. Afterwards the
// usage that the provider reports takes the place of the estimate; what was
// too much comes back, what was too little is a debt. A request that would
// need more than n waits for a full bucket and leaves a debt. The default 0
// means no limit.
func WithTokensPerMinute(n int) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.tokensPerMinute = n; return s })
}

// WithLimitWait lets a call wait up to d for a limit on concurrency, requests
// or tokens when no other target would take it. The default 0 means not to
// wait.
func WithLimitWait(d time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.limitWait = d; return s })
}

func (s *settings) checkAdmission() error {
	const (
		minWindow      = 10 * time.Millisecond
		mostConcurrent = 1_000_000
	)
	switch {
	case !(s.slowRate >= 0 && s.slowRate <= 1):
		return fmt.Errorf("WithSlowCallRate(%v, ...): the rate must be between 0 and 1", s.slowRate)
	case s.slowRate > 0 && s.slowThreshold <= 0:
		return fmt.Errorf("WithSlowCallRate(..., %v, ...): the threshold must be positive", s.slowThreshold)
	case s.slowRate > 0 && s.slowMinCalls < 1:
		return fmt.Errorf("WithSlowCallRate(..., %d, ...): at least 1 call is needed", s.slowMinCalls)
	case s.slowRate > 0 && s.slowWindow < minWindow:
		return fmt.Errorf("WithSlowCallRate(..., %v): the window must be at least %v", s.slowWindow, minWindow)
	case s.perModel && s.perKey:
		return errors.New("WithBreakerPerModel and WithBreakerPerKey: choose one of them")
	case s.maxConcurrency < 0 || s.maxConcurrency > mostConcurrent:
		return fmt.Errorf("WithMaxConcurrency(%d): must be between 1 and %d; 0 means no limit", s.maxConcurrency, mostConcurrent)
	case s.requestsPerMinute < 0 || s.requestsPerMinute > maxMeter:
		return fmt.Errorf("WithRequestsPerMinute(%d): must be between 1 and %d; 0 means no limit", s.requestsPerMinute, maxMeter)
	case s.tokensPerMinute < 0 || s.tokensPerMinute > maxMeter:
		return fmt.Errorf("WithTokensPerMinute(%d): must be between 1 and %d; 0 means no limit", s.tokensPerMinute, maxMeter)
	case s.limitWait < 0:
		return fmt.Errorf("WithLimitWait(%v): must not be negative; 0 means not to wait", s.limitWait)
	}
	return nil
}
