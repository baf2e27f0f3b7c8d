package check_test

import (
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/internal/conformance/check"
)

const (
	newest = "model"
	older  = "at-4a39b6ef/model"
)

func TestCorrect(t *testing.T) {
	stream := correct()
	stream.start["gen_ai.request.stream"] = true
	stream.end["gen_ai.response.time_to_first_chunk"] = 0.25
	stream.histograms = append(stream.histograms, histogram{"gen_ai.client.inference.time_to_first_chunk", "s", seconds, false, []float64{0.25}, withoutTier(metricAttributes())})

	failed := correct()
	failed.status, failed.description = codes.Error, "openai: rate limited"
	failed.end = map[string]any{"error.type": "rate_limited"}
	failed.histograms = []histogram{{"gen_ai.client.inference.duration", "s", seconds, false, []float64{2}, withoutTier(metricAttributes("error.type", "rate_limited"))}}
	failed.counters = nil
	failed.events = []event{{"gen_ai.client.operation.exception", log.SeverityWarn, false, map[string]any{"exception.type": "rate_limited"}}}

	content := correct()
	content.details("gen_ai.input.messages", messages(map[string]any{"type": "text", "content": "Hi"}))
	content.end["gen_ai.input.messages"] = `[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]`

	parent := &call{schemaURL: schemaURL, name: "llm.call", kind: trace.SpanKindInternal, start: map[string]any{"llmotel.attempts": 2}, spanEvents: []string{"llmotel.fallback"}}

	evaluation := correct()
	evaluation.events = []event{{"gen_ai.evaluation.result", log.SeverityInfo, true, map[string]any{"gen_ai.evaluation.name": "relevance", "gen_ai.response.id": "r1"}}}

	for _, c := range []struct {
		name string
		call *call
		opts check.Options
	}{
		{"unary", correct(), check.Options{}},
		{"stream", stream, check.Options{}},
		{"failed", failed, check.Options{}},
		{"content", content, check.Options{Content: true}},
		{"parent", parent, check.Options{}},
		{"evaluation", evaluation, check.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range checker(t, newest).Check(c.call.emit(t), c.opts) {
				t.Error(f)
			}
		})
	}
}

func withoutTier(m map[string]any) map[string]any {
	delete(m, "openai.response.service_tier")
	return m
}

// messages is one message with one part, structured.
func messages(part map[string]any) attribute.Value {
	return attribute.SliceValue(attribute.MapValue(
		attribute.String("role", "user"),
		attribute.KeyValue{Key: "parts", Value: attribute.SliceValue(attribute.MapValue(keyValues(part)...))},
	))
}

