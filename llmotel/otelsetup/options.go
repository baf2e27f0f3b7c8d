package otelsetup

import (
	"log/slog"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// DefaultShutdownTimeout bounds Shutdown unless its context ends sooner or
// WithShutdownTimeout says otherwise.
const DefaultShutdownTimeout = 5 * time.Second

// Option configures Start.
type Option interface{ apply(config) config }

type config struct {
	attributes      []attribute.KeyValue
	globals         bool
	handler         func(error)
	shutdownTimeout time.Duration
}

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

func newConfig(opts []Option) config {
	c := config{globals: true, handler: logReport, shutdownTimeout: DefaultShutdownTimeout}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	return c
}

// WithServiceName names the program. OTEL_SERVICE_NAME and
// OTEL_RESOURCE_ATTRIBUTES win over it.
func WithServiceName(name string) Option { return withAttribute(semconv.ServiceName(name), name) }

// WithServiceVersion states the program's version. OTEL_RESOURCE_ATTRIBUTES
// wins over it.
func WithServiceVersion(version string) Option {
	return withAttribute(semconv.ServiceVersion(version), version)
}

func withAttribute(kv attribute.KeyValue, value string) Option {
	return optionFunc(func(c config) config {
		if value != "" {
			c.attributes = append(slices.Clip(c.attributes), kv)
		}
		return c
	})
}

// WithoutGlobals leaves OpenTelemetry's global providers, propagator and error
// handler alone; use the methods of the SDK instead.
func WithoutGlobals() Option {
	return optionFunc(func(c config) config {
		c.globals = false
		return c
	})
}

// WithErrorHandler tells whom to call when exporting begins to fail, and when
// it works again; errors.Is(err, ErrRecovered) tells the two apart. The default
// writes a line to slog. It is called from the exporters' goroutines, with no
// lock held; a panic in it is contained. Nil is ignored.
func WithErrorHandler(f func(error)) Option {
	return optionFunc(func(c config) config {
		if f != nil {
			c.handler = f
		}
		return c
	})
}

// WithShutdownTimeout bounds Shutdown. The default is DefaultShutdownTimeout;
// zero and less are ignored.
func WithShutdownTimeout(d time.Duration) Option {
	return optionFunc(func(c config) config {
		if d > 0 {
			c.shutdownTimeout = d
		}
		return c
	})
}

func logReport(err error) {
	if isRecovery(err) {
		slog.Info(err.Error())
		return
	}
	slog.Warn(err.Error())
}
