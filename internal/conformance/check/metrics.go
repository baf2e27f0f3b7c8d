package check

import (
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// point is one point of a metric.
type point struct {
	values
	count  uint64  // of a histogram
	sum    float64 // of a histogram, or the value
	bounds []float64
}

// series is the data of a metric in one form.
type series struct {
	instrument, value string
	points            []point
}

func seriesOf(m metricdata.Metrics) series {
	switch d := m.Data.(type) {
	case metricdata.Sum[int64]:
		return series{sumKind(d.IsMonotonic), "int", sums(d.DataPoints)}
	case metricdata.Sum[float64]:
		return series{sumKind(d.IsMonotonic), "double", sums(d.DataPoints)}
	case metricdata.Gauge[int64]:
		return series{"gauge", "int", sums(d.DataPoints)}
	case metricdata.Gauge[float64]:
		return series{"gauge", "double", sums(d.DataPoints)}
	case metricdata.Histogram[int64]:
		return series{"histogram", "int", distributions(d.DataPoints)}
	case metricdata.Histogram[float64]:
		return series{"histogram", "double", distributions(d.DataPoints)}
	}
	return series{instrument: fmt.Sprintf("%T", m.Data)}
}

func sumKind(monotonic bool) string {
	if monotonic {
		return "counter"
	}
	return "updowncounter"
}

func sums[N int64 | float64](points []metricdata.DataPoint[N]) (out []point) {
	for _, p := range points {
		out = append(out, point{values: valuesOf(p.Attributes.ToSlice()), sum: float64(p.Value)})
	}
	return out
}

func distributions[N int64 | float64](points []metricdata.HistogramDataPoint[N]) (out []point) {
	for _, p := range points {
		out = append(out, point{values: valuesOf(p.Attributes.ToSlice()), count: p.Count, sum: float64(p.Sum), bounds: p.Bounds})
	}
	return out
}

func (r *run) metric(m metricdata.Metrics) {
	context, s := "metric "+m.Name, seriesOf(m)
	def := r.reg.Metrics[m.Name]
	if def == nil {
		if !strings.HasPrefix(m.Name, ownPrefix) {
			r.found.add(MissingMetric, context, "is not in the registry")
		}
		for _, p := range s.points {
			r.ownPoint(context, p.values)
		}
		return
	}
	if m.Unit != def.Unit {
		r.found.add(UnitMismatch, context, "%q, want %q", m.Unit, def.Unit)
	}
	if s.instrument != def.Instrument || def.Value != "" && s.value != def.Value {
		r.found.add(InstrumentWrong, context, "%s of %s, want %s of %s", s.instrument, s.value, def.Instrument, def.Value)
	}
	for _, p := range s.points {
		if want, ok := buckets[m.Name]; !slices.Equal(p.bounds, want) || !ok && def.Instrument == "histogram" {
			r.found.add(Buckets, context, "%v, want %v", p.bounds, want)
		}
		uses := def.Uses(p.text(providerKey))
		r.attributes(context, p.values, uses, false)
		r.expected(context, p.values, uses)
		r.place(context, m.Name, p)
	}
}

// ownPoint checks a point of a metric that is not of the conventions: it may
// have their attributes.
func (r *run) ownPoint(context string, v values) {
	for key, value := range v {
		if known := r.reg.Find(key); known != nil {
			r.value(context+": "+key, known, value, false)
		} else if !strings.HasPrefix(key, ownPrefix) {
			r.found.add(MissingAttribute, context+": "+key, "is not in the registry")
		}
	}
}

// place finds points of operations that have a metric of their own. Source:
// metrics.yaml, note of gen_ai.client.operation.duration.
func (r *run) place(context, name string, p point) {
	_, split := r.reg.Metrics["gen_ai.client.inference.duration"]
	inference := slices.Contains(r.reg.Inference().Operations, p.text(operationKey))
	switch {
	case split && name == "gen_ai.client.operation.duration" && inference:
		r.found.add(MetricPlace, context, "reported for the inference operation %s", p.text(operationKey))
	case strings.HasPrefix(name, "gen_ai.client.inference.") && !inference:
		r.found.add(MetricPlace, context, "reported for %q, which is no inference operation", p.text(operationKey))
	}
}

// durations pairs the types of spans with the metrics that have the same value.
// Source: the notes of the metrics in metrics.yaml.
var durations = []struct{ operation, kind, metric, older string }{
	{"chat", "client", "gen_ai.client.inference.duration", "gen_ai.client.operation.duration"},
	{"embeddings", "client", "gen_ai.client.operation.duration", "gen_ai.client.operation.duration"},
	{"retrieval", "client", "gen_ai.client.operation.duration", "gen_ai.client.operation.duration"},
	{"execute_tool", "internal", "gen_ai.execute_tool.duration", "gen_ai.execute_tool.duration"},
	{"invoke_agent", "internal", "gen_ai.invoke_agent.duration", "gen_ai.invoke_agent.duration"},
	{"invoke_workflow", "internal", "gen_ai.invoke_workflow.duration", "gen_ai.invoke_workflow.duration"},
}

// slack is how much the durations of a span and of its metric may differ, which
// are taken one after the other, on a busy machine.
const slack = 0.5

// compare checks that spans and metrics tell the same.
func (r *run) compare() {
	for _, d := range durations {
		def, name := r.reg.SpanFor(d.operation, d.kind), d.metric
		if r.reg.Metrics[name] == nil {
			name = d.older
		}
		want, took := map[string]uint64{}, 0.0
		for _, s := range r.telemetry.Spans {
			v := valuesOf(s.Attributes())
			if op := v.text(operationKey); op != "" && r.reg.SpanFor(op, s.SpanKind().String()) == def {
				want[v.text(errorTypeKey)]++
				took += s.EndTime().Sub(s.StartTime()).Seconds()
			}
		}
		got, total := map[string]uint64{}, 0.0
		for _, p := range r.points(name) {
			if op := p.text(operationKey); op == "" || r.reg.SpanFor(op, d.kind) == def {
				got[p.text(errorTypeKey)] += p.count
				total += p.sum
			}
		}
		for errorType, n := range want {
			if got[errorType] != n {
				r.found.add(SpanMetric, "metric "+name, "%d points with error.type %q for %d spans of %s", got[errorType], errorType, n, def.Type)
			}
		}
		if max(took-total, total-took) > slack*float64(max(1, len(want))) {
			r.found.add(SpanMetric, "metric "+name, "%.3f s for spans of %.3f s", total, took)
		}
	}
	r.compareStreams()
	r.compareTokens()
}

func (r *run) compareStreams() {
	name := "gen_ai.client.inference.time_to_first_chunk"
	if r.reg.Metrics[name] == nil {
		name = "gen_ai.client.operation.time_to_first_chunk"
	}
	var want, got uint64
	for _, v := range r.spansOf(r.reg.Inference()) {
		if v.has("gen_ai.response.time_to_first_chunk") {
			want++
		}
	}
	for _, p := range r.points(name) {
		got += p.count
	}
	if want != got {
		r.found.add(SpanMetric, "metric "+name, "%d points for %d streams that had a chunk", got, want)
	}
}

// counted are the classes of tokens that have a counter, whose sum is that of
// the spans' attribute.
var counted = []string{"input_tokens", "output_tokens", "cache_read.input_tokens", "cache_write.input_tokens", "reasoning.output_tokens"}

func (r *run) compareTokens() {
	spans := r.spansOf(r.reg.Inference())
	for _, class := range counted {
		name, key := "gen_ai.client.inference.usage."+class, "gen_ai.usage."+class
		if r.reg.Metrics[name] == nil {
			continue
		}
		var got float64
		for _, p := range r.points(name) {
			got += p.sum
		}
		if want := sum(spans, key); int64(got) != want {
			r.found.add(SpanMetric, "metric "+name, "%v tokens where spans have %d", got, want)
		}
	}
	for _, p := range r.points("gen_ai.client.token.usage") {
		if t, ok := p.values["gen_ai.token.type"]; ok && t.Type() == attribute.STRING && p.count == 0 {
			r.found.add(SpanMetric, "metric gen_ai.client.token.usage", "a point of type %s counts nothing", t.AsString())
		}
	}
}

func (r *run) points(name string) (out []point) {
	for _, scope := range r.telemetry.Metrics {
		for _, m := range scope.Metrics {
			if m.Name == name {
				out = append(out, seriesOf(m).points...)
			}
		}
	}
	return out
}
