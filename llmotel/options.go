package llmotel

import (
	"time"

	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Option configures an Instrumentation.
type Option interface{ apply(config) config }

// Pricer says what a call costs. *pricing.Catalogue and *pricing.Files are, and
// are told the region of calls that are bound to one as well. It must be safe
// for concurrent use; a panic in it is contained and leaves the call unpriced.
type Pricer interface {
	Cost(provider, model, tier string, usage *providers.Usage, at time.Time) pricing.Cost
}

// AttributionField names a field of Attribution that may become a metric
// attribute. User, session and conversation are not among them: they have no
// bound.
type AttributionField uint8

// The fields that WithMetricAttribution takes.
const (
	FieldFeature AttributionField = iota
	FieldFeatureVersion
	FieldPrompt
	FieldPromptVersion
	FieldExperiment
	FieldVariant
	FieldTenant
)

type config struct {
	tracerProvider trace.TracerProvider
	meterProvider  metric.MeterProvider
	loggerProvider log.LoggerProvider
	pricer         Pricer
	estimator      UsageEstimator // nil: none
	sinks          []Sink
	metricFields   []AttributionField
	seriesLimit    int
	chunkTimes     bool
	conventions    Conventions // 0: what the environment says

	contentMode     ContentMode
	contentModeSet  bool // else what the environment says
	contentLimit    int
	structured      bool
	toolDefinitions bool
	detailsEvent    bool
	redactor        Redactor
	hook            UploadHook
}

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithTracerProvider sets where spans go. The default, also for nil, is
// OpenTelemetry's global provider.
func WithTracerProvider(tp trace.TracerProvider) Option {
	return optionFunc(func(c config) config {
		if tp != nil {
			c.tracerProvider = tp
		}
		return c
	})
}

// WithMeterProvider sets where metrics go. The default, also for nil, is
// OpenTelemetry's global provider.
func WithMeterProvider(mp metric.MeterProvider) Option {
	return optionFunc(func(c config) config {
		if mp != nil {
			c.meterProvider = mp
		}
		return c
	})
}

// WithLoggerProvider sets where events go. The default, also for nil, is
// OpenTelemetry's global provider.
func WithLoggerProvider(lp log.LoggerProvider) Option {
	return optionFunc(func(c config) config {
		if lp != nil {
			c.loggerProvider = lp
		}
		return c
	})
}

// WithPricing sets the prices. The default, also for nil, is pricing.Default.
func WithPricing(p Pricer) Option {
	return optionFunc(func(c config) config {
		if p != nil {
			c.pricer = p
		}
		return c
	})
}

// WithSinks adds sinks that receive a Record of every call; nil ones are
// ignored. The default is none.
func WithSinks(sinks ...Sink) Option {
	return optionFunc(func(c config) config {
		c.sinks = append([]Sink(nil), c.sinks...)
		for _, s := range sinks {
			if s != nil {
				c.sinks = append(c.sinks, s)
			}
		}
		return c
	})
}

// WithMetricAttribution puts the named fields of the attribution on metrics
// too. The default is none. Each combination of values is a series of its own
// in the metrics backend: allow only fields with few values.
func WithMetricAttribution(fields ...AttributionField) Option {
	return optionFunc(func(c config) config {
		c.metricFields = append([]AttributionField(nil), fields...)
		return c
	})
}

// WithSeriesLimit bounds the number of different metric attribute sets, by
// default 1000, at least 1. Beyond it models and attribution are reported as "_OTHER", so
// that misspelt model names cannot flood the metrics backend.
func WithSeriesLimit(n int) Option {
	return optionFunc(func(c config) config {
		c.seriesLimit = n
		return c
	})
}

// WithoutTimePerOutputChunk turns off the metric
// gen_ai.client.inference.time_per_output_chunk (in the older revision
// gen_ai.client.operation.time_per_output_chunk), which is recorded for every
// chunk of a stream and costs about 0.3 µs each.
func WithoutTimePerOutputChunk() Option {
	return optionFunc(func(c config) config {
		c.chunkTimes = false
		return c
	})
}
