package otelsetup_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/llmotel/sdk/llmotel/otelsetup"
)

// emit records one of each signal, and a metric within a sampled span.
func emit(ctx context.Context, s *otelsetup.SDK) {
	ctx, span := s.TracerProvider().Tracer("test").Start(ctx, "chat gpt-5.2")
	h, _ := s.MeterProvider().Meter("test").Float64Histogram("duration")
	h.Record(ctx, 0.8)
	var r log.Record
	r.SetBody(attribute.StringValue("hello"))
	s.LoggerProvider().Logger("test").Emit(ctx, r)
	span.End()
}

func TestEverythingArrivesOnShutdown(t *testing.T) {
	cleanEnv(t)
	var c collector
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.listen(t, "127.0.0.1:0"))
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,service.version=9")
	var told reports
	s, err := otelsetup.Start(t.Context(), otelsetup.WithServiceName("demo"), otelsetup.WithServiceVersion("1"),
		otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(told.handle))
	if err != nil {
		t.Fatal(err)
	}
	emit(t.Context(), s)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("second Shutdown: %v", err)
	}

	if len(c.spans) != 1 || c.spans[0].GetName() != "chat gpt-5.2" {
		t.Errorf("spans %v", c.spans)
	}
	if len(c.logs) != 1 || !bytes.Equal(c.logs[0].GetTraceId(), c.spans[0].GetTraceId()) {
		t.Errorf("logs %v", c.logs)
	}
	points := c.metrics["duration"].GetHistogram().GetDataPoints()
	if len(points) != 1 || len(points[0].GetExemplars()) != 1 || !bytes.Equal(points[0].GetExemplars()[0].GetSpanId(), c.spans[0].GetSpanId()) {
		t.Errorf("metrics %v: want one point with an exemplar that leads to the span", c.metrics)
	}
	for key, want := range map[string]string{"service.name": "demo", "service.version": "9", "deployment.environment.name": "test", "telemetry.sdk.language": "go"} {
		if got := c.attribute(key); got != want {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
	if c.attribute("service.instance.id") == "" {
		t.Error("no service.instance.id: replicas would share their series")
	}
	for _, kv := range c.resource.GetAttributes() {
		if strings.Contains(kv.GetKey(), "command") || strings.Contains(kv.GetKey(), "owner") {
			t.Errorf("resource holds %s", kv.GetKey())
		}
	}
	if got := told.list(); len(got) != 0 {
		t.Errorf("reports %v, want none", got)
	}
}

func TestOperatorNamesTheService(t *testing.T) {
	cleanEnv(t)
	var c collector
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.listen(t, "127.0.0.1:0"))
	t.Setenv("OTEL_SERVICE_NAME", "from-env")
	s, err := otelsetup.Start(t.Context(), otelsetup.WithServiceName("demo"), otelsetup.WithoutGlobals())
	if err != nil {
		t.Fatal(err)
	}
	emit(t.Context(), s)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.attribute("service.name"); got != "from-env" {
		t.Errorf("service.name %q, want from-env", got)
	}
}

