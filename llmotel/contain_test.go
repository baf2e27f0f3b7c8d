package llmotel_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

func instrument(t *testing.T, rec *oteltest.Recorder, opts ...llmotel.Option) *llmotel.Instrumentation {
	t.Helper()
	inst, err := llmotel.New(append(opts, llmotel.WithTracerProvider(rec.TracerProvider), llmotel.WithMeterProvider(rec.MeterProvider))...)
	if err != nil {
		t.Fatal(err)
	}
	return inst
}

type panicking struct{}

func (panicking) Record(context.Context, *llmotel.Record) { panic("sink") }

func (panicking) Cost(string, string, string, *providers.Usage, time.Time) pricing.Cost {
	panic("prices")
}

func TestPanicsOfSinksAndPricesAreContained(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	inst := instrument(t, rec, llmotel.WithSinks(panicking{}, sink), llmotel.WithPricing(panicking{}))
	resp, err := inst.Wrap(newCanned()).Generate(t.Context(), request())
	if err != nil || resp == nil {
		t.Fatalf("the call was harmed: %v", err)
	}
	if len(sink.records) != 1 {
		t.Fatalf("the other sink got %d records, want 1", len(sink.records))
	}
	if sink.records[0].Cost.Priced {
		t.Error("a panicking price table priced the call")
	}
	dropped := rec.Metrics(t)["llmotel.telemetry.dropped"].Data.(metricdata.Sum[int64])
	if len(dropped.DataPoints) != 1 || dropped.DataPoints[0].Value != 1 {
		t.Errorf("dropped records: %+v, want 1", dropped.DataPoints)
	}
	if _, ok := rec.Metrics(t)["llmotel.client.unpriced_calls"]; !ok {
		t.Error("the call is not counted as unpriced")
	}
}

func TestPanicOfProviderIsRecordedAndGoesOn(t *testing.T) {
	rec := oteltest.New()
	p := instrument(t, rec).Wrap(&scripted{
		name: "openai",
		generate: func(context.Context, *providers.Request) (*providers.Response, error) {
			panic("provider")
		},
		stream: func(func(*providers.Chunk, error) bool) { panic("provider") },
	})
	for name, call := range map[string]func(){
		"Generate": func() { _, _ = p.Generate(t.Context(), request()) },
		"Stream": func() {
			for range p.Stream(t.Context(), request()) {
			}
		},
	} {
		func() {
			defer func() {
				if r := recover(); r != "provider" {
					t.Errorf("%s: recovered %v, want the provider's panic", name, r)
				}
			}()
			call()
		}()
	}
	spans := rec.Spans()
	if len(spans) != 2 {
		t.Fatalf("got %d spans, want 2", len(spans))
	}
	for _, s := range spans {
		if s.Status.Code != codes.Error {
			t.Errorf("status %v, want an error", s.Status)
		}
	}
}

func TestPanicOfConsumerIsNoFailure(t *testing.T) {
	rec := oteltest.New()
	p := instrument(t, rec).Wrap(newCanned())
	func() {
		defer func() { _ = recover() }()
		for c := range p.Stream(t.Context(), request()) {
			if c.Kind == providers.ChunkText {
				panic("consumer")
			}
		}
	}()
	if spans := rec.Spans(); len(spans) != 1 || spans[0].Status.Code != codes.Unset {
		t.Errorf("got %+v, want one span without error", spans)
	}
}

func TestEndCountsOnce(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	_, span := instrument(t, rec, llmotel.WithSinks(sink)).Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { span.End(llmotel.Result{}, nil) })
	}
	wg.Wait()
	span.Abandon()
	span.Retry(0, errors.New("late"))
	if len(rec.Spans()) != 1 || len(sink.records) != 1 {
		t.Errorf("got %d spans and %d records, want 1 of each", len(rec.Spans()), len(sink.records))
	}
}

func TestNilSpanDoesNothing(*testing.T) {
	var span *llmotel.Span
	span.Chunk(&providers.Chunk{Kind: providers.ChunkText})
	span.Retry(time.Second, nil)
	span.Abandon()
	span.End(llmotel.Result{}, nil)
	var chain *llmotel.ChainSpan
	chain.Skip("a", "b")
	chain.Event("c")
	chain.Abandon(llmotel.ChainResult{})
	chain.End(llmotel.ChainResult{}, nil)
}

// A context that outlives its call belongs to no call.
func TestContextOfEndedCallStartsANewOne(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	ctx, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	span.End(llmotel.Result{}, nil)
	if _, again := inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "gpt-5.2"}); again == nil {
		t.Error("no span for a call under the context of an ended one")
	} else {
		again.End(llmotel.Result{}, nil)
	}
}

