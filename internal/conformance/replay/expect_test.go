package replay_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// failure is what is expected of a call that failed.
type failure struct {
	kind   providers.Kind // error.type
	status int
	code   string
}

// failures are the recordings of errors.
var failures = map[string]failure{
	"otel-openai-v2-test_chat_completion_404/0":                              {providers.KindModelNotFound, 404, "model_not_found"},
	"otel-openai-v2-test_responses_create_api_error/0":                       {providers.KindModelNotFound, 400, "model_not_found"},
	"otel-vertexai-test_generate_content_invalid_temperature/0":              {providers.KindInvalidRequest, 400, "INVALID_ARGUMENT"},
	"pai-groq-test_tool_use_failed_error/0":                                  {providers.KindMalformed, 400, "tool_use_failed"},
	"pai-openrouter-test_openrouter_errors_raised/0":                         {providers.KindRateLimited, 429, "429"},
	"pai-openrouter-test_openrouter_errors_raised/1":                         {providers.KindRateLimited, 429, "429"},
	"pai-openrouter-test_openrouter_errors_raised/2":                         {providers.KindRateLimited, 429, "429"},
	"tl-openai-test_prompt_content_filtering/0":                              {providers.KindContentFiltered, 200, "content_filter"},
	"pai-google-test_google_model_armor_prompt_template_text_gets_blocked/1": {providers.KindContentFiltered, 200, "MODEL_ARMOR"},
}

// more is what recordings hold beyond what they were decoded for.
var more = map[string]map[string]any{
	// Counts in headers.
	"otel-botocore-test_invoke_model_with_content-cohere.command-r/0": {
		"gen_ai.usage.input_tokens": 5.0, "gen_ai.usage.output_tokens": 10.0, "gen_ai.request.top_p": 0.99, // p
	},
	"otel-botocore-test_invoke_model_with_content-mistral.mistral/0": {"gen_ai.usage.input_tokens": 6.0, "gen_ai.usage.output_tokens": 10.0},
	// Cohere counts billed and used tokens, and the conventions want the billed
	// ones. Cached tokens are among those used.
	"tl-cohere-test_cohere_v2_chat_legacy/0":             {"gen_ai.usage.input_tokens": 7.0, "gen_ai.usage.output_tokens": 88.0},
	"pai-cohere-test_request_usage_with_cached_tokens/0": {"gen_ai.usage.input_tokens": 2935.0, "gen_ai.usage.output_tokens": 2.0},
	// max_new_tokens.
	"otel-botocore-test_invoke_model_with_content-amazon.nova/0": {"gen_ai.request.max_tokens": 10.0},
	// The fingerprints of streams.
	"otel-openai-v2-test_chat_completion_multiple_choices_streaming/0":  {"openai.response.system_fingerprint": "fp_0ba0d124f1"},
	"otel-openai-v2-test_chat_completion_with_raw_response_streaming/0": {"openai.response.system_fingerprint": "fp_644f11dd4d"},
	"pai-openai-test_run_stream_sync_streams_real_model/0":              {"openai.response.system_fingerprint": "fp_d0469e1700"},
	"pai-openai-test_run_stream_sync_streams_real_model/1":              {"openai.response.system_fingerprint": "fp_d0469e1700"},
	// reasoning_effort, reasoning.effort.
	"pai-openai_responses-test_openai_responses_streaming_usage/0": {"gen_ai.request.reasoning.level": "low"},
	"tl-openai-test_chat_reasoning/0":                              {"gen_ai.request.reasoning.level": "low"},
	"tl-openai-test_chat_reasoning/1":                              {"gen_ai.request.reasoning.level": "low"},
	"tl-openai-test_chat_reasoning/2":                              {"gen_ai.request.reasoning.level": "low"},
}

// beyond is what a recording is known to hold besides what was decoded.
func beyond(r *recording) map[string]any {
	known := maps.Clone(more[r.name])
	if known == nil {
		known = map[string]any{}
	}
	if f, ok := failures[r.name]; ok {
		known["error.type"] = string(f.kind)
	}
	if r.streams() { // some formats ask for it in the path
		known["gen_ai.request.stream"] = true
	}
	return known
}