// freeAddress is one where nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// With no variable but the endpoint a call is in every signal's export within
// seconds; the SDK alone would keep metrics for a minute.
func TestMetricsGoOutAsOftenAsSpans(t *testing.T) {
	cleanEnv(t)
	var c collector
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.listen(t, "127.0.0.1:0"))
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals())
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	emit(t.Context(), s)
	arrived := func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.metrics["duration"] != nil
	}
	for !arrived() && time.Since(begin) < 15*time.Second {
		time.Sleep(50 * time.Millisecond)
	}
	if took := time.Since(begin); took > 9*time.Second {
		t.Errorf("not exported after %v", took)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWithoutCollectorTheProgramRunsOn(t *testing.T) {
	cleanEnv(t)
	address := freeAddress(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+address)
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "20")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
	t.Setenv("OTEL_BLRP_SCHEDULE_DELAY", "20")
	var told reports
	begin := time.Now()
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(told.handle))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("Start took %v", took)
	}
	for range 20 {
		emit(t.Context(), s)
		time.Sleep(10 * time.Millisecond)
	}
	begin = time.Now()
	err = s.Shutdown(t.Context())
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("Shutdown took %v", took)
	} else {
		t.Logf("Shutdown took %v", took)
	}
	want := "otelsetup: telemetry cannot be exported to " + address + ": connection refused; continuing without"
	if err == nil || err.Error() != want || !errors.Is(err, otelsetup.ErrNotExported) {
		t.Errorf("Shutdown: %v, want %s", err, want)
	}
	if got := told.list(); len(got) != 1 || got[0].Error() != want {
		t.Errorf("reports %v, want one: %s", got, want)
	}
}

func TestCollectorComesBack(t *testing.T) {
	cleanEnv(t)
	address := freeAddress(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+address)
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
	t.Setenv("OTEL_METRICS_EXPORTER", "none")
	t.Setenv("OTEL_LOGS_EXPORTER", "none")
	var told reports
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(told.handle))
	if err != nil {
		t.Fatal(err)
	}
	emit(t.Context(), s)
	wait := func(n int) []error {
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if got := told.list(); len(got) >= n {
				return got
			}
		}
		t.Fatalf("reports %v, want %d", told.list(), n)
		return nil
	}
	wait(1)
	var c collector
	c.listen(t, address)
	got := wait(2)
	if !errors.Is(got[0], otelsetup.ErrNotExported) || !errors.Is(got[1], otelsetup.ErrRecovered) {
		t.Errorf("reports %v", got)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if len(c.spans) != 1 {
		t.Errorf("%d spans, want the one from before the collector came", len(c.spans))
	}
}

// A backend that takes spans alone refuses the rest, as Jaeger does.
func TestOneSignalIsRefused(t *testing.T) {
	unknown := status.Error(codes.Unimplemented, "unknown service")
	cases := []struct {
		signal string
		c      *collector
		hint   string
	}{
		{"metrics", &collector{refuseMetrics: unknown}, "OTEL_METRICS_EXPORTER=none"},
		{"logs", &collector{refuseLogs: unknown}, "OTEL_LOGS_EXPORTER=none"},
	}
	for _, tt := range cases {
		t.Run(tt.signal, func(t *testing.T) {
			cleanEnv(t)
			address := tt.c.listen(t, "127.0.0.1:0")
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+address)
			t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "10")
			t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
			t.Setenv("OTEL_BLRP_SCHEDULE_DELAY", "10")
			var told reports
			s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(told.handle))
			if err != nil {
				t.Fatal(err)
			}
			for range 10 {
				emit(t.Context(), s)
				time.Sleep(10 * time.Millisecond)
			}
			want := "otelsetup: " + tt.signal + " cannot be exported to " + address +
				": Unimplemented: unknown service; continuing without (" + tt.hint + " turns them off)"
			var failure *otelsetup.ExportError
			if err := s.Shutdown(t.Context()); !errors.As(err, &failure) || failure.Signal != tt.signal || err.Error() != want {
				t.Errorf("Shutdown: %v, want %s", err, want)
			}
			if got := told.list(); len(got) != 1 || !errors.As(got[0], &failure) || failure.Signal != tt.signal || got[0].Error() != want {
				t.Errorf("reports %v, want one: %s", got, want)
			}
			if len(tt.c.spans) != 10 {
				t.Errorf("%d spans, want 10", len(tt.c.spans))
			}
		})
	}
}

