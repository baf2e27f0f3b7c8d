package e2e

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Services at which nothing happens: what dashboards mostly show.
const (
	healthy = "llmotel-e2e-healthy" // each second a call is answered at once
	idle    = "llmotel-e2e-idle"    // calls were made, and failed, before; now there are none
)

// keepQuiet lets the two services export every second until the test stops them.
func keepQuiet(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{}, 2)
	for _, name := range []string{healthy, idle} {
		e := newEmitter(t, name)
		call := quietCalls(t, e)
		go func() {
			defer func() { done <- struct{}{} }()
			call(ctx, "")
			if name == idle {
				call(ctx, "server_error")
			}
			ticker := time.NewTicker(time.Second)
			defer ticker.Stop()
			for {
				if name == healthy {
					call(ctx, "")
				}
				_ = e.metrics.ForceFlush(ctx)
				select {
				case <-ticker.C:
				case <-ctx.Done():
					down, end := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
					defer end()
					_ = errors.Join(e.traces.Shutdown(down), e.metrics.Shutdown(down), e.logs.Shutdown(down))
					return
				}
			}
		}()
	}
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
		<-done
	})
	t.Cleanup(stop)
	return stop
}

// quietCalls returns a function that records a call as llmotel does, answered or failed, in every metric that panels divide.
func quietCalls(t *testing.T, e *emitter) func(ctx context.Context, failure string) {
	t.Helper()
	meter := e.metrics.Meter("llmotel-e2e")
	histogram := func(name string) metric.Float64Histogram {
		h, err := meter.Float64Histogram(name, metric.WithUnit("s"))
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	counter := func(name, unit string) metric.Int64Counter {
		c, err := meter.Int64Counter(name, metric.WithUnit(unit))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	took, first, between := histogram("gen_ai.client.inference.duration"), histogram("gen_ai.client.inference.time_to_first_chunk"), histogram("gen_ai.client.inference.time_per_output_chunk")
	input, output := counter("gen_ai.client.inference.usage.input_tokens", "{token}"), counter("gen_ai.client.inference.usage.output_tokens", "{token}")
	attempts := counter("llmotel.failover.attempts", "{attempt}")
	cost, err := meter.Float64Counter("llmotel.client.cost", metric.WithUnit("{USD}"))
	if err != nil {
		t.Fatal(err)
	}
	state, err := meter.Int64Gauge("llmotel.breaker.state", metric.WithUnit("1"))
	if err != nil {
		t.Fatal(err)
	}
	window, err := meter.Int64Gauge("llmotel.breaker.window_calls", metric.WithUnit("{call}"))
	if err != nil {
		t.Fatal(err)
	}
	target := attribute.String("llmotel.target", "openai")
	common := []attribute.KeyValue{attribute.String("gen_ai.provider.name", "openai"), attribute.String("gen_ai.request.model", "gpt-5.2")}
	return func(ctx context.Context, failure string) {
		state.Record(ctx, 0, metric.WithAttributes(target))
		window.Record(ctx, 1, metric.WithAttributes(target, attribute.String("llmotel.breaker.result", "success")))
		if failure != "" {
			took.Record(ctx, 0.3, metric.WithAttributes(common...), metric.WithAttributes(attribute.String("error.type", failure)))
			attempts.Add(ctx, 1, metric.WithAttributes(target, attribute.String("llmotel.outcome", failure)))
			return
		}
		set := metric.WithAttributes(common...)
		took.Record(ctx, 0.3, set)
		first.Record(ctx, 0.1, set)
		between.Record(ctx, 0.01, set)
		input.Add(ctx, 100, set)
		output.Add(ctx, 50, set)
		cost.Add(ctx, 0.001, set)
		attempts.Add(ctx, 1, metric.WithAttributes(target, attribute.String("llmotel.outcome", "answered")))
	}
}

// testQuietDashboards: a panel about a service without errors says 0 rather than nothing, and no panel divides by 0 where a
// service does nothing.
func testQuietDashboards(t *testing.T) {
	want := map[string]float64{
		"Failed": 0, "Failed, by provider": 0, "Sent without an answer": 0, "Fallbacks for each answer": 0, "Requests for each answer": 1,
		"Refused for the rate": 0, "Failures in the window": 0, "Input from the prompt cache": 0, "Hedges": 0,
	}
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				expected, said := want[p.Title]
				if said {
					delete(want, p.Title)
					eventually(t, 20*time.Second, p.Title+" of a healthy service", func() error {
						value, err := promValue(t, variables(healthy).Replace(target.Expr))
						if err == nil && value != expected {
							t.Errorf("%s: %g, want %g", p.Title, value, expected)
						}
						return err
					})
				}
				for _, service := range []string{healthy, idle, ".+"} {
					samples, err := promQuery(t, variables(service).Replace(target.Expr))
					if err != nil && !strings.HasPrefix(err.Error(), "no series") {
						t.Errorf("%s, panel %q: %v", d.UID, p.Title, err)
					}
					for _, s := range samples {
						if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
							t.Errorf("%s, panel %q of %s is %g for %v", d.UID, p.Title, service, s.Value, s.Labels)
						}
					}
				}
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("no such panels: %v", want)
	}
}

// variables are Grafana's, for one service over some minutes, and everything of it.
func variables(service string) *strings.Replacer {
	return strings.NewReplacer("$__rate_interval", "20s", "$__range", "2m", "$service", service, "$provider", ".*", "$model", ".*", "$target", ".*")
}
