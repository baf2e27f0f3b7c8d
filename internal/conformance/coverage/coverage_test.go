package coverage_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/internal/conformance/check"
	"github.com/llmotel/sdk/internal/conformance/coverage"
	"github.com/llmotel/sdk/internal/conformance/registry"
)

const model = `
attributes:
  - {key: gen_ai.operation.name, type: string}
  - {key: gen_ai.a, type: int}
  - {key: gen_ai.v, type: "template[string]"}
  - {key: openai.x, type: string}
spans:
  - type: inference
    kind: client
    name: {note: "SHOULD be ` + "`{gen_ai.operation.name}`" + `"}
    attributes:
      - {ref: gen_ai.operation.name, requirement_level: required}
      - {ref: gen_ai.v, requirement_level: opt_in}
      - {ref: gen_ai.a, requirement_level: {recommended: if any}}
metrics:
  - {name: m, instrument: counter, unit: "1", attributes: [{ref: gen_ai.a}]}
events:
  - {name: e, attributes: [{ref: gen_ai.a}]}
span_refinements:
  - id: openai.inference
    ref: inference
    note: "` + "`gen_ai.provider.name` MUST be set to `\\\"openai\\\"`" + `"
    attributes: [{ref: openai.x, requirement_level: required}]
`

func table(t *testing.T, reasons ...coverage.Reason) *coverage.Table {
	t.Helper()
	data := fstest.MapFS{"m/manifest.yaml": {}, "m/gen-ai/x.yaml": {Data: []byte(model)}, "m/openai/x": {}, "m/aws-bedrock/x": {}, "core/x": {}}
	reg, err := registry.Load(data, "m", "core")
	if err != nil {
		t.Fatal(err)
	}
	return coverage.New([]coverage.Revision{{Name: "new", Registry: reg}}, reasons)
}

// A span that the revisions name differently has one section.
func TestRenamed(t *testing.T) {
	load := func(text string) *registry.Registry {
		data := fstest.MapFS{"m/manifest.yaml": {}, "m/gen-ai/x.yaml": {Data: []byte(text)}, "m/openai/x": {}, "m/aws-bedrock/x": {}, "core/x": {}}
		reg, err := registry.Load(data, "m", "core")
		if err != nil {
			t.Fatal(err)
		}
		return reg
	}
	older := strings.ReplaceAll(model, "inference\n", "old.inference\n")
	tab := coverage.New([]coverage.Revision{{Name: "new", Registry: load(model)}, {Name: "old", Registry: load(older)}}, nil)
	tab.See("old", "A", seen(t))
	got := tab.Markdown([]string{"A"})
	for _, want := range []string{"### span inference\n\nIn old it is `old.inference`.\n", "| `gen_ai.operation.name` | required | **no** | yes |\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "### span old.inference") {
		t.Error("the older name has a section of its own")
	}
}

func seen(t *testing.T) check.Telemetry {
	t.Helper()
	c, ctx := check.NewCollector(), t.Context()
	_, span := c.TracerProvider.Tracer("").Start(ctx, "chat", trace.WithSpanKind(trace.SpanKindClient))
	span.SetAttributes(attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.v.city", "Oslo"))
	span.End()
	n, err := c.MeterProvider.Meter("").Int64Counter("m")
	if err != nil {
		t.Fatal(err)
	}
	n.Add(ctx, 1, metric.WithAttributes(attribute.Int("gen_ai.a", 1)))
	var r log.Record
	r.SetEventName("e")
	c.LoggerProvider.Logger("").Emit(ctx, r)
	out, err := c.Telemetry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCheck(t *testing.T) {
	const a = "new: span inference gen_ai.a is declared and was not seen; emit it or state a reason"
	const x = "new: span inference openai.x is declared and was not seen; emit it or state a reason"
	const e = "new: event e gen_ai.a is declared and was not seen; emit it or state a reason"
	cases := []struct {
		name    string
		reasons []coverage.Reason
		want    []string
	}{
		{"no reasons", nil, []string{a, x, e}},
		{"one attribute", []coverage.Reason{{"span inference", "gen_ai.a", "why"}}, []string{x, e}},
		{"a whole signal", []coverage.Reason{{"event e", "", "why"}, {"span inference", "", "why"}}, nil},
		{
			"superfluous",
			[]coverage.Reason{
				{"event e", "", "why"},
				{"span inference", "gen_ai.a", "why"},
				{"span inference", "openai.x", "why"},
				{"metric m", "gen_ai.a", "it was seen"},
				{"span other", "", "there is none"},
			},
			[]string{"the reason for metric m gen_ai.a excuses nothing; remove it", "the reason for span other excuses nothing; remove it"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			table := table(t, c.reasons...)
			table.See("new", "by hand", seen(t))
			if diff := cmp.Diff(c.want, table.Check()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMarkdown(t *testing.T) {
	tab := table(t, coverage.Reason{Signal: "event e", Attribute: "gen_ai.a", Text: "why"})
	one := seen(t)
	tab.See("new", "A", one)
	one.Spans, one.Events = nil, nil
	tab.See("new", "B", one)
	got := tab.Markdown([]string{"A", "B"})
	for _, want := range []string{
		"| [span inference](#span-inference) | 4 | 2 |\n",
		"### span inference\n",
		"| `gen_ai.a` | recommended if | **no** |\n",
		"| `gen_ai.operation.name` | required | yes |\n",
		"| `gen_ai.v` | opt in | yes |\n",
		"| `openai.x` | required (openai) | **no** |\n",
		"### metric m\n\n| attribute | level | new |\n| --- | --- | --- |\n| `gen_ai.a` | recommended | yes |\n",
		"| `gen_ai.a` | recommended | no: why |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
