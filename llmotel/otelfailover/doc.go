// Package otelfailover shows a failover chain in OpenTelemetry.
//
//	t, err := otelfailover.New(inst)
//	chain, err := failover.New(targets, t.Options()...)
//
// Each call of the chain becomes an INTERNAL span "llm.call" with one CLIENT
// inference span for each target visited: failed visits in error, the one that
// answered with usage and cost. Retries are events of the visit's span;
// fallbacks and circuit breaker changes are events of the parent, whose
// attributes tell the target that answered, the number of attempts and the
// state of each breaker. A call that a fallback answered is not in error.
//
// Attempts, fallbacks and breaker transitions are counted, and the breakers'
// states are a gauge, read when metrics are collected.
//
// The sinks of the Instrumentation receive one Record for each call of the
// chain, with its visits inside.
//
// This is the one package that knows both llmotel and failover.
package otelfailover
