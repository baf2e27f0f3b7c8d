package e2e

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// emitter sends what a test puts into it to the collector, as a program with the plain OpenTelemetry SDK does.
type emitter struct {
	traces  *sdktrace.TracerProvider
	metrics *sdkmetric.MeterProvider
	logs    *sdklog.LoggerProvider
}

func newEmitter(t *testing.T, service string, more ...attribute.KeyValue) *emitter {
	t.Helper()
	ctx := t.Context()
	spans, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(collectorGRPC), otlptracegrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	points, err := otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpoint(collectorGRPC), otlpmetricgrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	records, err := otlploggrpc.New(ctx, otlploggrpc.WithEndpoint(collectorGRPC), otlploggrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	res := resource.NewSchemaless(append(more, attribute.String("service.name", service))...)
	return &emitter{
		traces:  sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithResource(res)),
		metrics: sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(points)), sdkmetric.WithResource(res)),
		logs:    sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(records)), sdklog.WithResource(res)),
	}
}

// flush ends the emitter and reports whether the collector took everything.
func (e *emitter) flush(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := errors.Join(e.traces.Shutdown(ctx), e.metrics.Shutdown(ctx), e.logs.Shutdown(ctx)); err != nil {
		t.Fatalf("the collector did not take the telemetry: %v", err)
	}
}
