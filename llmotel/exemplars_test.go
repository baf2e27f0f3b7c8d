package llmotel_test

import (
	"context"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// Each bucket of the times between chunks that a stream fills leads to its trace,
// though not every chunk is offered as an exemplar.
func TestChunkTimesLeadToTheTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := sdkmetric.NewManualReader()
		inst, err := llmotel.New(llmotel.WithTracerProvider(sdktrace.NewTracerProvider()), llmotel.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
		if err != nil {
			t.Fatal(err)
		}
		_, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "m", Stream: true})
		for n := range 40 {
			gap := 30 * time.Millisecond
			if n == 25 {
				gap = 3 * time.Second
			}
			time.Sleep(gap)
			span.Chunk(&providers.Chunk{Kind: providers.ChunkText, Text: "a"})
		}
		span.End(llmotel.Result{}, nil)
		var all metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		type point struct {
			Count     uint64
			Exemplars []float64
		}
		var got []point
		for _, m := range all.ScopeMetrics[0].Metrics {
			if m.Name != "gen_ai.client.inference.time_per_output_chunk" {
				continue
			}
			h, ok := m.Data.(metricdata.Histogram[float64])
			if !ok {
				t.Fatalf("%T", m.Data)
			}
			for _, p := range h.DataPoints {
				at := point{Count: p.Count}
				for _, e := range p.Exemplars {
					if len(e.TraceID) != 16 {
						t.Errorf("an exemplar without a trace: %+v", e)
					}
					at.Exemplars = append(at.Exemplars, e.Value)
				}
				got = append(got, at)
			}
		}
		if diff := cmp.Diff([]point{{39, []float64{0.03, 3}}}, got); diff != "" {
			t.Errorf("got other times (-want +got):\n%s", diff)
		}
	})
}

// A provider that yields nothing at all is wrong, but no reason to panic.
func TestStreamOfNothing(t *testing.T) {
	inst := instrument(t, oteltest.New())
	for range inst.Wrap(silent{}).Stream(t.Context(), &providers.Request{Model: "m"}) {
	}
}

type silent struct{ providers.Provider }

func (silent) Name() string { return "silent" }

func (silent) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) { yield(nil, nil) }
}
