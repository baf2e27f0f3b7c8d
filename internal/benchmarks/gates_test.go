package benchmarks_test

import (
	"slices"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/internal/benchmarks"
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
			if grows := long.Sub(short).Allocs / 1800; name != benchmarks.Content && grows != 0 || grows > 0.01 { // content grows by doubling
				t.Errorf("each chunk adds %v allocations, want none", grows)
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

// What an open stream keeps, alone: with the client around it the request is kept
// by more than one.
func TestAllocatedMemoryOfOpenStreamAlone(t *testing.T) {
	exact(t)
	retained := func(name string, o benchmarks.OpenStream) float64 {
		bytes, err := benchmarks.RetainedAlone(caller(t, benchmarks.Recording(), name, 200), o)
		if err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	for _, c := range []struct {
		name string
		open benchmarks.OpenStream
	}{
		{"between events", benchmarks.OpenStream{}},
		{"a context that ends", benchmarks.OpenStream{Cancellable: true}},
		{"rare options", benchmarks.OpenStream{Asked: `"seed":7,"top_p":0.5,"presence_penalty":0.25,"response_format":{"type":"json_object"},`}},
		// The scanner's own memory, and what the format has read of the event.
		{"half way through an event", benchmarks.OpenStream{Midway: 250}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := retained(benchmarks.NoTimes, c.open) - retained(benchmarks.Bare, c.open)
			floor := retained(benchmarks.Floor, c.open) - retained(benchmarks.Bare, c.open)
			t.Logf("an open stream keeps %v bytes, the floor %v", got, floor)
			if got > 2<<10 {
				t.Errorf("an open stream keeps %v bytes, want at most 2 KB", got)
			}
		})
	}
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