// Every rule finds what breaks it. The same call unspoilt passes: TestCorrect.
func TestFound(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(*call)
		want  check.ID
		where string
	}{
		{"unknown attribute", func(c *call) { c.end["gen_ai.invented"] = "x" }, check.MissingAttribute, "span chat gpt-5.2: gen_ai.invented"},
		{"attribute of nobody", func(c *call) { c.end["made.up"] = "x" }, check.MissingAttribute, "span chat gpt-5.2: made.up"},
		{"attribute of another span", func(c *call) { c.end["gen_ai.embeddings.dimension.count"] = 3 }, check.Undeclared, "gen_ai.embeddings.dimension.count"},
		{"attribute of another provider", func(c *call) { c.end["aws.bedrock.guardrail.id"] = "g" }, check.Undeclared, "aws.bedrock.guardrail.id"},
		{"attribute of the older revision", func(c *call) { c.end["gen_ai.usage.cache_creation.input_tokens"] = 1 }, check.MissingAttribute, "cache_creation"},
		{"required absent", func(c *call) { delete(c.start, "gen_ai.provider.name") }, check.RequiredAbsent, "gen_ai.provider.name"},
		{"required by a refinement", func(c *call) { delete(c.start, "gen_ai.request.model"); c.name = "chat" }, check.RequiredAbsent, "gen_ai.request.model"},
		{"recommended absent", func(c *call) { delete(c.end, "gen_ai.response.id") }, check.RecommendedAbsent, "gen_ai.response.id"},
		{"recommended by a refinement", func(c *call) { delete(c.end, "openai.api.type") }, check.RecommendedAbsent, "openai.api.type"},
		{"int for double", func(c *call) { c.end["gen_ai.request.temperature"] = 1 }, check.TypeMismatch, "gen_ai.request.temperature"},
		{"string for string[]", func(c *call) { c.end["gen_ai.response.finish_reasons"] = "stop" }, check.TypeMismatch, "gen_ai.response.finish_reasons"},
		{"double for int", func(c *call) { c.end["gen_ai.request.max_tokens"] = 1.5 }, check.TypeMismatch, "gen_ai.request.max_tokens"},
		{"type of a core attribute", func(c *call) { c.end["user.id"] = 7 }, check.TypeMismatch, "user.id"},
		{"unknown variant", func(c *call) { c.end["gen_ai.output.type"] = "video" }, check.UndefinedVariant, "gen_ai.output.type"},
		{"empty value", func(c *call) { c.end["gen_ai.conversation.id"] = "" }, check.ValueRule, "gen_ai.conversation.id"},
		{"stream false", func(c *call) { c.start["gen_ai.request.stream"] = false }, check.ValueRule, "gen_ai.request.stream"},
		{"compacted false", func(c *call) { c.end["gen_ai.conversation.compacted"] = false }, check.ValueRule, "gen_ai.conversation.compacted"},
		{"one choice", func(c *call) { c.end["gen_ai.request.choice.count"] = 1 }, check.ValueRule, "gen_ai.request.choice.count"},
		{"address without port", func(c *call) { delete(c.start, "server.port") }, check.RequiredAbsent, "server.port"},
		{"port without address", func(c *call) {
			delete(c.start, "server.address")
			c.start["gen_ai.provider.name"] = "openai"
		}, check.ValueRule, "server.port"},
		{"prompt version alone", func(c *call) { c.end["gen_ai.prompt.version"] = "1" }, check.ValueRule, "gen_ai.prompt.version"},
		{"first chunk of no stream", func(c *call) { c.end["gen_ai.response.time_to_first_chunk"] = 0.1 }, check.ValueRule, "time_to_first_chunk"},
		{"negative tokens", func(c *call) { c.end["gen_ai.usage.audio.input_tokens"] = -1 }, check.ValueRule, "gen_ai.usage.audio.input_tokens"},
		{"cache beside input", func(c *call) { c.end["gen_ai.usage.cache_write.input_tokens"] = 41 }, check.TokenSubset, "gen_ai.usage.input_tokens"},
		{"modalities above the total", func(c *call) { c.end["gen_ai.usage.text.output_tokens"] = 21 }, check.TokenSubset, "gen_ai.usage.output_tokens"},
		{"unknown operation", func(c *call) { c.start["gen_ai.operation.name"] = "guess" }, check.UnknownOperation, "span chat gpt-5.2"},
		{"GenAI attribute without operation", func(c *call) { delete(c.start, "gen_ai.operation.name") }, check.RequiredAbsent, "gen_ai.operation.name"},
		{"name", func(c *call) { c.name = "chat" }, check.SpanName, "span chat"},
		{"kind", func(c *call) { c.kind = trace.SpanKindInternal }, check.SpanKind, "span chat gpt-5.2"},
		{"status OK", func(c *call) { c.status = codes.Ok }, check.StatusOK, "span chat gpt-5.2"},
		{"error without type", func(c *call) { c.status = codes.Error }, check.ErrorTypeAbsent, "span chat gpt-5.2"},
		{"type without error", func(c *call) { c.end["error.type"] = "timeout" }, check.ErrorStatusAbsent, "span chat gpt-5.2"},
		{"description repeats the type", func(c *call) {
			c.status, c.description = codes.Error, "timeout"
			c.end["error.type"] = "timeout"
		}, check.StatusDescription, "span chat gpt-5.2"},
		{"late for samplers", func(c *call) {
			c.end["gen_ai.request.model"] = c.start["gen_ai.request.model"]
			delete(c.start, "gen_ai.request.model")
		}, check.LateAttribute, "gen_ai.request.model"},
		{"span event of the conventions' past", func(c *call) { c.spanEvents = []string{"gen_ai.user.message"} }, check.MissingEvent, "event gen_ai.user.message"},
		{"content uninvited", func(c *call) { c.end["gen_ai.input.messages"] = "[]" }, check.ContentUninvited, "gen_ai.input.messages"},
		{"prompt variable uninvited", func(c *call) { c.end["gen_ai.prompt.variable.city"] = "Oslo" }, check.ContentUninvited, "gen_ai.prompt.variable.city"},
		{"schema URL", func(c *call) { c.schemaURL = "https://example.com" }, check.SchemaURL, "span chat gpt-5.2"},

		{"unknown metric", func(c *call) { c.counters[0].name = "gen_ai.invented" }, check.MissingMetric, "metric gen_ai.invented"},
		{"metric of the older revision", func(c *call) { c.histograms[1].name = "gen_ai.client.token.usage" }, check.MissingMetric, "gen_ai.client.token.usage"},
		{"unit", func(c *call) { c.histograms[0].unit = "ms" }, check.UnitMismatch, "gen_ai.client.inference.duration"},
		{"instrument", func(c *call) { c.upDownCounters, c.counters = c.counters[:1], c.counters[1:] }, check.InstrumentWrong, "usage.input_tokens"},
		{"number", func(c *call) { c.histograms[1].ints = false }, check.InstrumentWrong, "operation.input_tokens"},
		{"buckets", func(c *call) { c.histograms[0].bounds = []float64{1, 2} }, check.Buckets, "gen_ai.client.inference.duration"},
		{"required on a metric", func(c *call) { delete(c.counters[0].attributes, "gen_ai.token.modality") }, check.RequiredAbsent, "gen_ai.token.modality"},
		{"undeclared on a metric", func(c *call) { c.counters[0].attributes["gen_ai.response.id"] = "r" }, check.Undeclared, "gen_ai.response.id"},
		{"unknown on a metric", func(c *call) { c.counters[0].attributes["gen_ai.invented"] = "r" }, check.MissingAttribute, "gen_ai.invented"},
		{"unknown on a metric of our own", func(c *call) { c.counters[4].attributes["gen_ai.invented"] = "r" }, check.MissingAttribute, "llmotel.client.cost: gen_ai.invented"},
		{"variant on a metric", func(c *call) { c.counters[0].attributes["gen_ai.token.modality"] = "smell" }, check.UndefinedVariant, "gen_ai.token.modality"},
		{"recommended on a metric", func(c *call) { delete(c.histograms[0].attributes, "gen_ai.response.model") }, check.RecommendedAbsent, "gen_ai.response.model"},
		{"general duration of an inference", func(c *call) {
			h := c.histograms[0]
			h.name, h.values = "gen_ai.client.operation.duration", []float64{0}
			c.histograms = append(c.histograms, h)
		}, check.MetricPlace, "gen_ai.client.operation.duration"},
		{"inference duration of embeddings", func(c *call) {
			c.histograms[1].attributes["gen_ai.operation.name"] = "embeddings"
			delete(c.histograms[1].attributes, "openai.response.service_tier")
		}, check.MetricPlace, "operation.input_tokens"},
		{"duration of another call", func(c *call) { c.histograms[0].values = []float64{1} }, check.SpanMetric, "gen_ai.client.inference.duration"},
		{"no duration", func(c *call) { c.histograms, c.took = c.histograms[1:], 0 }, check.SpanMetric, "gen_ai.client.inference.duration"},
		{"error only on the metric", func(c *call) { c.histograms[0].attributes["error.type"] = "timeout" }, check.SpanMetric, "gen_ai.client.inference.duration"},
		{"tokens that differ", func(c *call) { c.counters[0].value = 99 }, check.SpanMetric, "usage.input_tokens"},
		{"first chunk without stream", func(c *call) {
			c.histograms = append(c.histograms, histogram{"gen_ai.client.inference.time_to_first_chunk", "s", seconds, false, []float64{1}, withoutTier(metricAttributes())})
		}, check.SpanMetric, "time_to_first_chunk"},

		{"unknown event", func(c *call) { c.events = []event{{name: "gen_ai.choice"}} }, check.MissingEvent, "event gen_ai.choice"},
		{"severity", func(c *call) { c.details().severity = log.SeverityInfo }, check.Severity, "operation.details"},
		{"details that differ", func(c *call) { c.details("gen_ai.response.id", "r2") }, check.SpanMetric, "operation.details: gen_ai.response.id"},
		{"details without span", func(c *call) { c.details().orphan = true }, check.EventParent, "operation.details"},
		{"unknown on an event", func(c *call) { c.details("gen_ai.invented", "x") }, check.MissingAttribute, "operation.details: gen_ai.invented"},
		{"exception without anything", func(c *call) {
			c.events = []event{{name: "gen_ai.client.operation.exception", severity: log.SeverityWarn}}
		}, check.RequiredAbsent, "exception.type"},
		{"evaluation of nothing", func(c *call) {
			c.events = []event{{"gen_ai.evaluation.result", log.SeverityInfo, true, map[string]any{"gen_ai.evaluation.name": "x"}}}
		}, check.EventParent, "gen_ai.evaluation.result"},
		{"evaluation without name", func(c *call) {
			c.events = []event{{"gen_ai.evaluation.result", log.SeverityInfo, false, map[string]any{"gen_ai.evaluation.score.value": 0.5}}}
		}, check.RequiredAbsent, "gen_ai.evaluation.name"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bad := correct()
			c.spoil(bad)
			found := checker(t, newest).Check(bad.emit(t), check.Options{})
			if !has(found, c.want, c.where) {
				t.Errorf("not found; found %v", found)
			}
		})
	}
}

