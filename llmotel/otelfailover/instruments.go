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
	attempts, fallbacks, transitions counter
	state                            metric.Int64ObservableGauge
}

// counter is a counter with the attribute sets in use, by the values of keys.
type counter struct {
	metric.Int64Counter
	keys []attribute.Key
	sets cow.Map[[3]string, []metric.AddOption]
}

func newInstruments(m metric.Meter) (*instruments, error) {
	in := &instruments{}
	var errs []error
	def := genai.MetricBreakerState
	var err error
	in.state, err = m.Int64ObservableGauge(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description))
	errs = append(errs, err)
	for _, c := range []struct {
		counter *counter
		def     genai.Metric
		keys    []attribute.Key
	}{
		{&in.attempts, genai.MetricFailoverAttempts, []attribute.Key{genai.TargetKey, genai.OutcomeKey}},
		{&in.fallbacks, genai.MetricFailoverFallbacks, []attribute.Key{genai.FallbackFromKey, genai.FallbackToKey, genai.ErrorTypeKey}},
		{&in.transitions, genai.MetricBreakerTransitions, []attribute.Key{genai.TargetKey, genai.BreakerToKey, genai.BreakerReasonKey}},
	} {
		c.counter.keys = c.keys
		c.counter.Int64Counter, err = m.Int64Counter(c.def.Name, metric.WithUnit(c.def.Unit), metric.WithDescription(c.def.Description))
		errs = append(errs, err)
	}
	return in, errors.Join(errs...)
}

// inc adds 1 to the series with these values, one for each of the counter's
// keys.
func (c *counter) inc(ctx context.Context, values [3]string) {
	set, ok := c.sets.Get(values)
	if !ok {
		kvs := make([]attribute.KeyValue, len(c.keys))
		for i, k := range c.keys {
			kvs[i] = k.String(values[i])
		}
		set = c.sets.Put(values, []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(kvs...))})
	}
	c.Add(ctx, 1, set...)
}
