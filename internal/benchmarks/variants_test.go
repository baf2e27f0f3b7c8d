package benchmarks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/benchmarks"
	"github.com/llmotel/sdk/internal/oteltest"
)

// What is compared has to do what is said of it.
func TestVariantsRecord(t *testing.T) {
	type seen struct {
		Spans, Attributes, Metrics int
		Input, Output              int64
	}
	for _, c := range []struct {
		name          string
		unary, stream seen
	}{
		{benchmarks.Bare, seen{}, seen{}},
		{benchmarks.Floor, seen{1, 12, 3, 180, 66}, seen{1, 12, 3, 180, 66}},
		{benchmarks.FloorTimes, seen{1, 12, 3, 180, 66}, seen{1, 12, 4, 180, 66}},
		{benchmarks.Middleware, seen{1, 22, 6, 180, 66}, seen{1, 24, 8, 180, 66}},
		{benchmarks.NoTimes, seen{1, 22, 6, 180, 66}, seen{1, 24, 7, 180, 66}},
		{benchmarks.Content, seen{1, 24, 6, 180, 66}, seen{1, 26, 7, 180, 66}},
		{"llmotel.Wrap", seen{1, 22, 6, 180, 66}, seen{1, 24, 7, 180, 66}},
	} {
		for kind, want := range map[string]seen{"unary": c.unary, "stream": c.stream} {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				rec := oteltest.New()
				call := caller(t, benchmarks.Providers{Tracers: rec.TracerProvider, Meters: rec.MeterProvider}, c.name, 200)
				var err error
				if kind == "unary" {
					err = call.Unary(t.Context())
				} else {
					err = benchmarks.ReadAll(t.Context(), call)
				}
				if err != nil {
					t.Fatal(err)
				}
				got := seen{Spans: len(rec.Spans()), Metrics: len(rec.Metrics(t))}
				for _, s := range rec.Spans() {
					set := attribute.NewSet(s.Attributes...)
					got.Attributes = set.Len()
					input, _ := set.Value("gen_ai.usage.input_tokens")
					output, _ := set.Value("gen_ai.usage.output_tokens")
					got.Input, got.Output = input.AsInt64(), output.AsInt64()
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("got other telemetry (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// The floor that records times of chunks is a fair base only if it records as many.
func TestFloorTimesAsManyChunks(t *testing.T) {
	for name, metric := range map[string]string{
		benchmarks.FloorTimes: "floor.chunk_times", benchmarks.Middleware: "gen_ai.client.inference.time_per_output_chunk",
	} {
		rec := oteltest.New()
		call := caller(t, benchmarks.Providers{Tracers: rec.TracerProvider, Meters: rec.MeterProvider}, name, 200)
		if err := benchmarks.ReadAll(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		data, ok := rec.Metrics(t)[metric].Data.(metricdata.Histogram[float64])
		if !ok || len(data.DataPoints) != 1 || data.DataPoints[0].Count != 199 {
			t.Errorf("%s: %s is %+v, want one series of 199 times", name, metric, data)
		}
	}
}

// A stream is 200 chunks, the end, usage and the terminator.
func TestCallsAreTheSame(t *testing.T) {
	for _, v := range benchmarks.Variants() {
		t.Run(v.Name, func(t *testing.T) {
			call := caller(t, benchmarks.Recording(), v.Name, 200)
			if call.Stop != nil {
				defer call.Stop()
			}
			if err := call.Unary(t.Context()); err != nil {
				t.Fatal(err)
			}
			s := call.Open(t.Context())
			chunks := 0
			for s.Next() {
				chunks++
			}
			if err := s.Err(); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if chunks < 202 {
				t.Errorf("got %d chunks, want 202 or more", chunks)
			}
			for _, stream := range []bool{false, true} {
				if call.Do == nil {
					continue
				}
				if err := benchmarks.Isolated(t.Context(), call, stream, make([]byte, 4<<10)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
