package console_test

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"

	"github.com/llmotel/sdk/examples/internal/console"
	"github.com/llmotel/sdk/examples/internal/expect"
	"github.com/llmotel/sdk/llmotel"
)

// record leaves a call that failed inside an operation, of others and of ours,
// and an event about the call.
func record(t *testing.T) {
	t.Helper()
	begun := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	at := func(ms int) trace.SpanEventOption {
		return trace.WithTimestamp(begun.Add(time.Duration(ms) * time.Millisecond))
	}
	provider := otel.GetTracerProvider()
	ctx, work := provider.Tracer("shop").Start(t.Context(), "work", at(0))
	inst, err := llmotel.New()
	if err != nil {
		t.Fatal(err)
	}
	call, span := provider.Tracer(llmotel.ScopeName).Start(ctx, "chat m", at(10), trace.WithAttributes(
		attribute.String("gen_ai.response.model", "m-1"), attribute.String("gen_ai.provider.name", "acme"),
		attribute.Int("gen_ai.usage.input_tokens", 30), attribute.Int("gen_ai.usage.output_tokens", 7),
		attribute.Int("gen_ai.usage.cache_read.input_tokens", 20), attribute.Float64("llmotel.cost.amount", 0.25),
		attribute.StringSlice("gen_ai.response.finish_reasons", []string{"stop", "length"}),
		attribute.Float64("gen_ai.response.time_to_first_chunk", 0.0123), attribute.String("error.type", "timeout"),
	))
	span.SetStatus(codes.Error, "it took too long")
	span.AddEvent("llmotel.retry", trace.WithAttributes(attribute.Int("llmotel.retry.attempt", 2), attribute.Float64("llmotel.retry.delay", 1.50049)))
	span.End(at(1210))
	_, last := provider.Tracer(llmotel.ScopeName).Start(ctx, "execute_tool t", at(1300))
	last.End(at(1304))
	work.End(at(2000))
	inst.RecordEvaluation(call, llmotel.Evaluation{Name: "relevance", ScoreLabel: "pass"})
}

func TestPrint(t *testing.T) {
	t.Setenv(console.Endpoint, "")
	var out bytes.Buffer
	c, err := console.Start(t.Context(), &out, "test")
	if err != nil {
		t.Fatal(err)
	}
	record(t)
	c.Print()
	c.Print()
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	const want = `
Recorded:

  work  2s  by shop
  ├─ chat m  1.2s
  │       model m-1 · from acme
  │       tokens 30 in, 7 out (20 cached) · cost 0.250000 USD · finish stop, length
  │       first chunk after 12ms
  │       error timeout · it took too long
  │       event llmotel.retry  attempt=2 delay=1.5s
  │       event gen_ai.evaluation.result  name=relevance score.label=pass
  └─ execute_tool t  4ms

No span was recorded.

In Jaeger, and as metrics in Prometheus: docker compose up -d --wait, then run it with OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// collector takes spans and log records over OTLP.
type collector struct {
	coltrace.UnimplementedTraceServiceServer
	mu    sync.Mutex
	names []string
}

func (c *collector) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names = append(c.names, name)
}

func (c *collector) Export(_ context.Context, r *coltrace.ExportTraceServiceRequest) (*coltrace.ExportTraceServiceResponse, error) {
	for _, rs := range r.GetResourceSpans() {
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				c.add(s.GetName())
			}
		}
	}
	return &coltrace.ExportTraceServiceResponse{}, nil
}

type logService struct {
	collogs.UnimplementedLogsServiceServer
	*collector
}

func (c logService) Export(_ context.Context, r *collogs.ExportLogsServiceRequest) (*collogs.ExportLogsServiceResponse, error) {
	for _, rl := range r.GetResourceLogs() {
		for _, sl := range rl.GetScopeLogs() {
			for _, l := range sl.GetLogRecords() {
				c.add(l.GetEventName())
			}
		}
	}
	return &collogs.ExportLogsServiceResponse{}, nil
}

func TestExports(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen := &collector{}
	server := grpc.NewServer()
	coltrace.RegisterTraceServiceServer(server, seen)
	collogs.RegisterLogsServiceServer(server, logService{collector: seen})
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	defer serving.Wait()
	defer server.Stop()

	t.Setenv("OTEL_METRICS_EXPORTER", "none")
	t.Setenv(console.Endpoint, "http://"+l.Addr().String())
	var out bytes.Buffer
	c, err := console.Start(t.Context(), &out, "test")
	if err != nil {
		t.Fatal(err)
	}
	record(t)
	c.Print()
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	expect.InOrder(t, out.String(), `work`, `├─ chat m`, `event gen_ai\.evaluation\.result`, `Exported to where `)
	seen.mu.Lock()
	defer seen.mu.Unlock()
	got := map[string]int{}
	for _, name := range seen.names {
		got[name]++
	}
	want := map[string]int{"work": 1, "chat m": 1, "execute_tool t": 1, "gen_ai.evaluation.result": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exported (-want +got):\n%s", diff)
	}
}

func TestNothingListens(t *testing.T) {
	t.Setenv(console.Endpoint, "http://127.0.0.1:9") // discard
	var out bytes.Buffer
	c, err := console.Start(t.Context(), &out, "test")
	if err != nil {
		t.Fatal(err)
	}
	record(t)
	c.Print()
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	expect.InOrder(t, out.String(), `chat m`, `No collector was listening where `)
}

func TestWrongSettings(t *testing.T) {
	t.Setenv(console.Endpoint, "localhost:4317")
	if _, err := console.Start(t.Context(), &bytes.Buffer{}, "test"); err == nil {
		t.Error("no error for an endpoint that is no URL")
	}
}
