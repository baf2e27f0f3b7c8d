package failover

import "time"

// Description is how a chain is set up: what its options and the defaults have
// come to. It holds nothing secret, so it can be logged when a program starts,
// shown on a page, or compared with what was meant.
type Description struct {
	Name string
	// TotalTimeout, StreamTimeout and OpenWait are 0 where there is no limit,
	// or no wait.
	TotalTimeout, StreamTimeout, OpenWait time.Duration

	Order      Order
	StickyKey  bool // there is one
	Experiment string

	StreamPolicy     StreamPolicy
	StreamedGenerate bool

	RetryBudgetShare, RetryBudgetPerSecond float64

	// HedgeDelay, or HedgeQuantile with HedgeMinCalls, is when a call is
	// hedged; all are 0 if none is.
	HedgeDelay    time.Duration
	HedgeQuantile float64
	HedgeMinCalls int

	LastResort        bool          // there is one
	LastResortTimeout time.Duration // 0: no limit

	// Table is what the chain does about errors, see Chain.Table.
	Table []Row
	// Targets are in the order in which they were given.
	Targets []TargetDescription
}

// TargetDescription is how a target is set up, see [Chain.Describe].
type TargetDescription struct {
	Name, Provider, Model string
	// Keys are the names of its keys, if it has several.
	Keys []string

	MaxAttempts                    int
	BackoffFirst, BackoffMaximum   time.Duration
	RetryAfterSoon, RetryAfterLast time.Duration

	ConsecutiveFailures int // 0: no such rule
	FailureRate         float64
	FailureRateMinCalls int
	FailureRateWindow   time.Duration
	SlowCallRate        float64 // 0: no such rule
	SlowCallThreshold   time.Duration
	SlowCallMinCalls    int
	SlowCallWindow      time.Duration
	OpenDelay           time.Duration
	Trials, Successes   int
	// BreakerPerModel and BreakerPerKey tell that each model or key has a
	// circuit breaker of its own.
	BreakerPerModel, BreakerPerKey bool

	// Limits on how much the target is asked; 0 means none.
	MaxConcurrency, RequestsPerMinute, TokensPerMinute int
	LimitWait                                          time.Duration

	// Limits on time; 0 means none.
	ConnectTimeout, AttemptTimeout, FirstChunkTimeout, IdleTimeout time.Duration

	Weight        float64
	Variant       string
	Lacks         Capability
	ContextWindow int64 // 0: unknown
	Continuation  bool
}

// Describe returns how the chain is set up.
func (c *Chain) Describe() Description {
	d := Description{
		Name:         c.name,
		TotalTimeout: c.total, StreamTimeout: c.stream, OpenWait: c.openWait,
		Order: c.order, StickyKey: c.key != nil, Experiment: c.experiment,
		StreamPolicy: c.policy, StreamedGenerate: c.streamed,
		RetryBudgetShare: c.budget.share, RetryBudgetPerSecond: c.budget.rate,
		LastResort: c.lastResort != nil,
		Table:      c.Table(),
		Targets:    make([]TargetDescription, len(c.targets)),
	}
	if d.LastResort {
		d.LastResortTimeout = c.resortLimit
	}
	if h := c.hedge; h != nil {
		d.HedgeDelay, d.HedgeQuantile, d.HedgeMinCalls = h.delay, h.quantile, h.minCalls
	}
	for i, t := range c.targets {
		d.Targets[i] = t.describe()
	}
	return d
}

func (t *target) describe() TargetDescription {
	d := t.s.describe()
	d.Name, d.Provider, d.Model = t.name, t.provider.Name(), t.model
	if t.door.keys != nil {
		for _, k := range t.door.keys.keys {
			d.Keys = append(d.Keys, k.name)
		}
	}
	return d
}

func (s *settings) describe() TargetDescription {
	return TargetDescription{
		MaxAttempts:  s.maxAttempts,
		BackoffFirst: s.backoff, BackoffMaximum: s.maxDelay,
		RetryAfterSoon: s.waitSoon, RetryAfterLast: s.waitLast,
		ConsecutiveFailures: s.consecutive,
		FailureRate:         s.rate, FailureRateMinCalls: s.rateMinCalls, FailureRateWindow: s.rateWindow,
		SlowCallRate: s.slowRate, SlowCallThreshold: s.slowThreshold, SlowCallMinCalls: s.slowMinCalls, SlowCallWindow: s.slowWindow,
		OpenDelay: s.openFor, Trials: s.trials, Successes: s.successes,
		BreakerPerModel: s.perModel, BreakerPerKey: s.perKey,
		MaxConcurrency: s.maxConcurrency, RequestsPerMinute: s.requestsPerMinute, TokensPerMinute: s.tokensPerMinute, LimitWait: s.limitWait,
		ConnectTimeout: s.connect, AttemptTimeout: s.attempt, FirstChunkTimeout: s.firstChunk, IdleTimeout: s.idle,
		Weight: s.weight, Variant: s.variant, Lacks: s.lacks, ContextWindow: s.window, Continuation: s.continues,
	}
}
