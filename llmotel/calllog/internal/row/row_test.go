package row_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/internal/row"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestColumns(t *testing.T) {
	usage := providers.Usage{Completeness: providers.UsageReported}
	usage.Set(providers.ClassInput, 10)
	usage.Set(providers.ClassOutput, 20)
	usage.Set(providers.ClassCacheRead, 3)
	usage.Set(providers.ClassCacheWrite, 4)
	usage.Set(providers.ClassReasoning, 5)
	r := &llmotel.Record{
		CallID: "id", TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, Operation: "chat", Stream: true,
		Start: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC), Duration: 1500 * time.Millisecond, TimeToFirstChunk: 20 * time.Millisecond,
		Provider: "openai", RequestModel: "gpt-5.2", ResponseModel: "gpt-5.2-x", Target: "first", ServiceTier: "flex",
		ErrorKind: "timeout", StatusCode: 504, Usage: usage, Attempts: 2, Visits: make([]llmotel.Visit, 3),
		Cost: pricing.Cost{Priced: true, Amount: 1_230_000_000, Currency: "USD", PriceID: "p"},
		Attribution: llmotel.Attribution{
			Feature: "f", FeatureVersion: "f1", Prompt: "q", PromptVersion: "q1", Experiment: "e", Variant: "v",
			Conversation: "c", User: "u", Session: "z", Tenant: "n",
		},
	}
	item := calllog.Item{Record: r, Weight: 4}
	got, err := row.New().Make(item)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"started": time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC), "call_id": "id", "weight": 4.0,
		"trace_id": "01000000000000000000000000000000", "span_id": "0200000000000000",
		"operation": "chat", "stream": true, "provider": "openai", "model": "gpt-5.2", "response_model": "gpt-5.2-x", "target": "first", "service_tier": "flex",
		"latency_ms": 1500.0, "ttfc_ms": 20.0, "success": false, "abandoned": false, "error_kind": "timeout", "status_code": int64(504),
		"usage": "reported", "input_tokens": int64(10), "output_tokens": int64(20), "cache_read_tokens": int64(3), "cache_write_tokens": int64(4), "reasoning_tokens": int64(5),
		"cost_usd": 0.00123, "unpriced": false, "price_id": "p", "attempts": int64(2), "targets": int64(3),
		"feature": "f", "feature_version": "f1", "prompt": "q", "prompt_version": "q1", "experiment": "e", "variant": "v",
		"conversation_id": "c", "user_id": "u", "session_id": "z", "tenant": "n",
		"record": string(item.AppendJSON(nil)),
	}
	if len(got) != len(row.Columns) || len(want) != len(row.Columns) {
		t.Fatalf("%d values, want %d", len(got), len(row.Columns))
	}
	for i, name := range row.Columns {
		if !reflect.DeepEqual(got[i], want[name]) {
			t.Errorf("%s is %v (%T), want %v", name, got[i], got[i], want[name])
		}
	}
}

func TestWhatIsNotKnownIsNull(t *testing.T) {
	got, err := row.New().Make(calllog.Item{Record: &llmotel.Record{}, Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	nulls := map[string]bool{}
	for i, name := range row.Columns {
		if got[i] == nil {
			nulls[name] = true
		}
	}
	for _, name := range []string{"trace_id", "input_tokens", "cost_usd", "ttfc_ms", "status_code", "feature", "error_kind", "user_id"} {
		if !nulls[name] {
			t.Errorf("%s is not null", name)
		}
	}
}

func TestNulCharactersAreReplaced(t *testing.T) {
	r := &llmotel.Record{Provider: "a\x00b", RequestModel: `c\u0000d\`, ErrorMessage: "\\\x00"}
	got, err := row.New().Make(calllog.Item{Record: r, Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	var e calllog.Entry
	if err := json.Unmarshal([]byte(got[len(got)-1].(string)), &e); err != nil {
		t.Fatal(err)
	}
	if e.Provider != "a\ufffdb" || e.Model != `c\u0000d\` || e.ErrorMessage != "\\\ufffd" {
		t.Errorf("%q %q %q", e.Provider, e.Model, e.ErrorMessage)
	}
}
