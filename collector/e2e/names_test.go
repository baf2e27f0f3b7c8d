package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric"
)

// names is what the metrics of the SDK are called in Prometheus, for dashboards and alerts: the table in
// docs/pipeline.md. Instruments and units are those of the conventions and of the SDK's own metrics.
var names = []struct{ instrument, metric, unit, series string }{
	{"histogram", "gen_ai.client.inference.duration", "s", "gen_ai_client_inference_duration_seconds_bucket"},
	{"histogram", "gen_ai.client.inference.time_to_first_chunk", "s", "gen_ai_client_inference_time_to_first_chunk_seconds_bucket"},
	{"histogram", "gen_ai.client.inference.time_per_output_chunk", "s", "gen_ai_client_inference_time_per_output_chunk_seconds_bucket"},
	{"counter", "gen_ai.client.inference.usage.input_tokens", "{token}", "gen_ai_client_inference_usage_input_tokens_total"},
	{"counter", "gen_ai.client.inference.usage.output_tokens", "{token}", "gen_ai_client_inference_usage_output_tokens_total"},
	{"counter", "gen_ai.client.inference.usage.cache_read.input_tokens", "{token}", "gen_ai_client_inference_usage_cache_read_input_tokens_total"},
	{"counter", "gen_ai.client.inference.usage.cache_write.input_tokens", "{token}", "gen_ai_client_inference_usage_cache_write_input_tokens_total"},
	{"counter", "gen_ai.client.inference.usage.reasoning.output_tokens", "{token}", "gen_ai_client_inference_usage_reasoning_output_tokens_total"},
	{"histogram", "gen_ai.client.inference.operation.input_tokens", "{token}", "gen_ai_client_inference_operation_input_tokens_bucket"},
	{"histogram", "gen_ai.client.inference.operation.output_tokens", "{token}", "gen_ai_client_inference_operation_output_tokens_bucket"},
	{"histogram", "gen_ai.client.operation.duration", "s", "gen_ai_client_operation_duration_seconds_bucket"},
	{"histogram", "gen_ai.client.token.usage", "{token}", "gen_ai_client_token_usage_bucket"},
	{"counter", "llmotel.client.cost", "{USD}", "llmotel_client_cost_total"},
	{"counter", "llmotel.client.unpriced_calls", "{call}", "llmotel_client_unpriced_calls_total"},
	{"counter", "llmotel.failover.attempts", "{attempt}", "llmotel_failover_attempts_total"},
	{"counter", "llmotel.failover.fallbacks", "{fallback}", "llmotel_failover_fallbacks_total"},
	{"counter", "llmotel.failover.hedges", "{hedge}", "llmotel_failover_hedges_total"},
	// A unit of 1 becomes a suffix of gauges, and of nothing else.
	{"gauge", "llmotel.breaker.state", "1", "llmotel_breaker_state_ratio"},
	{"gauge", "llmotel.breaker.window_calls", "{call}", "llmotel_breaker_window_calls"},
	{"gauge", "llmotel.breaker.retry_in", "s", "llmotel_breaker_retry_in_seconds"},
	{"gauge", "llmotel.failover.in_flight", "{attempt}", "llmotel_failover_in_flight"},
	{"counter", "llmotel.breaker.transitions", "{transition}", "llmotel_breaker_transitions_total"},
	{"counter", "llmotel.telemetry.dropped", "{record}", "llmotel_telemetry_dropped_total"},
}

// testNames sends one point of each metric and looks for the series under its name.
func testNames(t *testing.T) {
	const service = "llmotel-e2e-names"
	e := newEmitter(t, service)
	meter := e.metrics.Meter("llmotel-e2e")
	for _, n := range names {
		var err error
		switch n.instrument {
		case "counter":
			var c metric.Float64Counter
			if c, err = meter.Float64Counter(n.metric, metric.WithUnit(n.unit)); err == nil {
				c.Add(t.Context(), 1)
			}
		case "gauge":
			var g metric.Int64Gauge
			if g, err = meter.Int64Gauge(n.metric, metric.WithUnit(n.unit)); err == nil {
				g.Record(t.Context(), 1)
			}
		case "histogram":
			var h metric.Float64Histogram
			if h, err = meter.Float64Histogram(n.metric, metric.WithUnit(n.unit)); err == nil {
				h.Record(t.Context(), 1)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	e.flush(t)

	eventually(t, 20*time.Second, "every metric has its name", func() error {
		samples, err := promQuery(t, fmt.Sprintf("count by (__name__) ({service_name=%q})", service))
		if err != nil {
			return err
		}
		have := make(map[string]bool)
		for _, s := range samples {
			have[s.Labels["__name__"]] = true
		}
		var missing []string
		for _, n := range names {
			if !have[n.series] {
				missing = append(missing, n.metric+" is not "+n.series)
			}
		}
		if len(missing) > 0 {
			return fmt.Errorf("%s; there are %v", strings.Join(missing, "; "), have)
		}
		return nil
	})
}
