package check_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/internal/conformance/check"
	"github.com/llmotel/sdk/internal/conformance/registry"
	"github.com/llmotel/sdk/internal/shareddata"
)

const schemaURL = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev"

// checkers are made once for each revision.
var checkers sync.Map

func checker(t *testing.T, dir string) *check.Checker {
	t.Helper()
	if c, ok := checkers.Load(dir); ok {
		return c.(*check.Checker)
	}
	data := os.DirFS(shareddata.Path(t, "semconv-genai"))
	reg, err := registry.Load(data, dir, "core-v1.44.0/model")
	if err != nil {
		t.Fatal(err)
	}
	c, err := check.New(reg, os.DirFS(shareddata.Path(t, "semconv-genai", dir, "gen-ai")))
	if err != nil {
		t.Fatal(err)
	}
	checkers.Store(dir, c)
	return c
}

// call is a call as telemetry tells of it. Tests change one thing of a correct
// one.
type call struct {
	schemaURL      string
	name           string
	kind           trace.SpanKind
	start, end     map[string]any // attributes of the span
	status         codes.Code
	description    string
	spanEvents     []string
	events         []event
	histograms     []histogram
	counters       []counter
	upDownCounters []counter
	took           time.Duration
}

type event struct {
	name       string
	severity   log.Severity
	orphan     bool
	attributes map[string]any
}

type histogram struct {
	name, unit string
	bounds     []float64
	ints       bool
	values     []float64
	attributes map[string]any
}

type counter struct {
	name, unit string
	value      int64
	attributes map[string]any
}

var (
	seconds = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	tokens  = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
)

// metricAttributes returns those of a correct point, and more.
func metricAttributes(more ...any) map[string]any {
	out := map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5.2",
		"gen_ai.response.model": "gpt-5.2", "server.address": "api.openai.com", "server.port": 443,
		"openai.response.service_tier": "default",
	}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

// correct returns a call that breaks no rule of the newest revision.
func correct() *call {
	return &call{
		schemaURL: schemaURL, name: "chat gpt-5.2", kind: trace.SpanKindClient,
		start: map[string]any{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5.2",
			"server.address": "api.openai.com", "server.port": 443,
		},
		end: map[string]any{
			"gen_ai.request.temperature": 0.5, "gen_ai.response.id": "r1", "gen_ai.response.model": "gpt-5.2",
			"gen_ai.response.finish_reasons": []string{"stop"}, "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20,
			"gen_ai.usage.cache_read.input_tokens": 60, "gen_ai.usage.reasoning.output_tokens": 5,
			"openai.api.type": "chat_completions", "openai.response.service_tier": "default", "llmotel.cost.amount": 0.1, "user.id": "u",
		},
		took: 2 * time.Second,
		histograms: []histogram{
			{"gen_ai.client.inference.duration", "s", seconds, false, []float64{2}, metricAttributes()},
			{"gen_ai.client.inference.operation.input_tokens", "{token}", tokens, true, []float64{100}, metricAttributes()},
		},
		counters: []counter{
			{"gen_ai.client.inference.usage.input_tokens", "{token}", 100, metricAttributes("gen_ai.token.modality", "unknown")},
			{"gen_ai.client.inference.usage.output_tokens", "{token}", 20, metricAttributes("gen_ai.token.modality", "unknown")},
			{"gen_ai.client.inference.usage.cache_read.input_tokens", "{token}", 60, metricAttributes("gen_ai.token.modality", "unknown")},
			{"gen_ai.client.inference.usage.reasoning.output_tokens", "{token}", 5, metricAttributes("gen_ai.token.modality", "unknown")},
			{"llmotel.client.cost", "{USD}", 1, metricAttributes("llmotel.reason", "x")},
		},
	}
}

// details adds the details event that belongs to the call.
func (c *call) details(more ...any) *event {
	e := event{name: "gen_ai.client.inference.operation.details", severity: log.SeverityDebug, attributes: map[string]any{}}
	for _, from := range []map[string]any{c.start, c.end} {
		for k, v := range from {
			if k != "llmotel.cost.amount" && k != "user.id" {
				e.attributes[k] = v
			}
		}
	}
	for i := 0; i < len(more); i += 2 {
		e.attributes[more[i].(string)] = more[i+1]
	}
	c.events = append(c.events, e)
	return &c.events[len(c.events)-1]
}

func keyValues(m map[string]any) []attribute.KeyValue {
	var out []attribute.KeyValue
	for k, v := range m {
		key := attribute.Key(k)
		switch v := v.(type) {
		case string:
			out = append(out, key.String(v))
		case int:
			out = append(out, key.Int(v))
		case float64:
			out = append(out, key.Float64(v))
		case bool:
			out = append(out, key.Bool(v))
		case []string:
			out = append(out, key.StringSlice(v))
		case attribute.Value:
			out = append(out, attribute.KeyValue{Key: key, Value: v})
		default:
			panic(v)
		}
	}
	return out
}

// emit writes the call and returns what was collected.
func (c *call) emit(t *testing.T) check.Telemetry {
	t.Helper()
	col := check.NewCollector()
	ctx, begun := t.Context(), time.Unix(1_800_000_000, 0)
	tracer := col.TracerProvider.Tracer("test", trace.WithSchemaURL(c.schemaURL))
	spanCtx, span := tracer.Start(ctx, c.name, trace.WithSpanKind(c.kind), trace.WithTimestamp(begun), trace.WithAttributes(keyValues(c.start)...))
	span.SetAttributes(keyValues(c.end)...)
	span.SetStatus(c.status, c.description)
	for _, e := range c.spanEvents {
		span.AddEvent(e)
	}
	logger := col.LoggerProvider.Logger("test", log.WithSchemaURL(c.schemaURL))
	for _, e := range c.events {
		var rec log.Record
		rec.SetEventName(e.name)
		rec.SetSeverity(e.severity)
		rec.AddAttributes(keyValues(e.attributes)...)
		at := spanCtx
		if e.orphan {
			at = context.WithoutCancel(ctx)
		}
		logger.Emit(at, rec)
	}
	span.End(trace.WithTimestamp(begun.Add(c.took)))
	c.measure(t, col)
	out, err := col.Telemetry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c *call) measure(t *testing.T, col *check.Collector) {
	t.Helper()
	ctx, meter := t.Context(), col.MeterProvider.Meter("test", metric.WithSchemaURL(c.schemaURL))
	for _, h := range c.histograms {
		with := metric.WithAttributes(keyValues(h.attributes)...)
		for _, v := range h.values {
			if h.ints {
				i, err := meter.Int64Histogram(h.name, metric.WithUnit(h.unit), metric.WithExplicitBucketBoundaries(h.bounds...))
				if err != nil {
					t.Fatal(err)
				}
				i.Record(ctx, int64(v), with)
				continue
			}
			f, err := meter.Float64Histogram(h.name, metric.WithUnit(h.unit), metric.WithExplicitBucketBoundaries(h.bounds...))
			if err != nil {
				t.Fatal(err)
			}
			f.Record(ctx, v, with)
		}
	}
	for _, n := range c.counters {
		i, err := meter.Int64Counter(n.name, metric.WithUnit(n.unit))
		if err != nil {
			t.Fatal(err)
		}
		i.Add(ctx, n.value, metric.WithAttributes(keyValues(n.attributes)...))
	}
	for _, n := range c.upDownCounters {
		i, err := meter.Int64UpDownCounter(n.name, metric.WithUnit(n.unit))
		if err != nil {
			t.Fatal(err)
		}
		i.Add(ctx, n.value, metric.WithAttributes(keyValues(n.attributes)...))
	}
}
