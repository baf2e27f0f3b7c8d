package check

import (
	"context"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Telemetry is everything that was emitted.
type Telemetry struct {
	// Spans are the finished spans, in the order in which they ended.
	Spans []sdktrace.ReadOnlySpan
	// Started has the attributes that each span was started with.
	Started map[trace.SpanID][]attribute.KeyValue
	Metrics []metricdata.ScopeMetrics
	Events  []sdklog.Record
}

// Collector keeps telemetry in memory. Its providers are safe for concurrent
// use.
type Collector struct {
	TracerProvider *sdktrace.TracerProvider
	MeterProvider  *sdkmetric.MeterProvider
	LoggerProvider *sdklog.LoggerProvider

	reader *sdkmetric.ManualReader
	mu     sync.Mutex
	seen   Telemetry
}

// NewCollector returns an empty collector that samples everything.
func NewCollector() *Collector {
	c := &Collector{reader: sdkmetric.NewManualReader()}
	c.seen.Started = map[trace.SpanID][]attribute.KeyValue{}
	c.TracerProvider = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spanKeeper{c}))
	c.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(c.reader))
	c.LoggerProvider = sdklog.NewLoggerProvider(sdklog.WithProcessor(logKeeper{c}))
	return c
}

// Telemetry returns what has been collected so far.
func (c *Collector) Telemetry(ctx context.Context) (Telemetry, error) {
	var rm metricdata.ResourceMetrics
	if err := c.reader.Collect(ctx, &rm); err != nil {
		return Telemetry{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.seen
	t.Spans, t.Events, t.Metrics = slices.Clone(t.Spans), slices.Clone(t.Events), rm.ScopeMetrics
	return t, nil
}

type spanKeeper struct{ c *Collector }

func (k spanKeeper) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	k.c.seen.Started[s.SpanContext().SpanID()] = slices.Clone(s.Attributes())
}

func (k spanKeeper) OnEnd(s sdktrace.ReadOnlySpan) {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	k.c.seen.Spans = append(k.c.seen.Spans, s)
}

func (spanKeeper) Shutdown(context.Context) error   { return nil }
func (spanKeeper) ForceFlush(context.Context) error { return nil }

type logKeeper struct{ c *Collector }

func (logKeeper) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

func (k logKeeper) OnEmit(_ context.Context, r *sdklog.Record) error {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	k.c.seen.Events = append(k.c.seen.Events, r.Clone())
	return nil
}

func (logKeeper) Shutdown(context.Context) error   { return nil }
func (logKeeper) ForceFlush(context.Context) error { return nil }
