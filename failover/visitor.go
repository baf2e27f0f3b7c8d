package failover

import (
	"context"
	"iter"
	"time"

	"github.com/llmotel/sdk/providers"
)

// visitor is a target as a Provider, attempts inside: what WithVisit wraps.
type visitor struct {
	chain *Chain
	t     *target
}

var (
	_ providers.Provider  = visitor{}
	_ Targeted            = visitor{}
	_ providers.Addressed = addressedVisitor{}
)

// Name is the name of the target's provider.
func (p visitor) Name() string { return p.t.provider.Name() }

// TargetName is the name of the target.
func (p visitor) TargetName() string { return p.t.name }

func (p visitor) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	v := p.visit(ctx, req)
	defer v.giveBack()
	if err := v.run(ctx); err != nil {
		return nil, v.fail()
	}
	return v.resp, nil
}

func (p visitor) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		v := p.visit(ctx, req)
		v.call.stream = true
		defer v.giveBack()
		v.yield = func(c *providers.Chunk) bool { return yield(c, nil) }
		err := v.run(ctx)
		switch {
		case v.left:
		case v.interrupted != nil:
			yield(nil, v.interrupted)
		case err != nil:
			yield(nil, v.fail())
		}
	}
}

// addressedVisitor is the visitor of a provider that knows its server.
type addressedVisitor struct {
	visitor
	addressed providers.Addressed
}

func (p addressedVisitor) ServerAddress() (host string, port int) { return p.addressed.ServerAddress() }

// visit finds the visit that the chain began. A visitor that is called by
// itself, or twice, makes one of its own.
func (p visitor) visit(ctx context.Context, req *providers.Request) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	if v == nil || v.t != p.t || v.begun {
		k := &call{chain: p.chain, caller: ctx, ctx: ctx, start: time.Now(), req: req, more: true}
		k.limited()
		if v != nil && v.call.chain == p.chain { // the chain's limits go on
			k.deadline, k.limit = v.call.deadline, v.call.limit
		}
		v = &visit{call: k, t: p.t, now: k.start}
	}
	v.req = req
	return v
}
