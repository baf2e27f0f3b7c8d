// Package otelsetup starts OpenTelemetry in one call: tracer, meter and logger
// providers that export over OTLP/gRPC, and one Shutdown that flushes them.
//
// [Start] reads the standard OTEL_* environment variables and nothing else, so
// an operator configures it like any other OpenTelemetry program. Without any
// variable it exports to http://localhost:4317, unencrypted, where the
// collector of this project listens. A value that it cannot honour is an error
// that says what is possible, instead of telemetry that silently goes nowhere.
// One default is another than the SDK's: metrics are exported every five
// seconds, as spans are, unless OTEL_METRIC_EXPORT_INTERVAL says otherwise.
//
// The providers and the W3C trace context and baggage propagators become the
// global ones, unless [WithoutGlobals] is given.
//
// # Without a collector
//
// Start connects to nothing. If nothing listens, the program runs on as if it
// did: exports are retried in the background with growing pauses for as long
// as the batch timeouts allow, then their data is dropped. One warning is given
// when exporting begins to fail and one line when it works again
// ([WithErrorHandler]). Shutdown does not retry: it returns at once if the
// connection is refused, and within its timeout whatever happens.
//
// # Logs
//
// The log signal carries the events of package llmotel: failed operations,
// evaluations, and details of calls if asked for. Like traces and metrics it is
// on unless its OTEL_LOGS_EXPORTER is "none". The collector of this project
// takes all three. At an endpoint that does not know logs their records are
// dropped; one warning, and the error of Shutdown, name the variable that turns
// them off. Spans and metrics arrive all the same.
//
// # Resource
//
// Spans, metrics and logs carry service.name, service.version,
// service.instance.id, host.name, process.pid, the Go version, and what
// OTEL_RESOURCE_ATTRIBUTES says. Command lines and owners are left out: they
// may hold keys and names.
package otelsetup
