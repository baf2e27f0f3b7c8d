package failover

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Option configures a chain.
type Option interface{ apply(config) config }

// TargetOption configures a target when it stands in Target.Options, and all
// targets of a chain when it is given to New.
type TargetOption interface {
	Option
	applyTarget(settings) settings
}

type config struct {
	name     string
	total    time.Duration
	stream   time.Duration
	hooks    []Hooks
	visit    []func(providers.Provider) providers.Provider
	actions  map[providers.Kind]Action
	limits   map[Limit]Action
	defaults settings
	random   func() float64 // from 0 to 1, for jitter

	order      Order
	key        func(context.Context, *providers.Request) string
	experiment string
	prices     Pricer

	policy     StreamPolicy
	streamed   bool
	openWait   time.Duration
	lastResort LastResort
	hedge      *hedging

	resortLimit time.Duration

	retryShare, retryRate float64
}

// settings are those of one target.
type settings struct {
	maxAttempts        int
	backoff, maxDelay  time.Duration
	waitSoon, waitLast time.Duration

	consecutive  int
	rate         float64
	rateMinCalls int
	rateWindow   time.Duration
	openFor      time.Duration
	trials       int
	successes    int

	slowRate      float64
	slowThreshold time.Duration
	slowMinCalls  int
	slowWindow    time.Duration

	perModel, perKey bool

	maxConcurrency    int
	requestsPerMinute int
	tokensPerMinute   int
	limitWait         time.Duration

	connect, attempt, firstChunk, idle time.Duration

	weight    float64
	variant   string
	lacks     Capability
	window    int64 // tokens; 0: unknown
	continues bool
}

func defaults() config {
	return config{
		name:     "failover",
		total:    10 * time.Minute,
		random:   rand.Float64,
		openWait: 2 * time.Second, resortLimit: 30 * time.Second, retryShare: .2, retryRate: 10,
		defaults: settings{
			maxAttempts: 2, backoff: 500 * time.Millisecond, maxDelay: 8 * time.Second,
			waitSoon: 2 * time.Second, waitLast: 30 * time.Second,
			consecutive: 5, rate: .5, rateMinCalls: 20, rateWindow: time.Minute,
			openFor: 30 * time.Second, trials: 1, successes: 2,
			firstChunk: 2 * time.Minute, idle: 2 * time.Minute, weight: 1,
		},
	}
}

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

type targetOptionFunc func(settings) settings

func (f targetOptionFunc) apply(c config) config { c.defaults = f(c.defaults); return c }

func (f targetOptionFunc) applyTarget(s settings) settings { return f(s) }

// WithName sets what Chain.Name returns. The default is "failover".
func WithName(name string) Option {
	return optionFunc(func(c config) config { c.name = name; return c })
}

// WithTotalTimeout limits how long a call may look for an answer, all targets,
// retries and waits together: a Generate until it returns, a Stream until its
// first semantic chunk, since an answer that flows is not cut off. The default
// is 10 minutes; 0 means no limit. The call then ends with a *TimeoutError.
func WithTotalTimeout(d time.Duration) Option {
	return optionFunc(func(c config) config { c.total = d; return c })
}

// WithStreamTimeout limits a whole stream, also one that flows. The default 0
// means no limit.
func WithStreamTimeout(d time.Duration) Option {
	return optionFunc(func(c config) config { c.stream = d; return c })
}

// WithHooks adds hooks. Given several times, all are called in order.
func WithHooks(h Hooks) Option {
	return optionFunc(func(c config) config {
		c.hooks = append(slices.Clip(c.hooks), h)
		return c
	})
}

// WithVisit wraps what a chain calls when it visits a target. The Provider
// given to wrap is such a visit: its Name is the target provider's, it is
// Targeted, it is Addressed if the target's provider is, its request has the
// target's model, and all attempts on the target happen inside. Its Response
// or ChunkFinish counts the attempts on this target alone; its error is, or
// has inside, a *TargetError. wrap is called once for each target, in New.
// Given several times, the first is the outermost. What a wrapper calls again
// is held to the limits and breakers of the chain, and is not in its history.
func WithVisit(wrap func(visit providers.Provider) providers.Provider) Option {
	return optionFunc(func(c config) config {
		c.visit = append(slices.Clip(c.visit), wrap)
		return c
	})
}

// WithAction changes what the chain does about errors of a kind; see [Table]
// for the defaults. KindCancelled and KindPanic cannot be changed.
func WithAction(kind providers.Kind, a Action) Option {
	return optionFunc(func(c config) config {
		m := map[providers.Kind]Action{kind: a}
		for k, v := range c.actions {
			if k != kind {
				m[k] = v
			}
		}
		c.actions = m
		return c
	})
}

// WithTimeoutAction changes what the chain does when one of its limits on time
// has passed: LimitConnect, LimitFirstChunk, LimitIdle or LimitAttempt. WithAction
// for KindTimeout changes them all, and what a provider's own client reports.
func WithTimeoutAction(limit Limit, a Action) Option {
	return optionFunc(func(c config) config {
		m := map[Limit]Action{limit: a}
		for l, v := range c.limits {
			if l != limit {
				m[l] = v
			}
		}
		c.limits = m
		return c
	})
}
