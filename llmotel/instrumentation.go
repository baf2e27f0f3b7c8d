package llmotel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Instrumentation records calls. It is immutable and safe for concurrent use;
// programs need one, made by New or by the package functions.
type Instrumentation struct {
	tracer  trace.Tracer
	metrics *instruments
	pricer  Pricer
	sinks   []Sink
	starts  startCache
}

// New returns an Instrumentation. The error joins what was wrong with the
// options and what the meter provider refused; the Instrumentation that comes
// with it works all the same, without the part that failed.
func New(opts ...Option) (*Instrumentation, error) {
	c := config{
		tracerProvider: otel.GetTracerProvider(),
		meterProvider:  otel.GetMeterProvider(),
		pricer:         pricing.Default(),
		seriesLimit:    1000,
		chunkTimes:     true,
	}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	var errs []error
	if c.seriesLimit < 1 {
		errs = append(errs, fmt.Errorf("llmotel: series limit %d: must be at least 1; using 1000", c.seriesLimit))
		c.seriesLimit = 1000
	}
	for _, f := range c.metricFields {
		if f > FieldTenant {
			errs = append(errs, fmt.Errorf("llmotel: attribution field %d is not one that metrics may carry", f))
		}
	}
	m, err := newInstruments(c)
	if err != nil {
		errs = append(errs, err)
	}
	i := &Instrumentation{
		tracer:  c.tracerProvider.Tracer(ScopeName, trace.WithInstrumentationVersion(Version), trace.WithSchemaURL(genai.SchemaURL)),
		metrics: m,
		pricer:  c.pricer,
		sinks:   slices.Clone(c.sinks),
	}
	return i, errors.Join(errs...)
}

// defaultInstrumentation is on the globals, which may be set later.
var defaultInstrumentation = sync.OnceValue(func() *Instrumentation {
	i, err := New()
	if err != nil {
		otel.Handle(err)
	}
	return i
})

// Wrap instruments a provider on OpenTelemetry's global providers; see
// Instrumentation.Wrap.
func Wrap(p providers.Provider) *Provider { return defaultInstrumentation().Wrap(p) }

// WrapEmbedder instruments an embedder on OpenTelemetry's global providers.
func WrapEmbedder(e providers.Embedder) *Embedder { return defaultInstrumentation().WrapEmbedder(e) }

// Start begins the record of a call on OpenTelemetry's global providers; see
// Instrumentation.Start.
func Start(ctx context.Context, call Call) (context.Context, *Span) {
	return defaultInstrumentation().Start(ctx, call)
}
