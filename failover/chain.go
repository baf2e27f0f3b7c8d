package failover

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"

	"github.com/llmotel/sdk/providers"
)

// Chain is a Provider that answers from the first of its targets that can. It
// is safe for concurrent use. Use New.
type Chain struct {
	name     string
	targets  []*target
	byName   map[string]*target
	handover []failsafe.Executor[*call]
	actions  map[providers.Kind]Action
	modelled bool // every target has a model of its own

	selective bool // some target lacks something, or has a known window
	limits    map[Limit]Action

	order      Order
	turn       atomic.Uint64 // of OrderRoundRobin
	key        func(context.Context, *providers.Request) string
	experiment string
	prices     Pricer

	policy     StreamPolicy
	streamed   bool
	openWait   time.Duration
	lastResort LastResort
	hedge      *hedging
	budget     *budget
	repeats    bool // retries or hedges are possible

	total, stream       time.Duration
	errTotal, errStream *TimeoutError

	resortLimit time.Duration // 0: none
	errResort   *TimeoutError

	hooks      []Hooks
	hookPanics atomic.Uint64
	random     func() float64
}

var _ providers.Provider = (*Chain)(nil)

// Name returns "failover" or what WithName set.
func (c *Chain) Name() string { return c.name }

// Generate asks the targets in order and returns the first answer. Target and
// Attempts of the Response are set. The error is an *Error, or the
// *providers.Error of an invalid request, which no target is asked. A provider
// that ignores its context is waited for.
func (c *Chain) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	k := c.begin(ctx, req, false)
	defer k.leave()
	if err := c.validate(req); err != nil {
		k.end(err)
		return nil, err
	}
	k.run() //nolint:contextcheck // the call holds it
	if k.answered == nil {
		resp, err := k.resort(k.failure()) //nolint:contextcheck // the call holds it
		k.end(err)
		return resp, err
	}
	if k.collected != nil {
		k.resp = k.collected.Response()
	}
	k.end(nil)
	return k.resp, nil
}

// Stream asks the targets in order and yields the first answer that begins:
// until its first semantic chunk a stream may be retried and moved, and
// nothing is yielded. A stream that breaks later ends with a
// *providers.InterruptedError that has an *Error inside. Nothing happens until
// ranging starts; each range is a new call.
func (c *Chain) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		k := c.begin(ctx, req, true)
		k.yield = yield
		defer k.leave()
		err := c.validate(req)
		if err == nil {
			k.run() //nolint:contextcheck // the call holds it
			if k.answered == nil || k.broken {
				err = k.failure()
			}
			if err == nil {
				k.flush()
			}
		}
		var resp *providers.Response
		if err != nil {
			resp, err = k.resort(err) //nolint:contextcheck // the call holds it
		}
		if resp != nil {
			k.answer(resp)
		}
		k.end(err)
		if err != nil {
			yield(nil, err)
		}
	}
}

// validate refuses requests that cannot work. A request may leave the model to
// targets that all have one.
func (c *Chain) validate(req *providers.Request) error {
	checked := req
	if req != nil && req.Model == "" && c.modelled {
		r := *req
		r.Model = c.targets[0].model
		checked = &r
	}
	err := checked.Validate()
	if e, ok := err.(*providers.Error); ok { //nolint:errorlint // Validate's own, not wrapped
		e.Provider = c.name
	}
	return err
}

// HookPanics counts the panics that were contained: in hooks, the last resort,
// a sticky key or a Pricer.
func (c *Chain) HookPanics() uint64 { return c.hookPanics.Load() }

// Table returns what this chain does about each Kind.
func (c *Chain) Table() []Row {
	rows := Table()
	for i := range rows {
		if l := rows[i].Limit; l != "" {
			rows[i].Action = c.limits[l]
			continue
		}
		rows[i].Action = c.action(rows[i].Kind)
	}
	return rows
}

// actionOn is the action for an error, by its kind and, if a limit on time has
// passed, by that.
func (c *Chain) actionOn(k providers.Kind, err error) Action {
	if k == providers.KindTimeout {
		if e, ok := errors.AsType[*TimeoutError](err); ok {
			if a, ok := c.limits[e.Limit]; ok && !fixedLimit(e.Limit) { // those that are fixed come from a chain inside
				return a
			}
		}
	}
	return c.action(k)
}

func (c *Chain) action(k providers.Kind) Action {
	if a, ok := c.actions[k]; ok {
		return a
	}
	return c.actions[providers.KindUnknown]
}
