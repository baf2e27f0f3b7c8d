// Package llmotel makes LLM calls observable.
//
// Each call becomes a span with the attributes of OpenTelemetry's GenAI
// semantic conventions and a few metric points for duration, tokens and cost,
// and leaves one [Record] with the sinks (statistics, a call log, one of your
// own). One line instruments a provider:
//
//	p = llmotel.Wrap(p)
//
// [New] makes an [Instrumentation] with its own tracer and meter providers,
// prices and sinks; the package functions use one on OpenTelemetry's globals.
// Calls of clients that are not a providers.Provider are written by hand with
// [Start] and [Span.End].
//
// The span covers the logical call: it ends when the answer, or the stream,
// has ended, however that comes about. Retries inside it are events. A second
// llmotel layer around the same call enriches the span of the first, so that
// nothing is counted twice. Under a failover chain the call has a parent span
// without GenAI attributes and one inference span for each target visited; see
// package otelfailover.
//
// [WithAttribution] says on whose behalf a call is made: feature, prompt,
// experiment, tenant. [Instrumentation.StartAgent], StartTool, StartWorkflow and
// StartRetrieval make the spans around calls; [RecordEvaluation] judges answers.
//
// No content of prompts and answers is recorded unless [WithContentCapture] asks
// for it, and then a [Redactor] sees it first. [WithConventions] selects the
// revision of the conventions.
//
// Telemetry never harms the call: recording is synchronous and does not block,
// ignores cancellation, never changes a result, and contains the panics of
// sinks, price tables, redactors and hooks. Without an OpenTelemetry SDK it costs next to
// nothing, and sinks still work.
package llmotel

//go:generate go test -run TestTelemetryDocument . -update
