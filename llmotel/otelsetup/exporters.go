package otelsetup

import (
	"context"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

type spanExporter struct {
	sdktrace.SpanExporter
	guard *guard
}

func newSpanExporter(ctx context.Context, g *guard) (sdktrace.SpanExporter, error) {
	opts := []otlptracegrpc.Option{otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{})}
	if insecureDefault(traces) {
		opts = append(opts, otlptracegrpc.WithEndpointURL(defaultEndpoint))
	}
	e, err := otlptracegrpc.New(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return &spanExporter{e, g}, nil
}

func (e *spanExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	return e.guard.export(ctx, traces, func(ctx context.Context) error { return e.SpanExporter.ExportSpans(ctx, spans) })
}

type metricExporter struct {
	sdkmetric.Exporter
	guard *guard
}

func newMetricExporter(ctx context.Context, g *guard) (sdkmetric.Exporter, error) {
	opts := []otlpmetricgrpc.Option{otlpmetricgrpc.WithRetry(otlpmetricgrpc.RetryConfig{})}
	if insecureDefault(metrics) {
		opts = append(opts, otlpmetricgrpc.WithEndpointURL(defaultEndpoint))
	}
	e, err := otlpmetricgrpc.New(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return &metricExporter{e, g}, nil
}

func (e *metricExporter) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	return e.guard.export(ctx, metrics, func(ctx context.Context) error { return e.Exporter.Export(ctx, rm) })
}

type logExporter struct {
	sdklog.Exporter
	guard *guard
}

func newLogExporter(ctx context.Context, g *guard) (sdklog.Exporter, error) {
	opts := []otlploggrpc.Option{otlploggrpc.WithRetry(otlploggrpc.RetryConfig{})}
	if insecureDefault(logs) {
		opts = append(opts, otlploggrpc.WithEndpointURL(defaultEndpoint))
	}
	e, err := otlploggrpc.New(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return &logExporter{e, g}, nil
}

func (e *logExporter) Export(ctx context.Context, records []sdklog.Record) error {
	return e.guard.export(ctx, logs, func(ctx context.Context) error { return e.Exporter.Export(ctx, records) })
}
