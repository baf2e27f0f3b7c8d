package llmotel_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// Exporters refuse a whole batch of spans for one string that is no UTF-8: OTLP has
// none. Names and ids come from anywhere.
func TestTelemetryIsUTF8(t *testing.T) {
	const bad = "caf\xe9"
	rec, sink := oteltest.New(), &recordSink{}
	inst := instrument(t, rec, llmotel.WithLoggerProvider(rec.LoggerProvider), llmotel.WithSinks(sink), llmotel.WithContentCapture(llmotel.ContentOnSpansAndEvents),
		llmotel.WithMetricAttribution(llmotel.FieldFeature), llmotel.WithRedactor(redactor{func(s string) string { return s + "\xff" }}))
	ctx := llmotel.WithAttribution(t.Context(), llmotel.Attribution{
		Feature: bad, FeatureVersion: bad, Prompt: bad, PromptVersion: bad, Experiment: bad, Variant: bad, Conversation: bad, User: bad, Session: bad, Tenant: bad,
	})
	ctx = llmotel.WithPromptVariables(ctx, map[string]string{bad: bad})
	call, span := inst.Start(ctx, llmotel.Call{
		Operation: bad, Provider: bad, Model: bad, ServerAddress: bad, Target: bad, ConversationID: bad, Stream: true,
		Request: &providers.Request{
			StopSequences: []string{"ok", bad}, PreviousResponseID: bad, ServiceTier: bad, Reasoning: &providers.Reasoner{Effort: bad},
			System: []providers.Text{{Text: bad}}, Messages: []providers.Message{providers.UserText(bad)},
		},
	})
	span.Chunk(&providers.Chunk{Kind: providers.ChunkText, Text: bad})
	inst.RecordEvaluation(call, llmotel.Evaluation{Name: bad, ScoreLabel: bad, Explanation: bad, ResponseID: bad})
	span.End(llmotel.Result{
		Provider: bad, API: bad, Model: bad, ResponseID: bad, RequestID: bad, ServiceTier: bad, SystemFingerprint: bad, ConversationID: bad,
		FinishReasons: []providers.FinishReason{providers.FinishStop, providers.FinishStop}, RawFinishReasons: []string{bad, bad},
	}, errors.New(bad))
	_, one := inst.Start(ctx, llmotel.Call{Provider: "aws.bedrock", GuardrailID: bad, KnowledgeBaseID: bad})
	one.End(llmotel.Result{FinishReasons: []providers.FinishReason{providers.FinishStop}, RawFinishReasons: []string{bad}}, nil)
	_, embed := inst.Start(ctx, llmotel.Call{Operation: llmotel.OperationEmbeddings, EncodingFormats: []string{bad}})
	embed.End(llmotel.Result{}, nil)
	agentCtx, agent := inst.StartAgent(ctx, llmotel.AgentCall{Name: bad, Description: bad, Model: bad, DataSourceID: bad, Remote: true, Provider: bad, ServerAddress: bad, ID: bad, Version: bad})
	_, tool := inst.StartTool(agentCtx, llmotel.ToolCall{Name: bad, ID: bad, Type: bad, Description: bad, Arguments: bad})
	tool.End(bad, nil)
	agent.End(llmotel.AgentResult{FinishReasons: []providers.FinishReason{bad}}, nil)
	_, workflow := inst.StartWorkflow(ctx, llmotel.WorkflowCall{Name: bad})
	workflow.End(nil, nil)
	_, search := inst.StartRetrieval(ctx, llmotel.RetrievalCall{DataSourceID: bad, Provider: bad, Model: bad, ServerAddress: bad, Query: bad})
	search.End([]llmotel.RetrievedDocument{{ID: bad}}, nil)

	for _, s := range rec.Spans() {
		valid(t, s.Name, s.Name)
		valid(t, s.Name, s.Status.Description)
		validAttributes(t, s.Name, s.Attributes)
		for _, e := range s.Events {
			validAttributes(t, e.Name, e.Attributes)
		}
	}
	for _, r := range rec.Logs() {
		r.WalkAttributes(func(kv attribute.KeyValue) bool {
			validAttributes(t, r.EventName(), []attribute.KeyValue{kv})
			return true
		})
	}
	for name, m := range rec.Metrics(t) {
		valid(t, name, fmt.Sprintf("%+v", m.Data))
	}
	for _, r := range sink.records {
		valid(t, "record", fmt.Sprintf("%+v", *r))
	}
	if got := attributesOf(&rec.Spans()[0])["user.id"]; got != "caf\ufffd" {
		t.Errorf("user %q, want the rest of it", got)
	}
}

func validAttributes(t *testing.T, of string, kvs []attribute.KeyValue) {
	t.Helper()
	for _, kv := range kvs {
		valid(t, of, string(kv.Key))
		valid(t, of+" "+string(kv.Key), strings.Join(append(kv.Value.AsStringSlice(), kv.Value.String(), fmt.Sprint(kv.Value.AsInterface())), " "))
	}
}

func valid(t *testing.T, of, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%q: %q is no UTF-8", of, text)
	}
}

// JSON in which a hook left bytes that are no UTF-8 is JSON to encoding/json.
func TestHooksMayLeaveWhatIsNoUTF8(t *testing.T) {
	for _, size := range []int{1, 1000} {
		rec := oteltest.New()
		inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithContentLimit(300), llmotel.WithUploadHook(func(_ context.Context, c *llmotel.Content) {
			c.InputMessages = []byte(`[{"role":"user","parts":[{"type":"text","content":"` + strings.Repeat("\xff", size) + `"}]}]`)
		}))
		if _, err := inst.Wrap(newCanned()).Generate(t.Context(), request()); err != nil {
			t.Fatal(err)
		}
		validAttributes(t, "span", onlySpan(t, rec).Attributes)
	}
}

// A call whose provider nobody named has one all the same.
func TestProviderNobodyNamed(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	_, span := instrument(t, rec, llmotel.WithSinks(sink)).Start(t.Context(), llmotel.Call{Model: "m"})
	span.End(llmotel.Result{}, nil)
	for _, kv := range rec.Spans()[0].Attributes {
		if kv.Key == "gen_ai.provider.name" && kv.Value.AsString() == "_OTHER" {
			return
		}
	}
	t.Errorf("%v", rec.Spans()[0].Attributes)
}
