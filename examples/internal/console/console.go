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
	"sync/atomic"

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

// The recorder takes hold of OpenTelemetry's globals at its first call. So what
// they are stays, and serves the Console that was started last.
var (
	current atomic.Pointer[Console]
	local   = sync.OnceValue(func() *sdktrace.TracerProvider {
		return sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter{}))
	})
)

// Start makes a Console the destination of OpenTelemetry's global providers. With
// OTEL_EXPORTER_OTLP_ENDPOINT in the environment all is exported there too, under
// the name of the service. The error says which OTEL_* variable is wrong.
func Start(ctx context.Context, w io.Writer, service string) (*Console, error) {
	c := &Console{w: w, events: map[trace.SpanID][]event{}}
	var logs log.LoggerProvider = noop.NewLoggerProvider()
	current.Store(c)
	if os.Getenv(Endpoint) == "" {
		otel.SetTracerProvider(local())
	} else {
		var err error
		if c.sdk, err = otelsetup.Start(ctx, otelsetup.WithServiceName(service), otelsetup.WithErrorHandler(func(error) {})); err != nil {
			return nil, err // what goes wrong later, Close says
		}
		if p, ok := c.sdk.TracerProvider().(*sdktrace.TracerProvider); ok { // it is another if OTEL_SDK_DISABLED is set
			p.RegisterSpanProcessor(sdktrace.NewSimpleSpanProcessor(exporter{}))
		}
		logs = c.sdk.LoggerProvider()
	}
	otel.SetLoggerProvider(&loggers{next: logs})
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

// exporter is how spans reach the Console.
type exporter struct{}

func (exporter) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	c := current.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spans = append(c.spans, spans...)
	return nil
}

func (exporter) Shutdown(context.Context) error { return nil }
