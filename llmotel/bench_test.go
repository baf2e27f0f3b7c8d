package llmotel_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// canned answers at once with the same response and a stream of 200 chunks.
type canned struct {
	resp   *providers.Response
	chunks []*providers.Chunk
}

func newCanned() *canned {
	usage := providers.Usage{Completeness: providers.UsageReported}
	usage.Set(providers.ClassInput, 1200)
	usage.Set(providers.ClassOutput, 200)
	usage.Set(providers.ClassCacheRead, 1000)
	c := &canned{resp: &providers.Response{
		ID: "chatcmpl-1", Model: "gpt-5.2-2025-12-11", Usage: usage,
		Choices: []providers.Choice{{FinishReason: providers.FinishStop, Message: providers.AssistantText("fine")}},
	}}
	c.chunks = append(c.chunks, &providers.Chunk{Kind: providers.ChunkStart, ResponseID: "chatcmpl-1", Model: "gpt-5.2-2025-12-11"})
	for range 200 {
		c.chunks = append(c.chunks, &providers.Chunk{Kind: providers.ChunkText, Text: "word "})
	}
	c.chunks = append(c.chunks, &providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{
		ResponseID: "chatcmpl-1", Model: "gpt-5.2-2025-12-11", Usage: usage, Reasons: []providers.FinishReason{providers.FinishStop},
	}})
	return c
}

func (*canned) Name() string                 { return "openai" }
func (*canned) ServerAddress() (string, int) { return "api.openai.com", 443 }

func (c *canned) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	return c.resp, nil
}

func (c *canned) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		for _, chunk := range c.chunks {
			if !yield(chunk, nil) {
				return
			}
		}
	}
}

// drop is a span processor that keeps nothing, so that what is measured is the
// recording and not the export.
type drop struct{}

func (drop) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (drop) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (drop) Shutdown(context.Context) error                  { return nil }
func (drop) ForceFlush(context.Context) error                { return nil }

func request() *providers.Request {
	return &providers.Request{
		Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("How are you?")},
		MaxOutputTokens: 500, Temperature: new(0.2),
	}
}

// variants are the providers under measurement, from the bare one up.
func variants(b *testing.B) []variant {
	b.Helper()
	recording := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(drop{}))
	batched := sdktrace.NewTracerProvider(sdktrace.WithBatcher(discard{}))
	b.Cleanup(func() { _ = batched.Shutdown(context.Background()) })
	never := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(drop{}), sdktrace.WithSampler(sdktrace.NeverSample()))
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	wrap := func(tp trace.TracerProvider, mp metric.MeterProvider, opts ...llmotel.Option) providers.Provider {
		inst, err := llmotel.New(append(opts, llmotel.WithTracerProvider(tp), llmotel.WithMeterProvider(mp))...)
		if err != nil {
			b.Fatal(err)
		}
		return inst.Wrap(newCanned())
	}
	return []variant{
		{"bare", newCanned()},
		{"floor", newFloor(b, recording, meters)},
		{"floor-not-sampled", newFloor(b, never, meters)},
		{"floor-batched", newFloor(b, batched, meters)},
		{"wrap-no-sdk", wrap(tracenoop.NewTracerProvider(), metricnoop.NewMeterProvider())},
		{"wrap-not-sampled", wrap(never, meters)},
		{"wrap", wrap(recording, meters)},
		{"wrap-batched", wrap(batched, meters)},
		{"wrap-sink", wrap(recording, meters, llmotel.WithSinks(nothing{}))},
		{"wrap-content", wrap(recording, meters, llmotel.WithContentCapture(llmotel.ContentOnSpans))},
		{"wrap-content-not-redacted", wrap(recording, meters, llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithoutRedaction())},
		{"wrap-content-structured", wrap(recording, meters, llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithStructuredContent())},
		{"wrap-both-conventions", wrap(recording, meters, llmotel.WithConventions(llmotel.ConventionsBoth))},
		{"wrap-no-chunk-times", wrap(recording, meters, llmotel.WithoutTimePerOutputChunk())},
	}
}

type variant struct {
	name     string
	provider providers.Provider
}

type discard struct{}

func (discard) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (discard) Shutdown(context.Context) error                             { return nil }

type nothing struct{}

func (nothing) Record(context.Context, *llmotel.Record) {}

// floor is the least that a hand-written instrumentation does: one span with
// 12 attributes and three histogram records with precomputed attribute sets.
type floor struct {
	*canned
	tracer  trace.Tracer
	hists   [3]metric.Float64Histogram
	start   []trace.SpanStartOption
	options []metric.RecordOption
}

func newFloor(b *testing.B, tp trace.TracerProvider, mp metric.MeterProvider) *floor {
	b.Helper()
	f := &floor{canned: newCanned(), tracer: tp.Tracer("floor")}
	for i := range f.hists {
		var err error
		if f.hists[i], err = mp.Meter("floor").Float64Histogram(fmt.Sprintf("floor.%d", i)); err != nil {
			b.Fatal(err)
		}
	}
	kvs := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", "openai"),
		attribute.String("gen_ai.request.model", "gpt-5.2"),
		attribute.String("server.address", "api.openai.com"), attribute.Int("server.port", 443),
	}
	f.start = []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(kvs...)}
	f.options = []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(append(kvs, attribute.String("gen_ai.response.model", "gpt-5.2-2025-12-11"))...))}
	return f
}

func (f *floor) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	begun := time.Now()
	ctx, span := f.tracer.Start(ctx, "chat gpt-5.2", f.start...)
	resp, err := f.canned.Generate(ctx, req)
	took := time.Since(begun).Seconds()
	f.hists[0].Record(ctx, took, f.options...)
	f.hists[1].Record(ctx, float64(resp.Usage.Input), f.options...)
	f.hists[2].Record(ctx, float64(resp.Usage.Output), f.options...)
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("gen_ai.response.id", resp.ID), attribute.String("gen_ai.response.model", resp.Model),
			attribute.Int64("gen_ai.usage.input_tokens", resp.Usage.Input), attribute.Int64("gen_ai.usage.output_tokens", resp.Usage.Output),
			attribute.Int64("gen_ai.usage.cache_read.input_tokens", resp.Usage.CacheRead),
			attribute.Int64("gen_ai.request.max_tokens", req.MaxOutputTokens), attribute.Float64("gen_ai.request.temperature", *req.Temperature))
	}
	span.End()
	return resp, err
}

func BenchmarkGenerate(b *testing.B) {
	ctx, req := context.Background(), request()
	for _, v := range variants(b) {
		b.Run(v.name+"/goroutines=1", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.provider.Generate(ctx, req); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(v.name+"/goroutines=64", func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(32) // times GOMAXPROCS, 2 where the figures come from
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := v.provider.Generate(ctx, req); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func BenchmarkStream(b *testing.B) {
	ctx, req := context.Background(), request()
	for _, v := range variants(b) {
		if v.name == "floor" || v.name == "floor-not-sampled" || v.name == "floor-batched" {
			continue // the floor does not stream
		}
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range v.provider.Stream(ctx, req) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
