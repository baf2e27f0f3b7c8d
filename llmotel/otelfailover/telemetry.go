package otelfailover

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// Telemetry turns a chain's hooks into spans, events and metrics. It is safe
// for concurrent use, also by several chains.
type Telemetry struct {
	inst    *llmotel.Instrumentation
	metrics *instruments
	stop    metric.Registration

	mu     sync.Mutex // held while chains changes
	closed bool
	// chains are those whose breakers are shown; forgotten ones fall out.
	chains atomic.Pointer[[]weak.Pointer[failover.Chain]]
}

// Option configures a Telemetry.
type Option interface{ apply(config) config }

type config struct{ meterProvider metric.MeterProvider }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

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

// New returns the telemetry of chains whose spans and records are written by
// inst. Close it when the chains are no longer used.
func New(inst *llmotel.Instrumentation, opts ...Option) (*Telemetry, error) {
	if inst == nil {
		return nil, errors.New("otelfailover: the Instrumentation is nil; make one with llmotel.New")
	}
	c := config{meterProvider: otel.GetMeterProvider()}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	meter := c.meterProvider.Meter(llmotel.ScopeName, metric.WithInstrumentationVersion(llmotel.Version), metric.WithSchemaURL(genai.SchemaURL))
	m, err := newInstruments(meter)
	if err != nil {
		return nil, err
	}
	t := &Telemetry{inst: inst, metrics: m}
	t.stop, err = meter.RegisterCallback(t.observe, m.state, m.windowCalls, m.inFlight, m.retryIn)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Options returns what failover.New needs to report here. A chain shows its
// breakers from its first call, or from Observe, on.
func (t *Telemetry) Options() []failover.Option {
	return []failover.Option{
		failover.WithVisit(func(visit providers.Provider) providers.Provider { return t.inst.Wrap(visit) }),
		failover.WithHooks(failover.Hooks{
			CallStart:     t.callStart,
			CallEnd:       t.callEnd,
			Retry:         t.retry,
			Skip:          t.skip,
			Fallback:      t.fallback,
			Hedge:         t.hedge,
			BreakerChange: t.breakerChange,
		}),
	}
}

// Observe shows the breakers of a chain that has not been called yet. The chain
// is let go when the program has no other use for it.
func (t *Telemetry) Observe(c *failover.Chain) {
	if c == nil || t.observes(c) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.observes(c) {
		return
	}
	next := []weak.Pointer[failover.Chain]{weak.Make(c)}
	if old := t.chains.Load(); old != nil {
		for _, p := range *old {
			if p.Value() != nil {
				next = append(next, p)
			}
		}
	}
	t.chains.Store(&next)
}

func (t *Telemetry) observes(c *failover.Chain) bool {
	chains := t.chains.Load()
	return chains != nil && slices.Contains(*chains, weak.Make(c))
}

// Close ends the observation of breakers. Calls that go on are still recorded.
func (t *Telemetry) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.chains.Store(nil)
	return t.stop.Unregister()
}
