package e2e

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// testReference sends one failover, written by hand as DESIGN and conventions have it, through the same questions as the
// quickstart: when the quickstart fails and this does not, the pipeline and the questions are right.
func testReference(t *testing.T) {
	const service = "llmotel-e2e-reference"
	e := newEmitter(t, service)
	tracer, meter := e.traces.Tracer("llmotel-e2e"), e.metrics.Meter("llmotel-e2e")

	counter := func(name, unit string) metric.Int64Counter {
		c, err := meter.Int64Counter(name, metric.WithUnit(unit))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	input, output := counter("gen_ai.client.inference.usage.input_tokens", "{token}"), counter("gen_ai.client.inference.usage.output_tokens", "{token}")
	tries, moves := counter("llmotel.failover.attempts", "{attempt}"), counter("llmotel.failover.fallbacks", "{fallback}")
	changes := counter("llmotel.breaker.transitions", "{transition}")
	spent, err := meter.Float64Counter("llmotel.client.cost", metric.WithUnit("{USD}"))
	if err != nil {
		t.Fatal(err)
	}
	seconds, err := meter.Float64Histogram("gen_ai.client.inference.duration", metric.WithUnit("s"),
		metric.WithExplicitBucketBoundaries(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92))
	if err != nil {
		t.Fatal(err)
	}
	state, err := meter.Int64Gauge("llmotel.breaker.state", metric.WithUnit("1"))
	if err != nil {
		t.Fatal(err)
	}

	ctx, call := tracer.Start(t.Context(), "llm.call")
	visit := func(provider, model string, took time.Duration, more ...attribute.KeyValue) (context.Context, oteltrace.Span, metric.MeasurementOption) {
		common := []attribute.KeyValue{
			attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", provider),
			attribute.String("gen_ai.request.model", model), attribute.String("llmotel.target", provider),
		}
		ctx, s := tracer.Start(ctx, "chat "+model, oteltrace.WithSpanKind(oteltrace.SpanKindClient), //nolint:spancheck // The caller ends it.
			oteltrace.WithAttributes(common...), oteltrace.WithAttributes(more...))
		seconds.Record(ctx, took.Seconds(), metric.WithAttributes(common...), metric.WithAttributes(more[:1]...))
		return ctx, s, metric.WithAttributes(common...) //nolint:spancheck // The caller ends it.
	}

	_, failure, _ := visit("openai", "gpt-5.2", 70*time.Millisecond, attribute.String("error.type", "overloaded"))
	failure.SetStatus(codes.Error, "overloaded")
	failure.End()
	call.AddEvent("llmotel.fallback")
	answered, answer, option := visit("anthropic", "claude-sonnet-5", 900*time.Millisecond,
		attribute.String("gen_ai.response.model", "claude-sonnet-5-20260601"), attribute.String("gen_ai.response.id", "msg_01XFDUDYJgAACzvnptvVoYEL"),
		attribute.StringSlice("gen_ai.response.finish_reasons", []string{"stop"}), attribute.String("llmotel.usage.completeness", "reported"),
		attribute.Int("gen_ai.usage.input_tokens", 412), attribute.Int("gen_ai.usage.output_tokens", 118), attribute.Float64("llmotel.cost.amount", 0.003006))
	input.Add(answered, 412, option)
	output.Add(answered, 118, option)
	spent.Add(answered, 0.003006, option)
	answer.End()
	call.SetAttributes(attribute.String("llmotel.target", "anthropic"), attribute.Int("llmotel.targets.visited", 2), attribute.Int("llmotel.attempts", 2))
	call.End()

	for _, target := range []string{"openai", "anthropic"} {
		option := metric.WithAttributes(attribute.String("llmotel.target", target))
		tries.Add(ctx, 1, option)
		state.Record(ctx, 0, option)
	}
	moves.Add(ctx, 1, metric.WithAttributes(attribute.String("llmotel.fallback.from", "openai"), attribute.String("llmotel.fallback.to", "anthropic")))
	changes.Add(ctx, 1, metric.WithAttributes(attribute.String("llmotel.target", "openai"), attribute.String("llmotel.breaker.to", "open")))
	e.flush(t)

	t.Run("trace", func(t *testing.T) { testFailoverTrace(t, service) })
	t.Run("metrics", func(t *testing.T) { testMetrics(t, service) })
}
