package monitor_test

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"

	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	"google.golang.org/grpc"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/providers/mock"
)

// collector is an OTLP/gRPC server that takes logs and keeps the names of the
// events in them.
type collector struct {
	collogs.UnimplementedLogsServiceServer

	mu     sync.Mutex
	events []string
}

func (c *collector) Export(_ context.Context, r *collogs.ExportLogsServiceRequest) (*collogs.ExportLogsServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rl := range r.GetResourceLogs() {
		for _, sl := range rl.GetScopeLogs() {
			for _, record := range sl.GetLogRecords() {
				c.events = append(c.events, record.GetEventName())
			}
		}
	}
	return &collogs.ExportLogsServiceResponse{}, nil
}

// listen starts c and returns its URL. The server stops with the test.
func (c *collector) listen(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collogs.RegisterLogsServiceServer(server, c)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		server.Stop()
		<-done
	})
	return "http://" + l.Addr().String()
}

// Events go out through the Monitor's own SDK, also if that is not the global
// one.
func TestMonitorExportsEvents(t *testing.T) {
	var c collector
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.listen(t))
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	t.Setenv("OTEL_METRICS_EXPORTER", "none")
	openai, err := mock.NewOpenAI(mock.WithTimeScale(0))
	if err != nil {
		t.Fatal(err)
	}
	openai.SetDown(true)
	m, err := monitor.New([]monitor.Target{{Name: "openai", Model: openai.Model(), Provider: openai}}, monitor.WithoutCallLog(),
		monitor.WithTelemetry(otelsetup.WithoutGlobals()), monitor.WithRecorder(llmotel.WithDetailsEvent()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Generate(t.Context(), request()); err == nil {
		t.Error("an answer of a provider that is down")
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	slices.Sort(c.events)
	if want := []string{"gen_ai.client.inference.operation.details", "gen_ai.client.operation.exception"}; !slices.Equal(c.events, want) {
		t.Errorf("events %q, want %q", c.events, want)
	}
}