// sink keeps Records.
type sink struct {
	mu      sync.Mutex
	records []*llmotel.Record
}

// Record keeps r.
func (s *sink) Record(_ context.Context, r *llmotel.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, r)
}

// observed is what was recorded of a test's calls.
type observed struct {
	*oteltest.Recorder
	inst *llmotel.Instrumentation
	sink sink
}

func observe(t *testing.T, opts ...llmotel.Option) *observed {
	t.Helper()
	o := &observed{Recorder: oteltest.New()}
	inst, err := llmotel.New(append([]llmotel.Option{
		llmotel.WithTracerProvider(o.TracerProvider), llmotel.WithMeterProvider(o.MeterProvider),
		llmotel.WithLoggerProvider(o.LoggerProvider), llmotel.WithSinks(&o.sink),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	o.inst = inst
	return o
}

// attributesOf returns attributes with numbers as float64, as JSON has them.
func attributesOf(kvs []attribute.KeyValue) map[string]any {
	m := map[string]any{}
	for _, kv := range kvs {
		switch v := kv.Value.AsInterface().(type) {
		case int64:
			m[string(kv.Key)] = float64(v)
		case []string:
			list := make([]any, len(v))
			for i := range v {
				list[i] = v[i]
			}
			m[string(kv.Key)] = list
		default:
			m[string(kv.Key)] = v
		}
	}
	return m
}

// calling returns the finished spans of LLM calls, and not those of otelhttp.
func (o *observed) calling() tracetest.SpanStubs {
	return slices.DeleteFunc(o.Spans(), func(s tracetest.SpanStub) bool { return s.InstrumentationScope.Name == otelhttp.ScopeName })
}

// one returns the only span and the only Record.
func (o *observed) one(t *testing.T) (*tracetest.SpanStub, *llmotel.Record) {
	t.Helper()
	spans := o.calling()
	if len(spans) != 1 || len(o.sink.records) != 1 {
		t.Fatalf("%d spans, %d records, want one each", len(spans), len(o.sink.records))
	}
	return &spans[0], o.sink.records[0]
}

// tokens are the sums of the token counters, by the names that the counts have
// on spans.
func (o *observed) tokens(t *testing.T) map[string]float64 {
	t.Helper()
	sums := map[string]float64{}
	for name, m := range o.Metrics(t) {
		_, class, ok := strings.Cut(name, ".usage.")
		if !ok {
			continue
		}
		for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints { //nolint:forcetypeassert // another would be a defect
			sums["gen_ai.usage."+class] += float64(p.Value)
		}
	}
	return sums
}

// calls is how many calls the duration has counted.
func (o *observed) calls(t *testing.T) (n uint64) {
	t.Helper()
	for name, m := range o.Metrics(t) {
		if !strings.HasSuffix(name, ".duration") {
			continue
		}
		for _, p := range m.Data.(metricdata.Histogram[float64]).DataPoints { //nolint:forcetypeassert // another would be a defect
			n += p.Count
		}
	}
	return n
}

// classes are the counts that the recordings were decoded for.
var classes = []string{"input_tokens", "output_tokens", "cache_read.input_tokens", "cache_write.input_tokens", "reasoning.output_tokens"}

// checkModalities takes the parts of counts out of attributes
// (gen_ai.usage.audio.input_tokens): none may be more than the count.
func (r *recording) checkModalities(t *testing.T, attributes map[string]any) {
	t.Helper()
	for _, modality := range []string{"text", "audio", "image", "video", "document"} {
		for _, class := range classes {
			name := "gen_ai.usage." + modality + "." + class
			if part, ok := attributes[name].(float64); ok {
				if whole, _ := r.attributes["gen_ai.usage."+class].(float64); part > whole {
					t.Errorf("%s %v, of %v", name, part, whole)
				}
				delete(attributes, name)
			}
		}
	}
}

// decoded is what the recordings were decoded for: what is not expected of one
// of them is not in it.
func decoded(name string) bool {
	switch name {
	case "error.type", "server.address", "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.embeddings.dimension.count",
		"openai.request.service_tier", "openai.response.service_tier", "openai.response.system_fingerprint":
		return true
	}
	return strings.HasPrefix(name, "gen_ai.request.") || strings.HasPrefix(name, "gen_ai.response.") || strings.HasPrefix(name, "gen_ai.usage.")
}

// check compares what was recorded of the call with what is expected.
func (r *recording) check(t *testing.T, o *observed, name string) {
	t.Helper()
	span, rec := o.one(t)
	got := attributesOf(span.Attributes)
	if got["gen_ai.response.time_to_first_chunk"] != nil && rec.Chunks == 0 {
		t.Error("time to the first chunk without chunks")
	}
	r.checkAttributes(t, got)
	if span.Name != name || span.SpanKind != trace.SpanKindClient {
		t.Errorf("span %q, %v; want %q, client", span.Name, span.SpanKind, name)
	}
	f, failed := failures[r.name]
	if failed != (span.Status.Code == codes.Error) {
		t.Errorf("status %v", span.Status)
	}
	status, code := f.status, f.code
	if diff := cmp.Diff(failure{f.kind, status, code}, failure{rec.ErrorKind, rec.StatusCode, rec.ErrorCode}, cmp.AllowUnexported(failure{})); diff != "" {
		t.Errorf("error of the record (-want +got):\n%s", diff)
	}
	r.checkUsage(t, o, rec)
}

// checkAttributes compares a span's attributes with what is expected.
func (r *recording) checkAttributes(t *testing.T, got map[string]any) {
	t.Helper()
	r.checkModalities(t, got)
	if got["gen_ai.response.time_to_first_chunk"] != nil && !r.streams() {
		t.Error("time to the first chunk of an answer in one piece")
	}
	delete(got, "gen_ai.response.time_to_first_chunk")
	maps.DeleteFunc(got, func(name string, _ any) bool { return !decoded(name) })
	if diff := cmp.Diff(r.attributes, got); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

// checkUsage compares the counters and the Record with what is expected.
func (r *recording) checkUsage(t *testing.T, o *observed, rec *llmotel.Record) {
	t.Helper()
	recorded := map[string]float64{
		"gen_ai.usage.input_tokens": float64(rec.Usage.Input), "gen_ai.usage.output_tokens": float64(rec.Usage.Output),
		"gen_ai.usage.cache_read.input_tokens": float64(rec.Usage.CacheRead), "gen_ai.usage.cache_write.input_tokens": float64(rec.Usage.CacheWrite),
		"gen_ai.usage.reasoning.output_tokens": float64(rec.Usage.Reasoning),
	}
	maps.DeleteFunc(recorded, func(_ string, n float64) bool { return n == 0 })
	if diff := cmp.Diff(r.usage(), recorded); diff != "" {
		t.Errorf("usage of the record (-want +got):\n%s", diff)
	}
	r.checkTokens(t, o)
	if n := o.calls(t); n != 1 {
		t.Errorf("%d durations, want one", n)
	}
}

// checkTokens compares the counters with what is expected.
func (r *recording) checkTokens(t *testing.T, o *observed) {
	t.Helper()
	want := r.usage()
	if r.attributes["gen_ai.operation.name"] == llmotel.OperationEmbeddings { // the conventions have no counters for them
		want = map[string]float64{}
	}
	counted := o.tokens(t)
	maps.DeleteFunc(counted, func(_ string, n float64) bool { return n == 0 })
	if diff := cmp.Diff(want, counted); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
}

// usage is what was used, without what was not.
func (r *recording) usage() map[string]float64 {
	used := map[string]float64{}
	for name, v := range r.attributes {
		if n, ok := v.(float64); ok && n != 0 && strings.HasPrefix(name, "gen_ai.usage.") {
			used[name] = n
		}
	}
	return used
}