func TestShutdownIsBoundedWhenTheCollectorHangs(t *testing.T) {
	cases := []struct {
		signal               string
		c                    *collector
		spans, metrics, logs int
	}{
		{"traces", &collector{block: make(chan struct{})}, 0, 1, 1},
		{"logs", &collector{blockLogs: make(chan struct{})}, 1, 1, 0},
	}
	for _, tt := range cases {
		t.Run(tt.signal, func(t *testing.T) {
			cleanEnv(t)
			c := tt.c
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.listen(t, "127.0.0.1:0"))
			var told reports
			s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(told.handle),
				otelsetup.WithShutdownTimeout(200*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			emit(t.Context(), s)
			begin := time.Now()
			err = s.Shutdown(t.Context())
			if took := time.Since(begin); took > 2*time.Second || err == nil {
				t.Errorf("Shutdown took %v: %v", took, err)
			}
			if len(c.spans) != tt.spans || len(c.metrics) != tt.metrics || len(c.logs) != tt.logs {
				t.Errorf("%d spans, %d metrics and %d logs, want what does not hang", len(c.spans), len(c.metrics), len(c.logs))
			}
		})
	}
}

func TestForceFlush(t *testing.T) {
	cleanEnv(t)
	var c collector
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.listen(t, "127.0.0.1:0"))
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals())
	if err != nil {
		t.Fatal(err)
	}
	emit(t.Context(), s)
	if err := s.ForceFlush(t.Context()); err != nil {
		t.Error(err)
	}
	c.mu.Lock()
	got := len(c.spans)
	c.mu.Unlock()
	if got != 1 {
		t.Errorf("%d spans, want 1", got)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDisabledDoesNothing(t *testing.T) {
	cleanEnv(t)
	t.Setenv("OTEL_SDK_DISABLED", "true")
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals())
	if err != nil {
		t.Fatal(err)
	}
	_, span := s.TracerProvider().Tracer("t").Start(t.Context(), "x")
	if span.IsRecording() || span.SpanContext().IsValid() {
		t.Error("a span although the SDK is disabled")
	}
	emit(t.Context(), s)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNoneKeepsTraceIDs(t *testing.T) {
	cleanEnv(t)
	for _, name := range []string{"TRACES", "METRICS", "LOGS"} {
		t.Setenv("OTEL_"+name+"_EXPORTER", "none")
	}
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals())
	if err != nil {
		t.Fatal(err)
	}
	_, span := s.TracerProvider().Tracer("t").Start(t.Context(), "x")
	span.End()
	if !span.SpanContext().IsValid() {
		t.Error("no trace id")
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestGlobals(t *testing.T) {
	cleanEnv(t)
	var c collector
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.listen(t, "127.0.0.1:0"))
	var told reports
	s, err := otelsetup.Start(t.Context(), otelsetup.WithErrorHandler(told.handle))
	if err != nil {
		t.Fatal(err)
	}
	if otel.GetTracerProvider() != s.TracerProvider() || otel.GetMeterProvider() != s.MeterProvider() || otel.GetLoggerProvider() != s.LoggerProvider() {
		t.Error("the global providers are others")
	}
	carrier := propagation.MapCarrier{}
	ctx, span := otel.Tracer("t").Start(t.Context(), "x")
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	span.End()
	if carrier["traceparent"] == "" {
		t.Error("no traceparent")
	}
	for range 5 {
		otel.Handle(errors.New("an instrument is used twice"))
	}
	if got := told.list(); len(got) != 1 {
		t.Errorf("reports %v, want one of five equal ones", got)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestShutdownWithoutTimeLeavesNothingBehind(t *testing.T) {
	cleanEnv(t)
	c := collector{block: make(chan struct{}), blockLogs: make(chan struct{})}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.listen(t, "127.0.0.1:0"))
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(func(error) {}))
	if err != nil {
		t.Fatal(err)
	}
	emit(t.Context(), s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begin := time.Now()
	if err := s.Shutdown(ctx); err == nil || !strings.Contains(err.Error(), "no time left") || time.Since(begin) > time.Second {
		t.Errorf("Shutdown took %v: %v", time.Since(begin), err)
	}
}
