package otelfailover

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/llmotel/sdk/llmotel/internal/cow"
	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// instruments count what chains do. Target names and error kinds are few, so
// their attribute sets are kept.
type instruments struct {
	attempts, fallbacks, hedges, transitions counter

	state, windowCalls, inFlight metric.Int64ObservableGauge
	retryIn                      metric.Float64ObservableGauge
}

// labels are the values of a counter's keys. Those after the first are left
// out if they are empty.
type labels [5]string

const always = 3

// counter is a counter with the attribute sets in use, by the values of keys.
type counter struct {
	metric.Int64Counter
	keys []attribute.Key
	sets cow.Map[labels, []metric.AddOption]
}

func newInstruments(m metric.Meter) (*instruments, error) {
	in := &instruments{}
	var errs []error
	var err error
	for _, g := range []struct {
		gauge *metric.Int64ObservableGauge
		def   genai.Metric
	}{
		{&in.state, genai.MetricBreakerState},
		{&in.windowCalls, genai.MetricBreakerWindowCalls},
		{&in.inFlight, genai.MetricFailoverInFlight},
	} {
		*g.gauge, err = m.Int64ObservableGauge(g.def.Name, metric.WithUnit(g.def.Unit), metric.WithDescription(g.def.Description))
		errs = append(errs, err)
	}
	def := genai.MetricBreakerRetryIn
	in.retryIn, err = m.Float64ObservableGauge(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description))
	errs = append(errs, err)
	for _, c := range []struct {
		counter *counter
		def     genai.Metric
		keys    []attribute.Key
	}{
		{&in.attempts, genai.MetricFailoverAttempts, []attribute.Key{genai.TargetKey, genai.OutcomeKey}},
		{&in.fallbacks, genai.MetricFailoverFallbacks, []attribute.Key{genai.FallbackFromKey, genai.FallbackToKey, genai.ErrorTypeKey}},
		{&in.hedges, genai.MetricFailoverHedges, []attribute.Key{genai.TargetKey}},
		{&in.transitions, genai.MetricBreakerTransitions, []attribute.Key{
			genai.TargetKey, genai.BreakerToKey, genai.BreakerReasonKey, genai.BreakerModelKey, genai.BreakerKeyKey,
		}},
	} {
		c.counter.keys = c.keys
		c.counter.Int64Counter, err = m.Int64Counter(c.def.Name, metric.WithUnit(c.def.Unit), metric.WithDescription(c.def.Description))
		errs = append(errs, err)
	}
	return in, errors.Join(errs...)
}

// inc adds 1 to the series with these values, one for each of the counter's
// keys.
func (c *counter) inc(ctx context.Context, values labels) {
	set, ok := c.sets.Get(values)
	if !ok {
		kvs := make([]attribute.KeyValue, 0, len(c.keys))
		for i, k := range c.keys {
			if i < always || values[i] != "" {
				kvs = append(kvs, k.String(values[i]))
			}
		}
		set = c.sets.Put(values, []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(kvs...))})
	}
	c.Add(ctx, 1, set...)
}
