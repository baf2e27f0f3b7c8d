package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// testSpanMetrics sends calls as another instrumentation does, which brings no metrics, and as llmotel does, which brings
// its own: the first are counted by the collector, the others are not.
func testSpanMetrics(t *testing.T) {
	const service = "llmotel-e2e-span-metrics"
	e := newEmitter(t, service)
	call := func(scope, name string, attributes ...attribute.KeyValue) {
		_, span := e.traces.Tracer(scope).Start(t.Context(), name, oteltrace.WithSpanKind(oteltrace.SpanKindClient), oteltrace.WithAttributes(attributes...))
		if slices.ContainsFunc(attributes, func(a attribute.KeyValue) bool { return a.Key == "error.type" }) {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
	chat := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", "anthropic"),
		attribute.String("gen_ai.request.model", "claude-sonnet-5"),
	}
	for range 3 {
		call("anthropic-sdk-go", "chat claude-sonnet-5", chat...)
	}
	call("anthropic-sdk-go", "chat claude-sonnet-5", append(slices.Clone(chat), attribute.String("error.type", "overloaded"))...)
	for range 5 {
		call("github.com/llmotel/sdk/llmotel", "chat claude-sonnet-5", chat...)
		call("net/http", "GET /healthz")
	}
	e.flush(t)

	count := func(selector string) (float64, error) {
		return promValue(t, fmt.Sprintf(`sum(llmotel_spans_calls_total{service_name=%q,%s})`, service, selector))
	}
	eventually(t, 20*time.Second, "foreign calls are counted", func() error {
		all, err := count("")
		if err != nil {
			return err
		}
		failed, err := count(`error_type="overloaded",status_code="STATUS_CODE_ERROR"`)
		if err != nil {
			return err
		}
		if all != 4 || failed != 1 {
			return fmt.Errorf("%v calls, %v of them failed; want 4 and 1: llmotel's and HTTP's are not among them", all, failed)
		}
		return nil
	})
	seconds, err := promValue(t, fmt.Sprintf(`sum(llmotel_spans_duration_seconds_count{service_name=%q,gen_ai_request_model="claude-sonnet-5",gen_ai_provider_name="anthropic",gen_ai_operation_name="chat"})`, service))
	if err != nil || seconds != 4 {
		t.Errorf("%v durations with all labels (%v), want 4", seconds, err)
	}
	if samples, err := promQuery(t, fmt.Sprintf(`llmotel_spans_calls_total{service_name=%q,span_name!=""}`, service)); err == nil {
		t.Errorf("span names are labels: %v", samples)
	}
}

// testHygiene sends what no backend should have.
func testHygiene(t *testing.T) {
	const service = "llmotel-e2e-hygiene"
	e := newEmitter(t, service,
		attribute.StringSlice("process.command_args", []string{"serve", "--flag", "plain-argument"}), attribute.String("process.command_line", "serve plain-argument"),
		attribute.String("process.owner", "jane"), attribute.String("host.id", "0123"), attribute.String("host.name", "web-1"),
		attribute.String("deployment.environment", "staging"))
	_, span := e.traces.Tracer("llmotel-e2e").Start(t.Context(), "GET", oteltrace.WithAttributes(
		attribute.String("url.full", "https://api.example/v1/models?session=abc#part"), attribute.String("url.query", "session=abc"),
		attribute.String("http.url", "https://api.example/v1?x=plain-argument"), attribute.String("http.target", "/v1?x=plain-argument"),
		attribute.String("long", strings.Repeat("ä", 40000)), attribute.String("short", "ä"),
	))
	// Jaeger would refuse longer ones for ever.
	long := strings.Repeat("x", 100000)
	span.AddEvent("event "+long, oteltrace.WithAttributes(attribute.String("long", long)))
	span.SetStatus(codes.Error, "status "+long)
	span.SetName("GET " + long)
	span.SetAttributes(attribute.Slice("gen_ai.input.messages", attribute.MapValue(attribute.String("content", long))))
	span.End()
	counter, err := e.metrics.Meter("llmotel-e2e").Int64Counter("llmotel.e2e.hygiene")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 1)
	e.flush(t)

	var tr trace
	var body string
	eventually(t, 20*time.Second, "the trace is in Jaeger", func() error {
		var err error
		tr, body, err = jaegerTrace(t, span.SpanContext().TraceID().String())
		return err
	})
	for _, gone := range []string{"plain-argument", "session=abc", "process.owner", `"host.id"`, `"deployment.environment"`} {
		if strings.Contains(body, gone) {
			t.Errorf("%s came through: %.3000s", gone, body)
		}
	}
	for _, kept := range []string{`"key":"host.name"`, `"key":"deployment.environment.name","type":"string","value":"staging"`} {
		if !strings.Contains(body, kept) {
			t.Errorf("%s is missing", kept)
		}
	}
	for key, want := range map[string]string{"url.full": "https://api.example/v1/models", "http.url": "https://api.example/v1", "http.target": "/v1", "short": "ä"} {
		if got := tr.Spans[0].text(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	for key, want := range map[string]int{"long": 32768, "gen_ai.input.messages": 32768, "otel.status_description": 4096} {
		if got := tr.Spans[0].text(key); len(got) != want {
			t.Errorf("%s arrived with %d bytes, want %d", key, len(got), want)
		}
	}
	if got := tr.Spans[0].Name; len(got) != 1024 {
		t.Errorf("the span's name arrived with %d bytes, want 1,024", len(got))
	}
	eventually(t, 20*time.Second, "the metric has its environment", func() error {
		samples, err := promQuery(t, fmt.Sprintf(`llmotel_e2e_hygiene_total{service_name=%q,deployment_environment_name="staging"}`, service))
		if err == nil && len(samples) != 1 {
			err = errors.New("more than one series")
		}
		return err
	})
	if info, err := promQuery(t, fmt.Sprintf(`target_info{job=%q,process_command_line!=""}`, service)); err == nil {
		t.Errorf("the command line is in Prometheus: %v", info)
	}
}
