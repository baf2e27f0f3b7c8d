package failover

import (
	"context"
	"math"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Order says in which order a call tries the targets.
type Order uint8

// The orders.
const (
	// OrderFixed is the order of the targets as given: the default.
	OrderFixed Order = iota
	// OrderWeighted draws the order anew for each call: a target comes first
	// in proportion to its weight, see WithWeight. With WithStickyKey it is
	// the key that draws.
	OrderWeighted
	// OrderRoundRobin begins one target further with each call.
	OrderRoundRobin
	// OrderLowestLatency begins with the target whose first chunk, or whole
	// answer of a Generate, has lately taken the shortest time (a moving
	// average, an eighth of it the last answer; an attempt that timed out or
	// lost to a hedge counts with the time that it had). Targets without an
	// answer come first; one call in twenty tries another target first, so
	// that one which has recovered is noticed.
	OrderLowestLatency
	// OrderLowestCost begins with the target whose list price for the request
	// is lowest: its estimated prompt with MaxOutputTokens or, without, 1000
	// tokens of output. Targets without a price come last. See WithPrices.
	OrderLowestCost
)

// String returns the order's name.
func (o Order) String() string {
	switch o {
	case OrderFixed:
		return "fixed"
	case OrderWeighted:
		return "weighted"
	case OrderRoundRobin:
		return "round_robin"
	case OrderLowestLatency:
		return "lowest_latency"
	case OrderLowestCost:
		return "lowest_cost"
	}
	return "unknown"
}

// WithOrder sets the order in which calls try the targets. Targets that may
// not be called are passed over in any order.
func WithOrder(o Order) Option {
	return optionFunc(func(c config) config { c.order = o; return c })
}

// WithWeight sets the target's share under OrderWeighted. The default is 1; a
// target of weight 0 is asked only after all others.
func WithWeight(w float64) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.weight = w; return s })
}

// WithStickyKey gives calls with the same key the same order of targets under
// OrderWeighted, in every process: weighted rendezvous hashing of the key and
// the targets' names, so that a target which is added or taken away moves only
// the keys that it takes or had. An empty key draws at random. key is called
// once for each call; the key is kept nowhere.
func WithStickyKey(key func(ctx context.Context, req *providers.Request) string) Option {
	return optionFunc(func(c config) config { c.key = key; return c })
}

// WithExperiment makes the draw of OrderWeighted an A/B test by that name: the
// variant of a call is that of the target which was drawn first, whichever
// answers in the end. Hooks get both in the StartEvent, and telemetry puts
// them into the call's attribution.
func WithExperiment(name string) Option {
	return optionFunc(func(c config) config { c.experiment = name; return c })
}

// WithVariant names the target in an experiment; the default is its name.
func WithVariant(name string) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.variant = name; return s })
}

// Pricer says what a call costs. *pricing.Catalogue is one.
type Pricer interface {
	Cost(provider, model, tier string, usage *providers.Usage, at time.Time) pricing.Cost
}

// WithPrices sets the prices that OrderLowestCost goes by. The default is
// pricing.Default.
func WithPrices(p Pricer) Option {
	return optionFunc(func(c config) config { c.prices = p; return c })
}

// explore is the share of calls in which OrderLowestLatency looks elsewhere.
const explore = 1. / 20

// orders sets the call's order of targets.
func (k *call) orders() {
	c := k.chain
	k.order = c.targets
	if c.order == OrderFixed || k.req == nil || len(c.targets) < 2 {
		return
	}
	k.order = append(k.orderBuf[:0], c.targets...)
	if c.order == OrderRoundRobin {
		first := int((c.turn.Add(1) - 1) % uint64(len(c.targets))) //nolint:gosec // less than the number of targets
		k.order = append(append(k.order[:0], c.targets[first:]...), c.targets[:first]...)
		return
	}
	var buf [len(k.orderBuf)]float64
	ranks := buf[:0]
	key := uint64(0)
	if c.order == OrderWeighted {
		key = k.drawKey()
	}
	for _, t := range k.order {
		ranks = append(ranks, k.rank(t, key))
	}
	if c.order == OrderLowestLatency && c.random() < explore {
		ranks[int(c.random()*float64(len(ranks)))%len(ranks)] = -1
	}
	// Few targets: an insertion sort, which keeps equals as they were given.
	for i := 1; i < len(ranks); i++ {
		for j := i; j > 0 && ranks[j] < ranks[j-1]; j-- {
			ranks[j], ranks[j-1] = ranks[j-1], ranks[j]
			k.order[j], k.order[j-1] = k.order[j-1], k.order[j]
		}
	}
}

// rank is a target's place among the others; the lowest comes first.
func (k *call) rank(t *target, key uint64) float64 {
	switch k.chain.order {
	case OrderWeighted:
		if t.s.weight == 0 {
			return math.Inf(1)
		}
		// An exponential variable of that rate is the lowest of several with
		// the probability that its rate has of their sum.
		u := k.chain.random()
		if key != 0 {
			u = unit(key ^ t.hash)
		}
		return -math.Log(1-u*(1-0x1p-53)) / t.s.weight
	case OrderLowestLatency:
		return float64(t.latency.Load())
	default:
		return k.price(t)
	}
}

// price is what the request would cost on the target.
func (k *call) price(t *target) float64 {
	u := providers.Usage{Completeness: providers.UsageEstimated}
	u.Set(providers.ClassInput, max(1, promptTokens(k.req)))
	u.Set(providers.ClassOutput, outputOf(k.req))
	model := t.model
	if model == "" {
		model = k.req.Model
	}
	cost := k.chain.containPrice(t.provider.Name(), model, k.req.ServiceTier, &u, k.start)
	if !cost.Priced {
		return math.Inf(1)
	}
	return cost.Amount.Float()
}

func (c *Chain) containPrice(provider, model, tier string, u *providers.Usage, at time.Time) (cost pricing.Cost) {
	defer func() {
		if recover() != nil {
			c.hookPanics.Add(1)
			cost = pricing.Cost{}
		}
	}()
	return c.prices.Cost(provider, model, tier, u, at)
}

// took enters how long an answer, or its first chunk, has taken.
func (t *target) took(d time.Duration) {
	for {
		old := t.latency.Load()
		avg := int64(d)
		if old > 0 {
			avg = old + (int64(d)-old)/8
		}
		if t.latency.CompareAndSwap(old, max(1, avg)) {
			return
		}
	}
}

// drawKey is the hash of the call's sticky key; 0 if there is none.
func (k *call) drawKey() uint64 {
	if k.chain.key == nil {
		return 0
	}
	key := k.chain.containKey(k.caller, k.req)
	if key == "" {
		return 0
	}
	return hashOf(key) | 1
}

func (c *Chain) containKey(ctx context.Context, req *providers.Request) (key string) {
	defer func() {
		if recover() != nil {
			c.hookPanics.Add(1)
			key = ""
		}
	}()
	return c.key(ctx, req)
}

// hashOf is FNV-1a, which is the same in every process and version.
func hashOf(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// unit spreads a hash over the numbers from 0 to 1 (the finalizer of
// SplitMix64, Steele et al. 2014).
func unit(h uint64) float64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	h ^= h >> 31
	return float64(h>>11) * 0x1p-53
}
