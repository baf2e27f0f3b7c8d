// Package stats keeps the figures of LLM calls in the process: how many, how
// many failed, what they took, used and cost, and how the circuit breakers
// stand. It needs no OpenTelemetry SDK and no backend.
//
// [Sink] is a sink of the recorder: hand it to llmotel (or let monitor do it),
// and call [Sink.Snapshot] whenever somebody wants to look, [Sink.Window] for the last
// minute, five minutes or hour, [Sink.Report] for all of them, [Sink.Timeline] for a chart. A
// [Snapshot] is a plain value that prints as a table and encodes to JSON;
// docs/statistics.md has its fields, and what all this costs.
//
// # What is counted where
//
// Overall counts logical calls, as the program that made them sees them: a call
// that a fallback answered is one request that succeeded; so do Features, Prompts
// and Variants, of the calls that carry such an attribution. Providers, Models and Targets
// count visits: each target that a call was sent to, its retries inside. So the
// primary's failure is the primary's, and the answer is the fallback's.
// Therefore attempts, tokens and cost of all visits add up to those of the calls,
// and requests, succeeded and failed do not. A call made without a failover chain
// is one visit.
//
// A call that its caller cancelled, and a stream that its consumer left, is
// neither a success nor a failure: it has a count of its own and is not part of
// the error rate. A call that was sent nowhere, since all breakers were open, is
// a call that failed and no visit.
//
// # Latency
//
// Latency is how long answers took; what failed is in FailedLatency, so that
// a provider that refuses fast does not look fast. Percentiles come from
// histograms with buckets of 1/32 of their value and are within 1.6 % of the exact sample at the
// nearest rank upwards, so the 99th of a few samples is their maximum. Count,
// average, minimum and maximum are exact.
package stats
