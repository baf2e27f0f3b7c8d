package llmotel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/redact"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Instrumentation records calls. It is immutable and safe for concurrent use;
// programs need one, made by New or by the package functions.
type Instrumentation struct {
	tracer    trace.Tracer
	logger    log.Logger
	metrics   *instruments
	capture   capture
	pricer    Pricer
	estimator UsageEstimator // nil: none
	sinks     []Sink
	starts    startCache
}

// New returns an Instrumentation. The error joins what was wrong with the
// options and what the meter provider refused; the Instrumentation that comes
// with it works all the same, without the part that failed.
func New(opts ...Option) (*Instrumentation, error) {
	c := config{
		tracerProvider: otel.GetTracerProvider(),
		meterProvider:  otel.GetMeterProvider(),
		loggerProvider: otel.GetLoggerProvider(),
		pricer:         pricing.Default(),
		seriesLimit:    1000,
		chunkTimes:     true,
		contentLimit:   DefaultContentLimit,
		redactor:       DefaultRedactor(),
	}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	c, errs := c.validated()
	m, err := newInstruments(c)
	if err != nil {
		errs = append(errs, err)
	}
	if prices, ok := c.pricer.(*pricing.Catalogue); ok {
		// The list is read on first use: here, and not while a call waits.
		prices.Cost("", "", "", &providers.Usage{}, time.Time{})
	}
	i := &Instrumentation{
		tracer:    c.tracerProvider.Tracer(ScopeName, trace.WithInstrumentationVersion(Version), trace.WithSchemaURL(genai.SchemaURL)),
		logger:    c.loggerProvider.Logger(ScopeName, log.WithInstrumentationVersion(Version), log.WithSchemaURL(genai.SchemaURL)),
		metrics:   m,
		capture:   c.capture(),
		pricer:    c.pricer,
		estimator: c.estimator,
		sinks:     slices.Clone(c.sinks),
	}
	return i, errors.Join(errs...)
}

// validated returns c with everything that cannot be replaced by its default, and
// with what the environment decides, and says what was wrong.
func (c config) validated() (config, []error) {
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
	if c.conventions > ConventionsBoth {
		errs = append(errs, fmt.Errorf("llmotel: there are no conventions %d; using the default", c.conventions))
		c.conventions = 0
	}
	if c.conventions == 0 {
		c.conventions = cmp.Or(conventionsFromEnv(), ConventionsNewest)
	}
	if c.contentMode > ContentOnSpansAndEvents {
		errs = append(errs, fmt.Errorf("llmotel: there is no content mode %d; no content is recorded", c.contentMode))
		c.contentMode = ContentNone
	}
	if !c.contentModeSet {
		mode, err := contentFromEnv()
		if err != nil {
			errs = append(errs, err)
		}
		c.contentMode = mode
	}
	if c.contentLimit < minContentLimit {
		errs = append(errs, fmt.Errorf("llmotel: content limit %d: must be at least %d; using %d", c.contentLimit, minContentLimit, DefaultContentLimit))
		c.contentLimit = DefaultContentLimit
	}
	if limit, limited := spanLimitFromEnv(); limited && c.contentMode&ContentOnSpans != 0 && !c.structured {
		c.contentLimit = min(c.contentLimit, limit)
	}
	return c, errs
}

// capture is what the options say about content.
func (c config) capture() capture {
	e := content.Encoder{Redactor: encoderRedactor(c.redactor), FullTools: c.toolDefinitions}
	if c.redactor != nil {
		e.Named = redact.Named
	}
	return capture{
		mode: c.contentMode, details: c.detailsEvent || c.contentMode&ContentOnEvents != 0, structured: c.structured,
		limit: c.contentLimit, encoder: e, redactor: c.redactor, hook: c.hook, estimate: c.estimator != nil,
	}
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
