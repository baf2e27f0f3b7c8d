package failover_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/fallback"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/sony/gobreaker/v2"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// instant answers or fails at no cost of its own: its response is always the
// same, unless several calls run at once.
type instant struct {
	name   string
	resp   providers.Response
	fresh  bool
	err    error
	chunks []*providers.Chunk
}

func (p *instant) Name() string { return p.name }

func (p *instant) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	if p.err != nil {
		return nil, p.err
	}
	if p.fresh {
		return &providers.Response{}, nil
	}
	return &p.resp, nil
}

func (p *instant) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		for _, c := range p.chunks {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func answering(name string, words int) *instant {
	p := &instant{name: name}
	for range words {
		p.chunks = append(p.chunks, &providers.Chunk{Kind: providers.ChunkText, Text: "word "})
	}
	p.chunks = append(p.chunks, &providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{}})
	return p
}

// stock is failsafe-go's own composition: the measure of the healthy path.
type stock struct {
	p    *instant
	exec failsafe.Executor[*providers.Response]
}

func composed(p *instant) stock {
	type resp = *providers.Response
	return stock{p, failsafe.With[resp](
		fallback.NewWithResult[resp](nil),
		retrypolicy.NewBuilder[resp]().WithMaxRetries(1).Build(),
		circuitbreaker.NewBuilder[resp]().WithFailureRateThreshold(.5, 20, time.Minute).WithSuccessThreshold(2).Build(),
	)}
}

func (s stock) Name() string { return "stock" }

func (s stock) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	return s.exec.WithContext(ctx).Get(func() (*providers.Response, error) { return s.p.Generate(ctx, req) })
}

func (s stock) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return nil
}

// guarded is a gobreaker around a provider, by itself.
type guarded struct {
	*instant
	cb *gobreaker.CircuitBreaker[*providers.Response]
}

func guardedBy(p *instant) guarded {
	return guarded{p, gobreaker.NewCircuitBreaker[*providers.Response](gobreaker.Settings{
		Interval: time.Minute, BucketPeriod: 6 * time.Second,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.ConsecutiveFailures >= 5 || c.Requests >= 20 && 2*c.TotalFailures >= c.Requests
		},
	})}
}

func (g guarded) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	return g.cb.Execute(func() (*providers.Response, error) { return g.instant.Generate(ctx, req) })
}

// ask is a small request.
func ask() *providers.Request {
	return &providers.Request{Model: "m", Messages: []providers.Message{providers.UserText("hello")}}
}

func fail(kind providers.Kind) error { return &providers.Error{Provider: "bad", Kind: kind} }

func benchChain(b *testing.B, opts []failover.Option, targets ...*instant) *failover.Chain {
	b.Helper()
	var ts []failover.Target
	for _, p := range targets {
		ts = append(ts, failover.Target{Name: p.name, Provider: p})
	}
	c, err := failover.New(ts, opts...)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func BenchmarkGenerate(b *testing.B) {
	var all []*instant
	well := func(name string) *instant {
		all = append(all, answering(name, 0))
		return all[len(all)-1]
	}
	bad := &instant{name: "bad", err: fail(providers.KindTimeout)}
	guardOnly := []failover.Option{failover.WithTotalTimeout(0), failover.WithMaxAttempts(1)}
	noTimer := []failover.Option{failover.WithTotalTimeout(0)}
	neverOpens := failover.WithConsecutiveFailures(0)
	noRate := failover.WithFailureRate(0, 0, time.Minute)
	open := benchChain(b, noTimer, well("a"), well("b"))
	_ = open.Open("a")
	wrapped := append(slices.Clip(noTimer), failover.WithVisit(func(p providers.Provider) providers.Provider { return p }))
	cases := []struct {
		name string
		p    providers.Provider
	}{
		{"bare", well("a")},
		{"failsafe-go fallback(retry(breaker))", composed(well("a"))},
		{"gobreaker", guardedBy(well("a"))},
		{"guard only", benchChain(b, guardOnly, well("a"))},
		{"healthy, two targets, no deadline", benchChain(b, noTimer, well("a"), well("b"))},
		{"healthy, two targets, default", benchChain(b, nil, well("a"), well("b"))},
		{"healthy, wrapped visits", benchChain(b, wrapped, well("a"), well("b"))},
		{"skip an open target", open},
		{"failed, next", benchChain(b, append(slices.Clip(noTimer), neverOpens, noRate), bad, well("b"))},
	}
	req := ask()
	for _, bc := range cases {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := bc.p.Generate(context.Background(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for _, p := range all {
		p.fresh = true
	}
	for _, bc := range cases[:6] {
		b.Run(fmt.Sprintf("%s, 64 goroutines", bc.name), func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, _ = bc.p.Generate(context.Background(), req)
				}
			})
		})
	}
}

func BenchmarkStream(b *testing.B) {
	const words = 100
	req := ask()
	for _, bc := range []struct {
		name string
		p    providers.Provider
	}{
		{"bare", answering("a", words)},
		{"no limits", benchChain(b, []failover.Option{failover.WithTotalTimeout(0), failover.WithFirstChunkTimeout(0), failover.WithIdleTimeout(0)}, answering("a", words))},
		{"default", benchChain(b, nil, answering("a", words), answering("b", words))},
	} {
		b.Run(fmt.Sprintf("%s, %d chunks", bc.name, words), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range bc.p.Stream(context.Background(), req) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
