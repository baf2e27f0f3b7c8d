package failover

import (
	"time"

	"github.com/llmotel/sdk/providers"
)

// Verdict is what a result means for the target's circuit breaker.
type Verdict uint8

// The verdicts.
const (
	// Ignored says nothing of the target. A half-open trial is given back.
	Ignored Verdict = iota
	// Success counts for the target.
	Success
	// Alive is an error that proves the target to work: neutral while the
	// breaker is closed, so that it hides no outage, a success in half-open.
	Alive
	// Failure counts against the target.
	Failure
)

// String returns the verdict's name.
func (v Verdict) String() string {
	switch v {
	case Success:
		return "success"
	case Alive:
		return "alive"
	case Failure:
		return "failure"
	default:
		return "ignored"
	}
}

// RetryRule says whether an error is retried on the same target. Attempts,
// waits and deadlines limit it further.
type RetryRule uint8

// The rules.
const (
	// RetryNever moves on, or returns.
	RetryNever RetryRule = iota
	// RetryHere retries.
	RetryHere
	// RetryIfLast retries when no other target would take the call.
	RetryIfLast
	// RetryIfSoon retries when the provider asks for a short wait, or when no
	// other target would take the call. See WithRetryWaits.
	RetryIfSoon
)

// String returns the rule in words.
func (r RetryRule) String() string {
	switch r {
	case RetryHere:
		return "yes"
	case RetryIfLast:
		return "if last target"
	case RetryIfSoon:
		return "if soon or last target"
	default:
		return "no"
	}
}

// Action is what a chain does about an error.
type Action struct {
	// Breaker is what it means for the target's circuit breaker.
	Breaker Verdict
	// Retry says whether the same target is tried again.
	Retry RetryRule
	// Next moves on to the next target; false returns the error at once.
	Next bool
	// NextIfLarger moves on, whatever Next says, where a target ahead has a
	// larger context window (WithContextWindow), and only to such targets.
	NextIfLarger bool
	// Cooldown passes the target over until the provider's Retry-After,
	// without one for a growing time of 1 s to 60 s.
	Cooldown bool
	// Isolate opens the target's breaker for that long at once.
	Isolate time.Duration
}

// Row is a line of the table.
type Row struct {
	Kind providers.Kind
	// Limit narrows KindTimeout down to that limit of the chain.
	Limit  Limit
	Action Action
	// Why is the reason in a few words.
	Why string
}

// Table returns what a chain does about each Kind unless [WithAction] changes
// it, in the order of providers.Kinds. The documentation is generated from it.
func Table() []Row { return append([]Row(nil), table...) }

// table is the one place that maps kinds to actions.
var table = []Row{
	{providers.KindRateLimited, "", Action{Breaker: Alive, Retry: RetryIfSoon, Next: true, Cooldown: true}, "busy, not ill: wait if it is short, else leave it alone until Retry-After"},
	{providers.KindOverloaded, "", Action{Breaker: Failure, Retry: RetryIfLast, Next: true}, "out of capacity; Retry-After extends the open time"},
	{providers.KindServerError, "", Action{Breaker: Failure, Retry: RetryHere, Next: true}, "often passes"},
	{providers.KindTimeout, "", Action{Breaker: Failure, Retry: RetryNever, Next: true}, "a silent provider has cost a whole limit already"},
	{providers.KindTimeout, LimitConnect, Action{Breaker: Failure, Retry: RetryNever, Next: true}, "not reached in time"},
	{providers.KindTimeout, LimitFirstChunk, Action{Breaker: Failure, Retry: RetryNever, Next: true}, "silent: the next target is asked"},
	{providers.KindTimeout, LimitIdle, Action{Breaker: Failure, Retry: RetryNever, Next: true}, "stalled: moved only where nothing of the answer was delivered, or WithStreamPolicy says so"},
	{providers.KindTimeout, LimitAttempt, Action{Breaker: Failure, Retry: RetryNever, Next: true}, "too slow for this target's limit"},
	{providers.KindTimeout, LimitTotal, Action{Breaker: Failure, Retry: RetryNever, Next: false}, "the call's time is up; counts only where one attempt had all of it"},
	{providers.KindTimeout, LimitStream, Action{Breaker: Failure, Retry: RetryNever, Next: false}, "the call's time is up; counts only where one attempt had all of it and was silent"},
	{providers.KindNetwork, "", Action{Breaker: Failure, Retry: RetryHere, Next: true}, "often passes"},
	{providers.KindMalformed, "", Action{Breaker: Failure, Retry: RetryHere, Next: true}, "the provider failed in the middle of its reply"},
	{providers.KindAuthentication, "", Action{Breaker: Ignored, Retry: RetryNever, Next: true, Isolate: 5 * time.Minute}, "needs a person; isolated so that calls do not wait for it"},
	{providers.KindPermission, "", Action{Breaker: Ignored, Retry: RetryNever, Next: true, Isolate: 5 * time.Minute}, "needs a person; isolated so that calls do not wait for it"},
	{providers.KindQuotaExhausted, "", Action{Breaker: Ignored, Retry: RetryNever, Next: true, Isolate: 10 * time.Minute}, "waiting a little does not help"},
	{providers.KindModelNotFound, "", Action{Breaker: Alive, Retry: RetryNever, Next: true}, "configuration of this target"},
	{providers.KindInvalidRequest, "", Action{Breaker: Alive, Retry: RetryNever, Next: false}, "would be wrong everywhere"},
	{providers.KindContextLength, "", Action{Breaker: Alive, Retry: RetryNever, Next: false, NextIfLarger: true}, "the prompt is too long here; a larger context window may hold it"},
	{providers.KindContentFiltered, "", Action{Breaker: Alive, Retry: RetryNever, Next: false}, "shopping around for a refusal is opt-in"},
	{providers.KindUnsupported, "", Action{Breaker: Alive, Retry: RetryNever, Next: true}, "another target may be able to"},
	{providers.KindCancelled, "", Action{Breaker: Ignored, Retry: RetryNever, Next: false}, "the caller's decision"},
	{providers.KindRejected, "", Action{Breaker: Ignored, Retry: RetryNever, Next: true}, "not sent, by a decision on this side"},
	{providers.KindPanic, "", Action{Breaker: Failure, Retry: RetryNever, Next: false}, "a bug; the panic goes on to the caller"},
	{providers.KindUnknown, "", Action{Breaker: Failure, Retry: RetryHere, Next: true}, "treated like a server error"},
}

// fixed are the kinds whose action no option may change.
func fixed(k providers.Kind) bool {
	return k == providers.KindCancelled || k == providers.KindPanic
}

// fixedLimit are the limits that end the call: nothing is left to decide.
func fixedLimit(l Limit) bool { return l == LimitTotal || l == LimitStream }
