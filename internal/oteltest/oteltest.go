// Package oteltest collects the telemetry of a test in memory and writes it as
// text that is compared with golden files: spans with parents, attributes,
// events and status, then log records, then metric points. Run tests in a synctest bubble so that
// times are exact.
package oteltest

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Recorder collects spans, metrics and log records in memory.
type Recorder struct {
	TracerProvider *sdktrace.TracerProvider
	MeterProvider  *sdkmetric.MeterProvider
	LoggerProvider *sdklog.LoggerProvider
	spans          *tracetest.InMemoryExporter
	reader         *sdkmetric.ManualReader
	logs           *logs
}

// New returns an empty Recorder that samples everything.
func New(opts ...sdktrace.TracerProviderOption) *Recorder {
	r := &Recorder{spans: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader(), logs: &logs{}}
	r.TracerProvider = sdktrace.NewTracerProvider(append(opts, sdktrace.WithSyncer(r.spans))...)
	r.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader))
	r.LoggerProvider = sdklog.NewLoggerProvider(sdklog.WithProcessor(r.logs))
	return r
}

// Spans returns the finished spans in the order in which they ended.
func (r *Recorder) Spans() tracetest.SpanStubs { return r.spans.GetSpans() }

// Metrics returns the metrics by name.
func (r *Recorder) Metrics(tb testing.TB) map[string]metricdata.Metrics {
	tb.Helper()
	var rm metricdata.ResourceMetrics
	if err := r.reader.Collect(tb.Context(), &rm); err != nil {
		tb.Fatal(err)
	}
	out := map[string]metricdata.Metrics{}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			out[m.Name] = m
		}
	}
	return out
}

// Text returns everything that was collected, in an order that does not depend
// on chance.
func (r *Recorder) Text(tb testing.TB) string {
	tb.Helper()
	var b strings.Builder
	spans := r.Spans()
	var write func(parent trace.SpanID, indent string)
	write = func(parent trace.SpanID, indent string) {
		for i := range spans {
			if s := &spans[i]; s.Parent.SpanID() == parent {
				writeSpan(&b, s, indent)
				write(s.SpanContext.SpanID(), indent+"    ")
			}
		}
	}
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	write(trace.SpanID{}, "")
	for _, l := range r.Logs() {
		writeLog(&b, &l, spans)
	}
	metrics := r.Metrics(tb)
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		writeMetric(&b, metrics[name])
	}
	return b.String()
}

func writeSpan(b *strings.Builder, s *tracetest.SpanStub, indent string) {
	fmt.Fprintf(b, "%sspan %q %s %s", indent, s.Name, s.SpanKind, s.EndTime.Sub(s.StartTime))
	if s.Status.Code != 0 {
		fmt.Fprintf(b, " %s %q", s.Status.Code, s.Status.Description)
	}
	b.WriteByte('\n')
	for _, a := range attributes(s.Attributes) {
		fmt.Fprintf(b, "%s    %s\n", indent, a)
	}
	for _, e := range s.Events {
		fmt.Fprintf(b, "%s    event %s +%s %s\n", indent, e.Name, e.Time.Sub(s.StartTime), strings.Join(attributes(e.Attributes), " "))
	}
}

func writeLog(b *strings.Builder, r *sdklog.Record, spans tracetest.SpanStubs) {
	fmt.Fprintf(b, "log %s %s", r.EventName(), r.Severity())
	for i := range spans {
		if spans[i].SpanContext.SpanID() == r.SpanID() {
			fmt.Fprintf(b, " span %q", spans[i].Name)
		}
	}
	b.WriteByte('\n')
	var kvs []attribute.KeyValue
	r.WalkAttributes(func(kv attribute.KeyValue) bool {
		kvs = append(kvs, kv)
		return true
	})
	for _, a := range attributes(kvs) {
		fmt.Fprintf(b, "    %s\n", a)
	}
}

func attributes(kvs []attribute.KeyValue) []string {
	out := make([]string, len(kvs))
	for i, kv := range kvs {
		out[i] = fmt.Sprintf("%s=%s", kv.Key, kv.Value.String())
	}
	slices.Sort(out)
	return out
}

func writeMetric(b *strings.Builder, m metricdata.Metrics) {
	var lines []string
	add := func(set attribute.Set, value string) {
		lines = append(lines, fmt.Sprintf("    %s = %s\n", strings.Join(attributes(set.ToSlice()), " "), value))
	}
	switch d := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range d.DataPoints {
			add(p.Attributes, strconv.FormatInt(p.Value, 10))
		}
	case metricdata.Sum[float64]:
		for _, p := range d.DataPoints {
			add(p.Attributes, fmt.Sprintf("%.12g", p.Value))
		}
	case metricdata.Gauge[int64]:
		for _, p := range d.DataPoints {
			add(p.Attributes, strconv.FormatInt(p.Value, 10))
		}
	case metricdata.Gauge[float64]:
		for _, p := range d.DataPoints {
			add(p.Attributes, fmt.Sprintf("%.12g", p.Value))
		}
	case metricdata.Histogram[int64]:
		for _, p := range d.DataPoints {
			add(p.Attributes, fmt.Sprintf("count %d sum %d buckets %d", p.Count, p.Sum, len(p.Bounds)))
		}
	case metricdata.Histogram[float64]:
		for _, p := range d.DataPoints {
			add(p.Attributes, fmt.Sprintf("count %d sum %.6g buckets %d", p.Count, p.Sum, len(p.Bounds)))
		}
	default:
		add(attribute.Set{}, fmt.Sprintf("unexpected %T", d))
	}
	slices.Sort(lines)
	fmt.Fprintf(b, "metric %s %s\n%s", m.Name, m.Unit, strings.Join(lines, ""))
}

// Golden compares text with testdata/NAME.golden, or writes it with -update.
func Golden(tb testing.TB, name, text string) {
	tb.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatalf("%v (run the test with -update to write it)", err)
	}
	if string(want) != text {
		tb.Errorf("telemetry differs from %s (run the test with -update if that is meant)\n--- got\n%s--- want\n%s", path, text, want)
	}
}
