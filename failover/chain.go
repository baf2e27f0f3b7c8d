package failover

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Chain is a Provider that answers from the first of its targets that can. It
// is safe for concurrent use. Use New.
type Chain struct {
	name       string
	hooks      []Hooks
	hookPanics atomic.Uint64
}

var _ providers.Provider = (*Chain)(nil)

// New returns a chain over the targets, which are tried in order.
func New(targets []Target, opts ...Option) (*Chain, error) {
	cfg := defaults()
	for _, o := range opts {
		if o != nil {
			cfg = o.apply(cfg)
		}
	}
	return &Chain{name: cfg.name, hooks: cfg.hooks}, nil
}

// Name returns "failover" or what WithName set.
func (c *Chain) Name() string { return c.name }

// Generate asks the targets in order and returns the first answer. Target and
// Attempts of the Response are set. The error is an *Error, or the
// *providers.Error of an invalid request that no target was asked.
func (c *Chain) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	return nil, fmt.Errorf("todo")
}

// Stream asks the targets in order and yields the first answer that begins.
func (c *Chain) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) { yield(nil, fmt.Errorf("todo")) }
}

// HookPanics counts the panics in hooks that were contained.
func (c *Chain) HookPanics() uint64 { return c.hookPanics.Load() }

// Table returns what this chain does about each Kind.
func (c *Chain) Table() []Row { return Table() }

// BreakerStatuses returns the state of each target's circuit breaker, in the
// order of the targets.
func (c *Chain) BreakerStatuses() []providers.BreakerStatus { return nil }

// BreakerStatus returns the state of one target's circuit breaker.
func (c *Chain) BreakerStatus(target string) (providers.BreakerStatus, bool) {
	return providers.BreakerStatus{}, false
}

// Open opens a target's circuit breaker until Close is called.
func (c *Chain) Open(target string) error { return ErrUnknownTarget }

// Close closes a target's circuit breaker and ends its cooldown.
func (c *Chain) Close(target string) error { return ErrUnknownTarget }

// Isolate opens a target's circuit breaker for a time, after which trials
// decide.
func (c *Chain) Isolate(target string, d time.Duration) error { return ErrUnknownTarget }
