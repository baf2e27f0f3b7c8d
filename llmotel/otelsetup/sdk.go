package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/log"
	lognoop "go.opentelemetry.io/otel/log/noop"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
)

// SDK is OpenTelemetry, started. It is safe for concurrent use.
type SDK struct {
	tracers     trace.TracerProvider
	meters      metric.MeterProvider
	loggers     log.LoggerProvider
	propagators propagation.TextMapPropagator

	timeout   time.Duration
	guard     *guard
	providers []provider
	once      sync.Once
}

// provider is what the three SDK providers have in common.
type provider interface {
	ForceFlush(context.Context) error
	Shutdown(context.Context) error
}

// Start starts OpenTelemetry as the OTEL_* environment variables say. It
// connects to nothing and does not wait. Whoever calls it calls Shutdown. ctx
// is for the start only. If something fails, what was started before is shut
// down.
func Start(ctx context.Context, opts ...Option) (*SDK, error) {
	cfg := newConfig(opts)
	env, err := readEnvironment()
	if err != nil {
		return nil, err
	}
	s := &SDK{
		tracers:     tracenoop.NewTracerProvider(),
		meters:      metricnoop.NewMeterProvider(),
		loggers:     lognoop.NewLoggerProvider(),
		propagators: newPropagator(env.propagators),
		timeout:     cfg.shutdownTimeout,
	}
	reports := newReporter(cfg.handler)
	s.guard = newGuard(reports)
	if !env.disabled {
		res, err := newResource(ctx, cfg)
		if err == nil {
			err = s.start(ctx, env, res)
		}
		if err != nil {
			return nil, errors.Join(err, s.Shutdown(ctx))
		}
	}
	if cfg.globals {
		otel.SetErrorHandler(otel.ErrorHandlerFunc(reports.other))
		otel.SetTextMapPropagator(s.propagators)
		otel.SetTracerProvider(s.tracers)
		otel.SetMeterProvider(s.meters)
		otel.SetLoggerProvider(s.loggers)
	}
	return s, nil
}

func (s *SDK) start(ctx context.Context, env environment, res *resource.Resource) error {
	// Without an exporter there still are trace ids, for call records and for
	// the services that are called.
	spanOptions := []sdktrace.TracerProviderOption{sdktrace.WithResource(res)}
	if env.export[traces] {
		e, err := newSpanExporter(ctx, s.guard)
		if err != nil {
			return fmt.Errorf("otelsetup: traces: %w", err)
		}
		spanOptions = append(spanOptions, sdktrace.WithBatcher(e))
	}
	tracers := sdktrace.NewTracerProvider(spanOptions...)
	s.tracers, s.providers = tracers, append(s.providers, tracers)

	if env.export[metrics] {
		e, err := newMetricExporter(ctx, s.guard)
		if err != nil {
			return fmt.Errorf("otelsetup: metrics: %w", err)
		}
		meters := sdkmetric.NewMeterProvider(sdkmetric.WithResource(res), sdkmetric.WithReader(sdkmetric.NewPeriodicReader(e, interval()...)))
		s.meters, s.providers = meters, append(s.providers, meters)
	}
	if env.export[logs] {
		e, err := newLogExporter(ctx, s.guard)
		if err != nil {
			return fmt.Errorf("otelsetup: logs: %w", err)
		}
		loggers := sdklog.NewLoggerProvider(sdklog.WithResource(res), sdklog.WithProcessor(sdklog.NewBatchProcessor(e)))
		s.loggers, s.providers = loggers, append(s.providers, loggers)
	}
	return nil
}

// defaultInterval is how often metrics are exported if the environment does not
// say: as often as spans, so that both signals show a call within ten seconds
// of its end. The SDK's own default is a minute.
const defaultInterval = 5 * time.Second

func interval() []sdkmetric.PeriodicReaderOption {
	if get("OTEL_METRIC_EXPORT_INTERVAL") != "" {
		return nil // The SDK reads it.
	}
	return []sdkmetric.PeriodicReaderOption{sdkmetric.WithInterval(defaultInterval)}
}

func newPropagator(names []string) propagation.TextMapPropagator {
	var out []propagation.TextMapPropagator
	for _, name := range names {
		switch name {
		case "tracecontext":
			out = append(out, propagation.TraceContext{})
		case "baggage":
			out = append(out, propagation.Baggage{})
		}
	}
	return propagation.NewCompositeTextMapPropagator(out...)
}

// TracerProvider returns the tracer provider; one that does nothing if
// OTEL_SDK_DISABLED is true.
func (s *SDK) TracerProvider() trace.TracerProvider { return s.tracers }

// MeterProvider returns the meter provider; one that does nothing if metrics
// are not exported.
func (s *SDK) MeterProvider() metric.MeterProvider { return s.meters }

// LoggerProvider returns the logger provider; one that does nothing if logs
// are not exported.
func (s *SDK) LoggerProvider() log.LoggerProvider { return s.loggers }

// Propagator returns the propagator: W3C trace context and baggage unless
// OTEL_PROPAGATORS says otherwise.
func (s *SDK) Propagator() propagation.TextMapPropagator { return s.propagators }

// ForceFlush exports what has been recorded so far, within the time that
// Shutdown would have. Its error says what could not be exported.
func (s *SDK) ForceFlush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := s.each(func(p provider) error { return p.ForceFlush(ctx) })
	return errors.Join(err, s.guard.reports.current())
}

// Shutdown exports what has been recorded, all signals at once and without
// retries, and stops. It returns when all is out, when ctx is done or
// after the shutdown timeout; so ctx should not be the one whose end made the
// program stop. Its error says what could not be exported, in one line if
// nothing listens. Calls after the first wait for it and return nil.
func (s *SDK) Shutdown(ctx context.Context) error {
	if s == nil { // Start has failed, and its error was not looked at
		return nil
	}
	var err error
	s.once.Do(func() { err = s.shutdown(ctx) })
	return err
}

func (s *SDK) shutdown(ctx context.Context) error {
	bound, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	close(s.guard.stopping)
	stop := context.AfterFunc(bound, func() { s.guard.cancel(errShuttingDown) })
	defer stop()
	defer s.guard.cancel(errShuttingDown)

	// The SDK leaves its goroutines behind if its context ends. So it gets one
	// that does not, and ends since the guard ends the exports; the limit is for
	// what nobody thought of.
	last, cancelLast := context.WithTimeout(context.WithoutCancel(ctx), s.timeout+time.Second)
	defer cancelLast()
	err := s.each(func(p provider) error { return p.Shutdown(last) })
	return errors.Join(err, s.guard.reports.current())
}

// each calls do for all providers at once and joins the errors.
func (s *SDK) each(do func(provider) error) error {
	errs := make([]error, len(s.providers))
	var wg sync.WaitGroup
	for i, p := range s.providers {
		wg.Go(func() { errs[i] = do(p) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
