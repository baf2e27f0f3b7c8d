package benchmarks

import (
	"context"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Recording returns providers of the OTel SDK that record everything and keep no
// span.
func Recording() Providers { return Sampled(sdktrace.AlwaysSample()) }

// NotSampled returns providers that sample no span. Metrics are recorded.
func NotSampled() Providers { return Sampled(sdktrace.NeverSample()) }

// Sampled returns providers with a sampler.
func Sampled(s sdktrace.Sampler) Providers {
	return Providers{
		Tracers: sdktrace.NewTracerProvider(sdktrace.WithSampler(s), sdktrace.WithSpanProcessor(drop{})),
		Meters:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader())),
	}
}

// drop is a span processor that keeps nothing.
type drop struct{}

func (drop) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (drop) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (drop) Shutdown(context.Context) error                  { return nil }
func (drop) ForceFlush(context.Context) error                { return nil }
