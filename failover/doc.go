// Package failover answers a call from the first of several targets that can.
//
// A [Target] is a provider and a model. [New] makes a [Chain] of them, which is
// a providers.Provider itself, so it goes wherever one goes. A call visits the
// targets in order; each visit is
//
//	retry( limits( circuit breaker( attempt ) ) )
//
// and the whole is under one limit on time. What an error leads to (count for
// the breaker, retry here, next target, return, leave the target alone)
// depends on its providers.Kind alone, by one [Table] that [WithAction]
// changes.
//
// A target's circuit breaker opens after failures in a row, too large a share of
// failures or, if asked, of late first chunks, and lets trials through after a
// while. Results that belong to an older state are dropped, what the caller
// cancelled counts for nothing, a stream counts when it ends.
//
// Before the breaker stand the limits on concurrency, requests and tokens, if
// there are any. A [Target] may have several credentials ([Key]), which take
// turns and rest one by one.
//
// A stream is committed by its first semantic chunk: before it everything may
// be retried or moved and nothing is delivered; after it the stream's failure
// is a *providers.InterruptedError with what had arrived.
//
// When nobody answers, the [*Error] holds every attempt, says why each target
// did not, and when to try again.
//
// [Hooks] tell telemetry what happens; [WithVisit] wraps each visit of a target
// in a Provider of its own. The engine is failsafe-go: its retry and fallback
// policies, and its circuit breaker as state machine and window.
package failover

//go:generate go test -run TestTableDocument -update .