func TestInnerCallOfAnotherOperationIsItsOwn(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	ctx, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	_, inner := inst.Start(ctx, llmotel.Call{Operation: llmotel.OperationEmbeddings, Provider: "openai", Model: "text-embedding-3-small"})
	inner.End(llmotel.Result{}, nil)
	span.End(llmotel.Result{}, nil)
	if n := len(rec.Spans()); n != 2 {
		t.Errorf("got %d spans, want 2", n)
	}
}

func TestMetricsOfCancelledCallsAreRecorded(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	ctx, cancel := context.WithCancel(t.Context())
	_, span := inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	cancel()
	span.End(llmotel.Result{Usage: usage(1, 2, 0)}, nil)
	if _, ok := rec.Metrics(t)["gen_ai.client.inference.usage.input_tokens"]; !ok {
		t.Error("no tokens of a call whose context was cancelled")
	}
}

func TestSeriesAreBounded(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithSeriesLimit(10), llmotel.WithMetricAttribution(llmotel.FieldFeature))
	for i := range 100 {
		ctx := llmotel.WithAttribution(t.Context(), llmotel.Attribution{Feature: fmt.Sprint("feature", i)})
		_, span := inst.Start(ctx, llmotel.Call{Provider: "openai", Model: fmt.Sprint("typo-", i)})
		span.End(llmotel.Result{Usage: usage(1, 1, 0)}, nil)
	}
	sum := rec.Metrics(t)["gen_ai.client.inference.usage.input_tokens"].Data.(metricdata.Sum[int64])
	total := int64(0)
	for _, p := range sum.DataPoints {
		total += p.Value
	}
	if len(sum.DataPoints) > 12 || total != 100 {
		t.Errorf("got %d series with %d tokens, want at most 12 with 100", len(sum.DataPoints), total)
	}
}

func TestUnknownAttributionFieldIsRefused(t *testing.T) {
	inst, err := llmotel.New(llmotel.WithMetricAttribution(99), llmotel.WithSeriesLimit(-1))
	if err == nil || inst == nil {
		t.Fatalf("got %v and %v, want an error and a working instrumentation", inst, err)
	}
}

// The figures are those of the issue: what recording adds to a call.
func TestAllocations(t *testing.T) {
	rec := oteltest.New()
	never := oteltest.New(sdktrace.WithSampler(sdktrace.NeverSample()))
	ctx, req := t.Context(), request()
	bare := newCanned()
	allocs := func(p providers.Provider) float64 {
		return testing.AllocsPerRun(100, func() { _, _ = p.Generate(ctx, req) })
	}
	stream := func(p providers.Provider) float64 {
		return testing.AllocsPerRun(20, func() {
			for range p.Stream(ctx, req) {
			}
		})
	}
	rec.TracerProvider = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(drop{}))
	if added := allocs(instrument(t, rec).Wrap(bare)) - allocs(bare); added > 12+allocSlack {
		t.Errorf("a recorded call allocates %v times more, want at most 12", added)
	}
	if added := allocs(instrument(t, never).Wrap(bare)) - allocs(bare); added > 6+allocSlack { // the SDK's own Start and End take 3
		t.Errorf("a call that is not sampled allocates %v times more, want at most 6", added)
	}
	recorded := allocs(instrument(t, rec).Wrap(bare))
	withContent := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans))
	if added := allocs(withContent.Wrap(bare)) - recorded; added > 6+4*allocSlack { // more pools to lose
		t.Errorf("content on spans allocates %v times more, want at most 6", added)
	}
	short := newCanned()
	short.chunks = append(append([]*providers.Chunk(nil), bare.chunks[:11]...), bare.chunks[len(bare.chunks)-1])
	inst := instrument(t, rec)
	if few, many := stream(inst.Wrap(short)), stream(inst.Wrap(bare)); many > few+allocSlack {
		t.Errorf("a stream of 200 chunks allocates %v times, one of 10 %v times; want no difference", many, few)
	}
	if plain, with := stream(inst.Wrap(bare)), stream(withContent.Wrap(bare)); with-plain > 6+4*allocSlack {
		t.Errorf("content of a stream allocates %v times more, want at most 6", with-plain)
	}
}

func TestInstrumentationConcurrentSafe(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	p := instrument(t, rec, llmotel.WithSinks(sink)).Wrap(newCanned())
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for range 20 {
				if g%2 == 0 {
					_, _ = p.Generate(t.Context(), request())
					continue
				}
				for range p.Stream(t.Context(), request()) {
				}
			}
		})
	}
	wg.Wait()
	if len(rec.Spans()) != 320 || len(sink.records) != 320 {
		t.Errorf("got %d spans and %d records, want 320 of each", len(rec.Spans()), len(sink.records))
	}
}
