package llmotel_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

func TestEvaluations(t *testing.T) {
	golden(t, "evaluations", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
		later := ctx
		ctx, span := inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
		time.Sleep(time.Second)
		span.End(llmotel.Result{ResponseID: "resp_1"}, nil)
		inst.RecordEvaluation(ctx, llmotel.Evaluation{Name: "relevance", ScoreValue: new(0.75), ScoreLabel: "relevant", Explanation: "it says where she is"})
		inst.RecordEvaluation(later, llmotel.Evaluation{Name: "user_feedback", ScoreLabel: "thumbs_up", ResponseID: "resp_1"})
		inst.RecordEvaluation(ctx, llmotel.Evaluation{Name: "safety", ScoreValue: new(math.NaN()), Err: &providers.Error{Kind: providers.KindTimeout}})
		inst.RecordEvaluation(ctx, llmotel.Evaluation{ScoreLabel: "of nothing"})
	})
}

func TestEvaluationOfACancelledCall(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithLoggerProvider(rec.LoggerProvider), llmotel.WithLoggerProvider(nil))
	ctx, cancel := context.WithCancel(t.Context())
	ctx, span := inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	cancel()
	span.End(llmotel.Result{}, nil)
	inst.RecordEvaluation(ctx, llmotel.Evaluation{Name: "relevance", ScoreLabel: "pass"})
	if logs := rec.Logs(); len(logs) != 1 || logs[0].SpanID() != rec.Spans()[0].SpanContext.SpanID() || logs[0].TraceID() != rec.Spans()[0].SpanContext.TraceID() {
		t.Errorf("%d events, or not that of the span", len(logs))
	}
}

type vendorError struct{ status int }

func (e *vendorError) Error() string { return "POST https://api.example.com/v1?key=secret: the prompt" }

func TestExceptionType(t *testing.T) {
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"a vendor's, below ours", &providers.Error{Kind: providers.KindServerError, Err: &vendorError{500}}, "*llmotel_test.vendorError"},
		{"below wrappers of fmt", fmt.Errorf("a: %w", fmt.Errorf("b: %w", &vendorError{500})), "*llmotel_test.vendorError"},
		{"last of several", &providers.InterruptedError{Err: errors.Join(context.Canceled, &vendorError{500})}, "*llmotel_test.vendorError"},
		{"ours without a cause", &providers.Error{Kind: providers.KindServerError}, "*providers.Error"},
		{"a plain one", context.DeadlineExceeded, "context.deadlineExceededError"},
		{"typed nil", (*providers.Error)(nil), "*providers.Error"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			_, span := instrument(t, rec, llmotel.WithLoggerProvider(rec.LoggerProvider)).Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
			span.End(llmotel.Result{}, c.err)
			logs := rec.Logs()
			if len(logs) != 1 {
				t.Fatalf("%d events, want 1", len(logs))
			}
			got := ""
			logs[0].WalkAttributes(func(kv attribute.KeyValue) bool {
				if kv.Key == "exception.type" {
					got = kv.Value.AsString()
				}
				return true
			})
			if got != c.want || logs[0].EventName() != "gen_ai.client.operation.exception" {
				t.Errorf("%s: type %q, want %q", logs[0].EventName(), got, c.want)
			}
			if text := logText(logs[0]); strings.Contains(text, "secret") || strings.Contains(text, "the prompt") {
				t.Errorf("the event holds what the vendor says: %s", text)
			}
		})
	}
}

// A layer inside a call leaves the failure to the layer around it.
func TestOneExceptionOfSeveralLayers(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithLoggerProvider(rec.LoggerProvider))
	failed := &providers.Error{Provider: "openai", Kind: providers.KindNetwork}
	inner := inst.Wrap(&scripted{name: "openai", generate: func(context.Context, *providers.Request) (*providers.Response, error) { return nil, failed }})
	_, _ = inst.Wrap(hideAddress{inner}).Generate(t.Context(), request())
	if n := len(rec.Logs()); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}