func has(found []check.Finding, id check.ID, where string) bool {
	for _, f := range found {
		if f.ID == id && strings.Contains(f.Context, where) {
			return true
		}
	}
	return false
}

func TestContent(t *testing.T) {
	text := map[string]any{"type": "text", "content": "Hi"}
	cases := []struct {
		name, key string
		value     any
		bad       bool
	}{
		{"text", "gen_ai.input.messages", `[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]`, false},
		{"structured", "gen_ai.input.messages", messages(text), false},
		{"text without content", "gen_ai.input.messages", `[{"role":"user","parts":[{"type":"text","text":"Hi"}]}]`, true},
		{"structured text without content", "gen_ai.input.messages", messages(map[string]any{"type": "text"}), true},
		{"a part of another kind", "gen_ai.input.messages", `[{"role":"user","parts":[{"type":"dance","steps":3}]}]`, false},
		{"no role", "gen_ai.input.messages", `[{"parts":[]}]`, true},
		{"not an array", "gen_ai.input.messages", `{"role":"user","parts":[]}`, true},
		{"cut JSON", "gen_ai.input.messages", `[{"role":"us`, true},
		{"tool call without name", "gen_ai.output.messages", `[{"role":"assistant","parts":[{"type":"tool_call","id":"1"}],"finish_reason":"stop"}]`, true},
		{"tool call", "gen_ai.output.messages", `[{"role":"assistant","parts":[{"type":"tool_call","id":"1","name":"f","arguments":{"a":1}}],"finish_reason":"tool_call"}]`, false},
		{"instructions", "gen_ai.system_instructions", `[{"type":"text","content":"Be kind."}]`, false},
		{"instructions as a string", "gen_ai.system_instructions", `"Be kind."`, true},
		{"tool without name", "gen_ai.tool.definitions", `[{"type":"function"}]`, true},
		{"tool", "gen_ai.tool.definitions", `[{"type":"function","name":"f","parameters":{"type":"object"}}]`, false},
		{"parameters that are no schema", "gen_ai.tool.definitions", `[{"type":"function","name":"f","parameters":{"type":"nonsense"}}]`, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x := correct()
			x.end[c.key] = c.value
			found := checker(t, newest).Check(x.emit(t), check.Options{Content: true})
			if got := has(found, check.ContentInvalid, c.key); got != c.bad || len(found) > 1 {
				t.Errorf("found %v, want a finding: %v", found, c.bad)
			}
		})
	}
	t.Run("a string on an event", func(t *testing.T) {
		x := correct()
		x.details("gen_ai.input.messages", `[{"role":"user","parts":[]}]`)
		if found := checker(t, newest).Check(x.emit(t), check.Options{Content: true}); !has(found, check.ContentFlat, "gen_ai.input.messages") {
			t.Errorf("found %v", found)
		}
	})
}

