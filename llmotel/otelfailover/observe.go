package otelfailover

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// part is a target, or one of its models or keys.
type part struct{ target, model, key string }

// seen is what several chains say of a part.
type seen struct {
	state                    int64
	retryAt                  time.Time
	byHand                   bool
	ok, failed, slow, flying int64
	timed                    bool
}

// observe reports every target's breaker when metrics are collected. Where
// several chains have a target of that name, states are the worst of them and
// counts their sum. States and waits are told of a target's models and keys as
// well; counts of the target alone, so that none is counted twice.
func (t *Telemetry) observe(_ context.Context, o metric.Observer) error {
	chains := t.chains.Load()
	if chains == nil {
		return nil
	}
	all := map[part]*seen{}
	for _, p := range *chains {
		c := p.Value()
		if c == nil {
			continue
		}
		for _, b := range c.BreakerStatuses() {
			id := part{b.Target, b.Model, b.Key}
			if all[id] == nil {
				all[id] = &seen{}
			}
			all[id].add(&b)
		}
	}
	now := time.Now()
	for id, s := range all {
		t.report(o, id, s, now)
	}
	return nil
}

func (s *seen) add(b *providers.BreakerStatus) {
	s.state = max(s.state, gauge(b.State))
	if b.RetryAt.After(s.retryAt) {
		s.retryAt = b.RetryAt
	}
	s.byHand = s.byHand || b.State == providers.BreakerOpen && b.RetryAt.IsZero()
	s.ok += int64(b.Successes)
	s.failed += int64(b.Failures)
	s.slow += int64(b.SlowCalls)
	s.timed = s.timed || b.TimedCalls > 0
	s.flying += int64(b.InFlight)
}

func (t *Telemetry) report(o metric.Observer, id part, s *seen, now time.Time) {
	kvs := append(make([]attribute.KeyValue, 0, 3), genai.TargetKey.String(id.target))
	if id.model != "" {
		kvs = append(kvs, genai.BreakerModelKey.String(id.model))
	}
	if id.key != "" {
		kvs = append(kvs, genai.BreakerKeyKey.String(id.key))
	}
	set := metric.WithAttributeSet(attribute.NewSet(kvs...))
	o.ObserveInt64(t.metrics.state, s.state, set)
	if !s.byHand {
		o.ObserveFloat64(t.metrics.retryIn, max(0, s.retryAt.Sub(now).Seconds()), set)
	}
	if id.model != "" || id.key != "" {
		return
	}
	o.ObserveInt64(t.metrics.inFlight, s.flying, set)
	t.window(o, id.target, genai.BreakerResultSuccess, s.ok)
	t.window(o, id.target, genai.BreakerResultFailure, s.failed)
	if s.timed {
		t.window(o, id.target, genai.BreakerResultSlow, s.slow)
	}
}

func (t *Telemetry) window(o metric.Observer, target, result string, n int64) {
	o.ObserveInt64(t.metrics.windowCalls, n, metric.WithAttributes(genai.TargetKey.String(target), genai.BreakerResultKey.String(result)))
}

func gauge(s providers.BreakerState) int64 {
	switch s {
	case providers.BreakerOpen:
		return genai.BreakerGaugeOpen
	case providers.BreakerHalfOpen:
		return genai.BreakerGaugeHalfOpen
	}
	return genai.BreakerGaugeClosed
}
