// Package monitor is the front door: targets in, one object out that makes LLM
// calls survive and be seen.
//
//	m, err := monitor.New([]monitor.Target{
//		{Name: "openai", Model: "gpt-5.2", Provider: openai},
//		{Name: "anthropic", Model: "claude-sonnet-5", Provider: anthropic},
//	})
//
// A [Monitor] is a providers.Provider. Behind it are a failover chain over the
// targets (package failover), spans, metrics and events of every call (llmotel
// and otelfailover), their export over OTLP as the standard OTEL_* variables say
// (otelsetup), statistics in the process (stats) and a call log (calllog).
// [Monitor.Close] ends and flushes all of it. [Monitor.DebugHandler] shows it in a
// browser.
//
// The parts can be had one by one; monitor only puts them together. A program
// with an OpenTelemetry SDK of its own says [WithGlobalTelemetry].
package monitor