// The finish reason of an output message was required before it became
// deprecated.
func TestOlderRevision(t *testing.T) {
	base := func() *call {
		c := correct()
		c.end["gen_ai.usage.cache_creation.input_tokens"] = 3
		c.counters, c.histograms = nil, []histogram{
			{"gen_ai.client.operation.duration", "s", seconds, false, []float64{2}, metricAttributes()},
			{"gen_ai.client.token.usage", "{token}", tokens, true, []float64{100}, metricAttributes("gen_ai.token.type", "input")},
		}
		return c
	}
	if found := checker(t, older).Check(base().emit(t), check.Options{}); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	for name, c := range map[string]struct {
		spoil func(*call)
		want  check.ID
		where string
	}{
		"an attribute of the newest": {func(c *call) { c.end["gen_ai.usage.cache_write.input_tokens"] = 3 }, check.MissingAttribute, "cache_write"},
		"a modality":                 {func(c *call) { c.end["gen_ai.usage.text.input_tokens"] = 3 }, check.MissingAttribute, "text.input_tokens"},
		"a metric of the newest":     {func(c *call) { c.histograms[0].name = "gen_ai.client.inference.duration" }, check.MissingMetric, "inference.duration"},
		"no token type":              {func(c *call) { delete(c.histograms[1].attributes, "gen_ai.token.type") }, check.RequiredAbsent, "gen_ai.token.type"},
		"a token type that is none":  {func(c *call) { c.histograms[1].attributes["gen_ai.token.type"] = "total" }, check.UndefinedVariant, "gen_ai.token.type"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := base()
			c.spoil(bad)
			if found := checker(t, older).Check(bad.emit(t), check.Options{}); !has(found, c.want, c.where) {
				t.Errorf("not found; found %v", found)
			}
		})
	}
	t.Run("output without finish reason", func(t *testing.T) {
		bad := base()
		bad.end["gen_ai.output.messages"] = `[{"role":"assistant","parts":[]}]`
		if found := checker(t, older).Check(bad.emit(t), check.Options{Content: true}); !has(found, check.ContentInvalid, "gen_ai.output.messages") {
			t.Errorf("not found; found %v", found)
		}
	})
}

// Durations of several spans are compared by their sum.
func TestDurationTolerance(t *testing.T) {
	near := correct()
	near.took += 400 * time.Millisecond
	if found := checker(t, newest).Check(near.emit(t), check.Options{}); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// What a vendor does not tell is not expected.
func TestUntold(t *testing.T) {
	c := correct()
	delete(c.end, "gen_ai.response.id")
	if found := checker(t, newest).Check(c.emit(t), check.Options{Untold: []string{"gen_ai.response.id"}}); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
