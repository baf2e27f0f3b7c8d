package main

import (
	"context"
	"iter"
	"sync/atomic"

	"github.com/llmotel/sdk/failover/config"
	"github.com/llmotel/sdk/providers"
)

// plugs are between the chain and its providers, by target, and can be pulled:
// the outages of the story, also with real providers.
type plugs map[string][]*plug

// between puts a plug before whatever the factory makes.
func (ps plugs) between(factory config.Factory) config.Factory {
	return func(p config.Provider) (providers.Provider, error) {
		made, err := factory(p)
		if err != nil {
			return nil, err
		}
		name := p.Target
		if name == "" {
			name = made.Name()
		}
		with := &plug{Provider: made}
		ps[name] = append(ps[name], with)
		return with, nil
	}
}

// pull starts or ends an outage of a target.
func (ps plugs) pull(target string, down bool) {
	for _, p := range ps[target] {
		p.down.Store(down)
	}
}

// cut breaks off the next stream of a target after some text.
func (ps plugs) cut(target string) {
	for _, p := range ps[target] {
		p.cut.Store(true)
	}
}

// plug is a provider that can be pulled.
type plug struct {
	providers.Provider
	down, cut atomic.Bool
}

var _ providers.Addressed = (*plug)(nil)

// ServerAddress is the provider's.
func (p *plug) ServerAddress() (host string, port int) {
	if a, ok := p.Provider.(providers.Addressed); ok {
		return a.ServerAddress()
	}
	return "", 0
}

// Generate fails during an outage.
func (p *plug) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	if p.down.Load() {
		return nil, p.fail(req, providers.KindServerError)
	}
	return p.Provider.Generate(ctx, req)
}

// Stream fails during an outage, and breaks where it is cut.
func (p *plug) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		if p.down.Load() {
			yield(nil, p.fail(req, providers.KindServerError))
			return
		}
		left := -1 // pieces of text
		if p.cut.CompareAndSwap(true, false) {
			left = 3
		}
		for c, err := range p.Provider.Stream(ctx, req) {
			if !yield(c, err) || err != nil {
				return
			}
			if c.Kind == providers.ChunkText {
				left--
			}
			if left == 0 {
				yield(nil, p.fail(req, providers.KindNetwork))
				return
			}
		}
	}
}

func (p *plug) fail(req *providers.Request, kind providers.Kind) error {
	return &providers.Error{Provider: p.Name(), Model: req.Model, Kind: kind}
}
