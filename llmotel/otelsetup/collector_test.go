package otelsetup_test

import (
	"context"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
)

// collector is an OTLP/gRPC server that keeps what it gets.
type collector struct {
	coltrace.UnimplementedTraceServiceServer
	refuseMetrics, refuseLogs error
	block, blockLogs          chan struct{}

	mu           sync.Mutex
	spans        []*tracepb.Span
	metrics      map[string]*metricspb.Metric
	logs         []*logspb.LogRecord
	resource     *resourcepb.Resource
	logsResource *resourcepb.Resource
	logsScope    string
}

type metricService struct {
	colmetrics.UnimplementedMetricsServiceServer
	*collector
}

type logService struct {
	collogs.UnimplementedLogsServiceServer
	*collector
}

// listen starts c on an address, "127.0.0.1:0" for a free port, and returns
// it. The server stops with the test.
func (c *collector) listen(t *testing.T, address string) string {
	t.Helper()
	c.metrics = make(map[string]*metricspb.Metric)
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	coltrace.RegisterTraceServiceServer(server, c)
	colmetrics.RegisterMetricsServiceServer(server, metricService{collector: c})
	collogs.RegisterLogsServiceServer(server, logService{collector: c})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		for _, block := range []chan struct{}{c.block, c.blockLogs} {
			if block != nil {
				close(block)
			}
		}
		server.Stop()
		<-done
	})
	return l.Addr().String()
}

func (c *collector) Export(_ context.Context, r *coltrace.ExportTraceServiceRequest) (*coltrace.ExportTraceServiceResponse, error) {
	if c.block != nil {
		<-c.block
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rs := range r.GetResourceSpans() {
		c.resource = rs.GetResource()
		for _, ss := range rs.GetScopeSpans() {
			c.spans = append(c.spans, ss.GetSpans()...)
		}
	}
	return &coltrace.ExportTraceServiceResponse{}, nil
}

func (c metricService) Export(_ context.Context, r *colmetrics.ExportMetricsServiceRequest) (*colmetrics.ExportMetricsServiceResponse, error) {
	if c.refuseMetrics != nil {
		return nil, c.refuseMetrics
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rm := range r.GetResourceMetrics() {
		for _, sm := range rm.GetScopeMetrics() {
			for _, m := range sm.GetMetrics() {
				c.metrics[m.GetName()] = m
			}
		}
	}
	return &colmetrics.ExportMetricsServiceResponse{}, nil
}

func (c logService) Export(_ context.Context, r *collogs.ExportLogsServiceRequest) (*collogs.ExportLogsServiceResponse, error) {
	if c.refuseLogs != nil {
		return nil, c.refuseLogs
	}
	if c.blockLogs != nil {
		<-c.blockLogs
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rl := range r.GetResourceLogs() {
		c.logsResource = rl.GetResource()
		for _, sl := range rl.GetScopeLogs() {
			c.logsScope = sl.GetScope().GetName()
			c.logs = append(c.logs, sl.GetLogRecords()...)
		}
	}
	return &collogs.ExportLogsServiceResponse{}, nil
}

// attribute returns a resource attribute.
func (c *collector) attribute(key string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kv := range c.resource.GetAttributes() {
		if kv.GetKey() == key {
			return kv.GetValue().GetStringValue()
		}
	}
	return ""
}

// cleanEnv removes all OTEL_* variables for the time of the test.
func cleanEnv(t *testing.T) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "")
		}
	}
}

// reports keeps what an error handler was told.
type reports struct {
	mu  sync.Mutex
	all []error
}

func (r *reports) handle(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, err)
}

func (r *reports) list() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]error(nil), r.all...)
}
