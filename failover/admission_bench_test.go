package failover

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
)

// ready answers at no cost of its own.
type ready struct{ resp providers.Response }

func (p *ready) Name() string { return "ready" }

func (p *ready) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	return &p.resp, nil
}

func (p *ready) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return nil
}

func plainRequest() *providers.Request {
	return &providers.Request{Model: "m", Messages: []providers.Message{providers.UserText("hello")}}
}

func benchTargets(tb testing.TB, n int, opts ...Option) *Chain {
	tb.Helper()
	var targets []Target
	for i := range n {
		targets = append(targets, Target{Name: string(rune('a' + i)), Provider: &ready{}})
	}
	c, err := New(targets, append([]Option{WithTotalTimeout(0)}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// skipping is a call that finds its first target open.
func skipping(tb testing.TB) (skip func()) {
	tb.Helper()
	c := benchTargets(tb, 2)
	if err := c.Open("a"); err != nil {
		tb.Fatal(err)
	}
	k := c.begin(context.Background(), plainRequest(), false)
	return func() {
		k.history = k.history[:0]
		if err := k.visit(c.targets[0]); err != errSkipped { //nolint:errorlint // its identity is the point
			tb.Fatal(err)
		}
	}
}

func TestSkippingAllocatesNothing(t *testing.T) {
	skip := skipping(t)
	if n := testing.AllocsPerRun(1000, skip); n != 0 {
		t.Errorf("%v allocations for passing over an open target", n)
	}
	for name, opt := range map[string]Option{"keys of a model": WithBreakerPerModel(), "limits": WithMaxConcurrency(5)} {
		c := benchTargets(t, 1, opt)
		_ = c.Open("a")
		d, req := c.targets[0].door, plainRequest()
		if n := testing.AllocsPerRun(1000, func() {
			var g grant
			if ref, _ := d.admit(req, time.Now(), &g); ref.reason != SkipOpen {
				t.Fatal(ref)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Admission is free of allocations, with any of its options.
func TestAdmissionAllocatesNothing(t *testing.T) {
	for _, bc := range doors(t) {
		req := plainRequest()
		if n := testing.AllocsPerRun(1000, func() { pass(t, bc.d, req) }); n != 0 {
			t.Errorf("%s: %v allocations", bc.name, n)
		}
	}
}

// The whole of a healthy call costs what its limit on time does: a context.
func TestHealthyCallAllocatesItsTimer(t *testing.T) {
	for _, tc := range []struct {
		name    string
		targets int
		opts    []Option
		most    float64
	}{
		{"guard only", 1, []Option{WithMaxAttempts(1)}, 0},
		{"two targets, no limit", 2, nil, 0},
		{"two targets, a limit", 2, []Option{WithTotalTimeout(time.Minute)}, 4},
	} {
		c, req := benchTargets(t, tc.targets, tc.opts...), plainRequest()
		if n := testing.AllocsPerRun(1000, func() {
			if _, err := c.Generate(context.Background(), req); err != nil {
				t.Fatal(err)
			}
		}); n > tc.most {
			t.Errorf("%s: %v allocations, want at most %v", tc.name, n, tc.most)
		}
	}
}

type benchDoor struct {
	name string
	d    *door
}

func doors(tb testing.TB) []benchDoor {
	tb.Helper()
	keyed := func(opts ...TargetOption) *door {
		c, err := New([]Target{{Name: "a", Keys: []Key{{"k1", &ready{}}, {"k2", &ready{}}, {"k3", &ready{}}}, Options: opts}})
		if err != nil {
			tb.Fatal(err)
		}
		return c.targets[0].door
	}
	single := func(opts ...Option) *door { return benchTargets(tb, 1, opts...).targets[0].door }
	return []benchDoor{
		{"breaker", single()},
		{"slow-call rate", single(WithSlowCallRate(.5, time.Second, 10, time.Minute))},
		{"breaker a model", single(WithBreakerPerModel())},
		{"concurrency", single(WithMaxConcurrency(100))},
		{"requests and tokens", single(WithRequestsPerMinute(maxMeter), WithTokensPerMinute(maxMeter))},
		{"three keys", keyed()},
		{"everything", keyed(WithBreakerPerKey(), WithMaxConcurrency(100), WithRequestsPerMinute(maxMeter), WithTokensPerMinute(maxMeter))},
	}
}

// pass goes through a door and back.
func pass(tb testing.TB, d *door, req *providers.Request) {
	now := time.Now()
	var g grant
	ref, _ := d.admit(req, now, &g)
	if ref.reason != "" {
		tb.Fatal(ref)
	}
	g.firstChunk(now)
	g.done(result{verdict: Success}, nil, now)
}

func BenchmarkAdmission(b *testing.B) {
	b.Run("skip an open target", func(b *testing.B) {
		skip := skipping(b)
		b.ReportAllocs()
		for b.Loop() {
			skip()
		}
	})
	for _, bc := range doors(b) {
		b.Run(bc.name, func(b *testing.B) {
			req := plainRequest()
			b.ReportAllocs()
			for b.Loop() {
				pass(b, bc.d, req)
			}
		})
	}
}
