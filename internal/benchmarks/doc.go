// Package benchmarks measures what observing a call adds to it: the same call of
// OpenAI's Go SDK on a transport in memory, bare and with each way to observe it.
//
// Variants returns the ways: nothing, the least that one would write by hand
// (the floor), otelhttp, a peer, and llmotel's own. Each makes a Caller over a
// transport; measure.go has the instruments that compare callers, report.go the
// tables that `make bench` prints and docs/performance.md shows.
//
// A request and a reply have about 1 KB, and the reply has usage. A stream
// consists of 200 chunks with content, one with the finish reason, one with usage
// and [DONE]; the transport gives one of these events a read, as a network does.
// No span is exported: the span processor keeps nothing, so that what is measured
// is the recording.
//
// Allocations and bytes are exact, and tests hold their limits (`make gates`).
// Times are the best of many short rounds in which the variants take turns, since
// whatever else the machine does only ever adds time; even so only ratios within
// one run mean something.
//
// # Peers
//
// The Go module proxy serves no version of LangWatch's, Braintrust's, OpenLIT's and
// Traceloop's SDKs here, so that they cannot be built, hence are not compared.
// Eino and Genkit observe their own clients and not OpenAI's. Datadog's LLM
// Observability has no integration with openai-go v3 that the proxy serves; its
// spans are started by hand (datadog.go).
package benchmarks
