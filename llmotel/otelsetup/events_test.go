package otelsetup_test

import (
	"context"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/log"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/providers"
)

// judged records a call that failed and an evaluation of it, which are two
// events on one span.
func judged(t *testing.T, s *otelsetup.SDK) {
	t.Helper()
	inst, err := llmotel.New(llmotel.WithTracerProvider(s.TracerProvider()), llmotel.WithMeterProvider(s.MeterProvider()), llmotel.WithLoggerProvider(s.LoggerProvider()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	span.End(llmotel.Result{}, &providers.Error{Provider: "openai", Kind: providers.KindServerError, StatusCode: 500, Err: context.DeadlineExceeded})
	inst.RecordEvaluation(ctx, llmotel.Evaluation{Name: "relevance", ScoreValue: new(0.75), ScoreLabel: "relevant", Explanation: "it says where she is", ResponseID: "resp_1"})
}

// event is a log record as it arrived.
type event struct {
	Name, Severity string
	Attributes     map[string]any
}

func (c *collector) events() []event {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []event
	for _, r := range c.logs {
		out = append(out, event{r.GetEventName(), log.Severity(r.GetSeverityNumber()).String(), values(r.GetAttributes())})
	}
	return out
}

func values(kvs []*commonpb.KeyValue) map[string]any {
	out := make(map[string]any)
	for _, kv := range kvs {
		switch v := kv.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			out[kv.GetKey()] = v.StringValue
		case *commonpb.AnyValue_DoubleValue:
			out[kv.GetKey()] = v.DoubleValue
		case *commonpb.AnyValue_IntValue:
			out[kv.GetKey()] = v.IntValue
		default:
			out[kv.GetKey()] = kv.GetValue().String()
		}
	}
	return out
}

func TestEventsArriveOnShutdown(t *testing.T) {
	cleanEnv(t)
	var c collector
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.listen(t, "127.0.0.1:0"))
	s, err := otelsetup.Start(t.Context(), otelsetup.WithServiceName("demo"), otelsetup.WithoutGlobals())
	if err != nil {
		t.Fatal(err)
	}
	judged(t, s)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}

	want := []event{
		{"gen_ai.client.operation.exception", "WARN", map[string]any{
			"exception.type":    "context.deadlineExceededError",
			"exception.message": "openai: server_error (HTTP 500)",
		}},
		{"gen_ai.evaluation.result", "INFO", map[string]any{
			"gen_ai.evaluation.name":        "relevance",
			"gen_ai.evaluation.score.value": 0.75,
			"gen_ai.evaluation.score.label": "relevant",
			"gen_ai.evaluation.explanation": "it says where she is",
			"gen_ai.response.id":            "resp_1",
		}},
	}
	if diff := cmp.Diff(want, c.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if len(c.spans) != 1 {
		t.Fatalf("%d spans, want 1", len(c.spans))
	}
	for _, r := range c.logs {
		if got, want := hex.EncodeToString(r.GetSpanId()), hex.EncodeToString(c.spans[0].GetSpanId()); got != want {
			t.Errorf("%s is of span %q, want %q", r.GetEventName(), got, want)
		}
	}
	if c.logsScope != llmotel.ScopeName {
		t.Errorf("scope %q", c.logsScope)
	}
	if diff := cmp.Diff(values(c.resource.GetAttributes()), values(c.logsResource.GetAttributes())); diff != "" || c.attribute("service.name") != "demo" {
		t.Errorf("resources of spans and logs (-spans +logs):\n%s", diff)
	}
}

func TestLogsEnvironment(t *testing.T) {
	cases := []struct {
		name      string
		variables func(elsewhere string) map[string]string
		here      int
		elsewhere int
	}{
		{"nothing", func(string) map[string]string { return nil }, 2, 0},
		{"otlp", func(string) map[string]string { return map[string]string{"OTEL_LOGS_EXPORTER": "otlp"} }, 2, 0},
		{"none", func(string) map[string]string { return map[string]string{"OTEL_LOGS_EXPORTER": "none"} }, 0, 0},
		{"an endpoint of their own", func(elsewhere string) map[string]string {
			return map[string]string{"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://" + elsewhere}
		}, 0, 2},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			cleanEnv(t)
			var here, elsewhere collector
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+here.listen(t, "127.0.0.1:0"))
			for name, value := range tt.variables(elsewhere.listen(t, "127.0.0.1:0")) {
				t.Setenv(name, value)
			}
			s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals())
			if err != nil {
				t.Fatal(err)
			}
			on := s.LoggerProvider().Logger("test").Enabled(t.Context(), log.EnabledParameters{})
			judged(t, s)
			if err := s.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if want := tt.here+tt.elsewhere > 0; on != want {
				t.Errorf("enabled: %v, want %v", on, want)
			}
			if len(here.logs) != tt.here || len(elsewhere.logs) != tt.elsewhere {
				t.Errorf("%d logs here and %d elsewhere, want %d and %d", len(here.logs), len(elsewhere.logs), tt.here, tt.elsewhere)
			}
			if len(here.spans) != 1 || len(elsewhere.spans) != 0 {
				t.Errorf("%d spans here and %d elsewhere, want all here", len(here.spans), len(elsewhere.spans))
			}
		})
	}
}
