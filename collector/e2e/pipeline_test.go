package e2e

import (
	"errors"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
)

// TestPipeline runs the pipeline once for all that needs it.
func TestPipeline(t *testing.T) {
	stack := startStack(t)

	t.Run("reference", testReference)
	t.Run("quickstart", testQuickstart)
	t.Run("names", testNames)
	t.Run("counting", func(t *testing.T) { testCounting(t, stack) })
	t.Run("span metrics", testSpanMetrics)
	t.Run("hygiene", testHygiene)
	t.Run("redaction", func(t *testing.T) { testRedaction(t, stack) })
	t.Run("log rotation", func(t *testing.T) { testLogRotation(t, stack) })
	t.Run("own metrics", testOwnMetrics)
}

// testOwnMetrics looks at the pipeline through its own metrics: all of it is scraped, each exporter delivers, and nothing
// was refused or lost by any test before.
func testOwnMetrics(t *testing.T) {
	e := newEmitter(t, "llmotel-e2e-own-metrics")
	ctx, span := e.traces.Tracer("llmotel-e2e").Start(t.Context(), "ping")
	counter, err := e.metrics.Meter("llmotel-e2e").Int64Counter("llmotel.e2e.ping")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(ctx, 1)
	var record log.Record
	record.SetBody(attribute.StringValue("ping"))
	e.logs.Logger("llmotel-e2e").Emit(ctx, record)
	span.End()
	e.flush(t)

	for _, job := range []string{"collector", "jaeger", "prometheus"} {
		eventually(t, 30*time.Second, job+" is scraped", func() error {
			up, err := promValue(t, `up{job="`+job+`"}`)
			if err == nil && up != 1 {
				err = errors.New("it is down")
			}
			return err
		})
	}
	for _, sent := range []string{
		`otelcol_exporter_sent_spans{exporter="otlp_http/jaeger"}`,
		`otelcol_exporter_sent_metric_points{exporter="otlp_http/prometheus"}`,
		`otelcol_exporter_sent_log_records{exporter="file/logs"}`,
	} {
		eventually(t, 30*time.Second, "the exporter delivers", func() error {
			_, err := promQuery(t, sent+" > 0")
			return err
		})
	}
	const lost = `{__name__=~"otelcol_(exporter_send_failed|exporter_enqueue_failed|receiver_refused|receiver_failed)_.*"} > 0`
	if samples, err := promQuery(t, lost); err == nil {
		t.Errorf("the collector refused or lost telemetry: %v", samples)
	}
}
