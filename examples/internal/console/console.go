// Package console shows the examples' telemetry on the terminal, as the tree of
// spans that a tracing backend would draw.
//
// A program of your own needs none of it: it calls otelsetup.Start, or has
// OpenTelemetry set up already.
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/log/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/otelsetup"
)

// Endpoint is the variable that makes the examples export as well.
const Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"

// Console keeps finished spans and events until Print writes them. It is safe
// for concurrent use.
type Console struct {
	w   io.Writer
	sdk *otelsetup.SDK // nil: nothing is exported

	mu     sync.Mutex
	spans  []sdktrace.ReadOnlySpan
	events map[trace.SpanID][]event
}

// Start makes a Console the destination of OpenTelemetry's global providers. With
// OTEL_EXPORTER_OTLP_ENDPOINT in the environment all is exported there too, under
// the name of the service. The error says which OTEL_* variable is wrong.
func Start(ctx context.Context, w io.Writer, service string) (*Console, error) {
	c := &Console{w: w, events: map[trace.SpanID][]event{}}
	var logs log.LoggerProvider = noop.NewLoggerProvider()
	spans := sdktrace.NewSimpleSpanProcessor((*exporter)(c))
	if os.Getenv(Endpoint) == "" {
		otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	} else {
		var err error
		if c.sdk, err = otelsetup.Start(ctx, otelsetup.WithServiceName(service), otelsetup.WithErrorHandler(func(error) {})); err != nil {
			return nil, err // what goes wrong later, Close says
		}
		if p, ok := c.sdk.TracerProvider().(*sdktrace.TracerProvider); ok { // it is another if OTEL_SDK_DISABLED is set
			p.RegisterSpanProcessor(spans)
		}
		logs = c.sdk.LoggerProvider()
	}
	otel.SetLoggerProvider(&loggers{console: c, next: logs})
	return c, nil
}

// Print writes the spans that have ended since the last time.
func (c *Console) Print() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.spans) == 0 {
		fmt.Fprintln(c.w, "\nNo span was recorded.")
	} else {
		fmt.Fprintf(c.w, "\nRecorded:\n\n")
		for _, root := range tree(c.spans, c.events) {
			root.write(c.w, "  ", "  ")
		}
	}
	c.spans = nil
	clear(c.events)
}

// Close exports what is left, also if ctx is done, and says where it went.
func (c *Console) Close(ctx context.Context) error {
	if c.sdk == nil {
		fmt.Fprintf(c.w, "\nIn Jaeger, and as metrics in Prometheus: docker compose up -d --wait, then run it with %s=http://localhost:4317\n", Endpoint)
		return nil
	}
	err := c.sdk.Shutdown(context.WithoutCancel(ctx))
	if errors.Is(err, otelsetup.ErrNotExported) {
		fmt.Fprintf(c.w, "\nNo collector was listening where %s says: docker compose up -d --wait\n", Endpoint)
		return nil
	}
	if err == nil {
		fmt.Fprintf(c.w, "\nExported to where %s says; Jaeger: http://localhost:16686\n", Endpoint)
	}
	return err
}

// exporter is how spans reach a Console.
type exporter Console

func (e *exporter) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.spans = append(e.spans, spans...)
	return nil
}

func (*exporter) Shutdown(context.Context) error { return nil }
