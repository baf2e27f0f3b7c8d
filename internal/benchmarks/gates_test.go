package benchmarks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/internal/benchmarks"
	"github.com/llmotel/sdk/llmotel"
)

// The limits are those of docs/performance.md. Allocations and bytes are exact
// without the race detector; `make gates` runs these tests so.

const runs = 50

func exact(t *testing.T) {
	t.Helper()
	if race {
		t.Skip("the race detector allocates as well; make gates measures without")
	}
}

func caller(t *testing.T, p benchmarks.Providers, name string, chunks int) benchmarks.Caller {
	t.Helper()
	v, ok := benchmarks.Find(name)
	if !ok {
		t.Fatalf("no variant %q", name)
	}
	c, err := v.New(p, benchmarks.NewTransport(chunks))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// capturing samples nothing and keeps the attributes of the last span.
type capturing struct{ seen []attribute.KeyValue }

func (c *capturing) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	c.seen = slices.Clone(p.Attributes)
	return sdktrace.NeverSample().ShouldSample(p)
}

func (*capturing) Description() string { return "capturing" }

func unary(t *testing.T, p benchmarks.Providers, name string) benchmarks.Heap {
	t.Helper()
	c := caller(t, p, name, 1)
	return benchmarks.Allocated(runs, func() {
		if err := c.Unary(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func stream(t *testing.T, name string, chunks int) benchmarks.Heap {
	t.Helper()
	c := caller(t, benchmarks.Recording(), name, chunks)
	return benchmarks.Allocated(runs*200/chunks, func() {
		if err := benchmarks.ReadAll(t.Context(), c); err != nil {
			t.Error(err)
		}
	})
}

func TestAllocationsOfUnaryCall(t *testing.T) {
	exact(t)
	bare := unary(t, benchmarks.Recording(), benchmarks.Bare)
	added := unary(t, benchmarks.Recording(), benchmarks.Middleware).Sub(bare)
	t.Logf("a call: %+v; the middleware adds %+v", bare, added)
	if added.Allocs > 18 || added.Bytes > 5<<10 {
		t.Errorf("the middleware adds %v allocations and %v bytes to a call, want at most 18 and 5 KB", added.Allocs, added.Bytes)
	}
	content := unary(t, benchmarks.Recording(), benchmarks.Content).Sub(bare)
	t.Logf("with content it adds %+v", content)
	if more := content.Sub(added); more.Allocs > 6 {
		t.Errorf("content adds %v allocations, want at most 6", more.Allocs)
	}
}

func TestAllocationsOfStream(t *testing.T) {
	exact(t)
	for _, name := range []string{benchmarks.Middleware, benchmarks.NoTimes, benchmarks.Content} {
		t.Run(name, func(t *testing.T) {
			short := stream(t, name, 200).Sub(stream(t, benchmarks.Bare, 200))
			long := stream(t, name, 2000).Sub(stream(t, benchmarks.Bare, 2000))
			t.Logf("added to a stream of 200 chunks %+v, of 2,000 %+v", short, long)
			limit := 1.0 // each of the four figures is rounded
			if name == benchmarks.Content {
				limit = 18 // which grows by doubling
			}
			if more := long.Sub(short).Allocs; more > limit {
				t.Errorf("1,800 chunks more add %v allocations, want none", more)
			}
		})
	}
}

func TestAllocatedMemoryOfOpenStream(t *testing.T) {
	exact(t)
	retained := func(name string, chunks, after int) float64 {
		bytes, goroutines, err := benchmarks.Retained(caller(t, benchmarks.Recording(), name, chunks), after)
		if err != nil {
			t.Fatal(err)
		}
		if goroutines != 0 {
			t.Errorf("%s: %v goroutines for each open stream, want none", name, goroutines)
		}
		return bytes
	}
	bareShort, bareLong := retained(benchmarks.Bare, 200, 180), retained(benchmarks.Bare, 2000, 1800)
	for _, name := range []string{benchmarks.Middleware, benchmarks.NoTimes} {
		t.Run(name, func(t *testing.T) {
			short, long := retained(name, 200, 180)-bareShort, retained(name, 2000, 1800)-bareLong
			t.Logf("retained after 180 of 200 chunks %v bytes, after 1,800 of 2,000 %v", short, long)
			if short > 2<<10 || long > 2<<10 {
				t.Errorf("an open stream keeps %v bytes after 180 chunks and %v after 1,800, want at most 2 KB", short, long)
			}
		})
	}
}

// openLimit is how much an open stream may keep, in whatever format, however long,
// whatever was asked for, and wherever it has stopped.
const openLimit = 2 << 10

// openWay is a way to have streams observed, and how often in one it is looked at
// what it keeps: every so many bytes of what it begins with, of some of its text, and
// of its end.
type openWay struct {
	name  string
	opts  []llmotel.Option
	http  []llmotel.HTTPOption
	once  bool // the request is a long one, and cannot be had again
	apart int
	only  string // the format that it is of any interest for; empty: all
}

// whole is for streams that are left between events only, and before their end.
const whole = 1 << 20

// What an open stream keeps, alone: with the client around it the request is kept
// by more than one. Each format's request asks for as much as programs ask for, its
// context can be cancelled and is attributed, and the stream is left everywhere:
// between events, and in the middle of lines that tell ids, texts, counts.
func TestAllocatedMemoryOfOpenStreamAlone(t *testing.T) {
	exact(t)
	noTimes := []llmotel.Option{llmotel.WithoutTimePerOutputChunk()}
	ways := []openWay{
		{name: "no chunk times", opts: noTimes, apart: 61},
		{name: "chunk times", apart: 211},
		{name: "a long request that cannot be had again", opts: noTimes, once: true, apart: 211},
		{name: "the same, kept for retries", opts: noTimes, http: []llmotel.HTTPOption{llmotel.WithRetries(2)}, once: true, apart: 211, only: "Bedrock Converse"},
		{name: "usage asked for in the caller's stead", opts: noTimes, http: []llmotel.HTTPOption{llmotel.WithStreamUsage()}, apart: whole, only: "OpenAI chat completions"},
	}
	for _, f := range benchmarks.Formats() {
		t.Run(f.Name, func(t *testing.T) {
			for _, w := range ways {
				if w.only != "" && w.only != f.Name {
					continue
				}
				most, at := 0.0, 0
				f := w.asked(f)
				bare := retainedAlone(t, benchmarks.NewFormatTransport(f).RoundTrip, w.stream(f, 1))
				for _, after := range places(f, w.apart) {
					if got := retainedAlone(t, w.observed(t, f), w.stream(f, after)) - bare; got > most {
						most, at = got, after
					}
				}
				t.Logf("%s: an open stream keeps at most %v bytes, after %s", w.name, most, before(f, at))
				if most > openLimit {
					t.Errorf("%s: an open stream keeps %v bytes after %s, want at most 2 KB", w.name, most, before(f, at))
				}
			}
		})
	}
}

// asked is f as it is asked for.
func (w *openWay) asked(f benchmarks.Format) benchmarks.Format {
	if w.once {
		f.Request = strings.Replace(f.Request, "Why? ", strings.Repeat("Why? ", 2000), 1)
	}
	f.Request = strings.Replace(f.Request, `"stream_options":{"include_usage":true},`, "", 1)
	return f
}

func (w *openWay) stream(f benchmarks.Format, after int) benchmarks.OpenStream {
	return benchmarks.OpenStream{
		Format: f, After: after, Cancellable: true, Watched: true, Once: w.once,
		Attribution: llmotel.Attribution{Feature: "summary", FeatureVersion: "3", Prompt: "short", User: "u1", Tenant: "t1"},
	}
}

type roundTrip = func(*http.Request) (*http.Response, error)

func (w *openWay) observed(t *testing.T, f benchmarks.Format) roundTrip {
	t.Helper()
	p := benchmarks.Recording()
	inst, err := llmotel.New(append([]llmotel.Option{llmotel.WithTracerProvider(p.Tracers), llmotel.WithMeterProvider(p.Meters)}, w.opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return inst.Transport(benchmarks.NewFormatTransport(f), w.http...).RoundTrip
}

func retainedAlone(t *testing.T, do roundTrip, o benchmarks.OpenStream) float64 {
	t.Helper()
	bytes, err := benchmarks.RetainedAlone(do, o)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// places are where a stream of a format is left: after each of the events that it
// begins and ends with and after some of its text, and in each of these.
func places(f benchmarks.Format, apart int) []int {
	const edge = 4
	var out []int
	start := 0
	for i, e := range f.Events {
		if i < edge || i >= len(f.Events)-edge && apart != whole {
			for at := apart; at < len(e); at += apart {
				out = append(out, start+at)
			}
			if i+1 < len(f.Events) { // the end of the last one is that of the stream
				out = append(out, start+len(e))
			}
		}
		start += len(e)
	}
	return out
}

// before shows what a stream has said last.
func before(f benchmarks.Format, after int) string {
	all := slices.Concat(f.Events...)[:after]
	return fmt.Sprintf("%d bytes: %q", after, all[max(0, after-40):])
}

func TestAllocationsOfCallNotSampled(t *testing.T) {
	exact(t)
	// The SDK's own Start and End, with the attributes of the middleware's span.
	sampler := &capturing{}
	p := benchmarks.Sampled(sampler)
	c := caller(t, p, benchmarks.Middleware, 1)
	isolated := func(c benchmarks.Caller) benchmarks.Heap {
		buf := make([]byte, 4<<10)
		return benchmarks.Allocated(runs, func() {
			if err := benchmarks.Isolated(t.Context(), c, false, buf); err != nil {
				t.Error(err)
			}
		})
	}
	_ = isolated(c)
	tracer := benchmarks.NotSampled().Tracers.Tracer("own")
	opts := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(sampler.seen...)}
	own := benchmarks.Allocated(runs, func() {
		_, span := tracer.Start(t.Context(), "chat gpt-4o-mini", opts...)
		span.End()
	})
	added := isolated(caller(t, benchmarks.NotSampled(), benchmarks.Middleware, 1)).Sub(isolated(caller(t, benchmarks.NotSampled(), benchmarks.Bare, 1)))
	t.Logf("the SDK's own %+v with %d attributes, the middleware %+v", own, len(sampler.seen), added)
	if more := added.Sub(own); more.Allocs > 3 {
		t.Errorf("the middleware makes %v allocations more than the SDK's Start and End, want at most 3", more.Allocs)
	}
}
