package failover

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// target is a Target made ready.
type target struct {
	name, model string
	provider    providers.Provider
	s           settings
	door        *door
	retry       failsafe.Executor[*visit] // nil: one attempt

	visit   providers.Provider // what WithVisit made of the visitor
	wrapped bool

	errAttempt, errFirstChunk, errIdle, errConnect *TimeoutError

	latency atomic.Int64 // moving average, ns; 0: none yet
	hash    uint64       // of the name
}

// New returns a chain over the targets, which are tried in order. It reports
// everything that is wrong with them and the options.
func New(targets []Target, opts ...Option) (*Chain, error) {
	cfg := defaults()
	for _, o := range opts {
		if o != nil {
			cfg = o.apply(cfg)
		}
	}
	c := &Chain{
		name: cfg.name, total: cfg.total, stream: cfg.stream, hooks: cfg.hooks,
		errTotal:  &TimeoutError{LimitTotal, cfg.total},
		errStream: &TimeoutError{LimitStream, cfg.stream},
		errResort: &TimeoutError{LimitLastResort, cfg.resortLimit},
		byName:    make(map[string]*target, len(targets)),
		handover:  newHandover(len(targets)),
		modelled:  true,
		random:    cfg.random,
		order:     cfg.order, key: cfg.key, experiment: cfg.experiment, prices: cfg.prices,
		policy: cfg.policy, streamed: cfg.streamed, openWait: cfg.openWait,
		lastResort: cfg.lastResort, resortLimit: cfg.resortLimit, budget: newBudget(cfg.retryShare, cfg.retryRate),
	}
	if c.prices == nil {
		c.prices = pricing.Default()
	}
	errs := []error{cfg.check(), cfg.hedge.check()}
	if len(targets) == 0 {
		errs = append(errs, errors.New("failover: no targets; give at least one"))
	}
	var err error
	if c.actions, c.limits, err = cfg.table(); err != nil {
		errs = append(errs, err)
	}
	for i := range targets {
		t, err := c.newTarget(i, &targets[i], &cfg)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		c.targets = append(c.targets, t)
		c.byName[t.name] = t
		c.modelled = c.modelled && t.model != ""
		c.repeats = c.repeats || cfg.hedge != nil || t.s.maxAttempts > 1
		c.selective = c.selective || t.s.lacks != 0 || t.s.window != 0
	}
	if c.policy == StreamContinue && len(c.targets) == len(targets) && !slices.ContainsFunc(c.targets, func(t *target) bool { return t.s.continues }) {
		errs = append(errs, errors.New("failover: WithStreamPolicy(StreamContinue): no target continues an answer; say WithContinuation of those whose model can"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.hedge = newHedging(cfg.hedge)
	return c, nil
}

func (c *Chain) newTarget(i int, in *Target, cfg *config) (*target, error) {
	provider, err := in.provide()
	if err != nil {
		return nil, fmt.Errorf("failover: target %d (%q) %w", i, in.Name, err)
	}
	t := &target{name: in.Name, model: in.Model, provider: provider, s: cfg.defaults}
	if t.name == "" {
		t.name = provider.Name()
	}
	if t.name == "" {
		return nil, fmt.Errorf("failover: target %d has neither a name nor a provider with one", i)
	}
	if c.byName[t.name] != nil {
		return nil, fmt.Errorf("failover: target %d has the name %q of an earlier one; names are unique", i, t.name)
	}
	for _, o := range in.Options {
		if o != nil {
			t.s = o.applyTarget(t.s)
		}
	}
	if t.s.variant == "" {
		t.s.variant = t.name
	}
	t.hash = hashOf(t.name)
	if t.s.rate == 0 && t.s.rateWindow == 0 {
		t.s.rateWindow = time.Minute // for the figures alone
	}
	if err := t.s.check(); err != nil {
		return nil, fmt.Errorf("failover: target %q: %w", t.name, err)
	}
	t.door = newDoor(t.name, t.model != "", in.Keys, &t.s)
	t.retry = newRetry(c, &t.s)
	t.errAttempt = &TimeoutError{LimitAttempt, t.s.attempt}
	t.errFirstChunk = &TimeoutError{LimitFirstChunk, t.s.firstChunk}
	t.errIdle = &TimeoutError{LimitIdle, t.s.idle}
	t.errConnect = &TimeoutError{LimitConnect, t.s.connect}
	return t, c.wrap(t, cfg)
}

// wrap makes the visit's Provider, the first wrapper outermost.
func (c *Chain) wrap(t *target, cfg *config) error {
	t.visit = visitor{c, t}
	if a, ok := t.provider.(providers.Addressed); ok {
		t.visit = addressedVisitor{visitor{c, t}, a}
	}
	for _, wrap := range slices.Backward(cfg.visit) {
		if wrap == nil {
			continue
		}
		if t.visit = wrap(t.visit); t.visit == nil {
			return fmt.Errorf("failover: target %q: the function given to WithVisit returned nil", t.name)
		}
		t.wrapped = true
	}
	return nil
}

func (cfg *config) check() error {
	switch {
	case cfg.name == "":
		return errors.New("failover: WithName: the name is empty")
	case cfg.total < 0:
		return fmt.Errorf("failover: WithTotalTimeout(%v): negative; 0 means no limit", cfg.total)
	case cfg.stream < 0:
		return fmt.Errorf("failover: WithStreamTimeout(%v): negative; 0 means no limit", cfg.stream)
	case cfg.openWait < 0:
		return fmt.Errorf("failover: WithOpenWait(%v): negative; 0 means not to wait", cfg.openWait)
	case cfg.resortLimit < 0:
		return fmt.Errorf("failover: WithLastResortTimeout(%v): negative; 0 means no limit", cfg.resortLimit)
	case cfg.order > OrderLowestCost:
		return fmt.Errorf("failover: WithOrder(%d): no such order", cfg.order)
	case cfg.policy > StreamContinue:
		return fmt.Errorf("failover: WithStreamPolicy(%d): no such policy", cfg.policy)
	case cfg.key != nil && cfg.order != OrderWeighted:
		return fmt.Errorf("failover: WithStickyKey: needs WithOrder(OrderWeighted), not %v", cfg.order)
	case cfg.experiment != "" && cfg.order != OrderWeighted:
		return fmt.Errorf("failover: WithExperiment(%q): needs WithOrder(OrderWeighted), not %v", cfg.experiment, cfg.order)
	case !(cfg.retryShare >= 0 && cfg.retryShare <= 1000) || !(cfg.retryRate >= 0 && cfg.retryRate <= 1e9):
		return fmt.Errorf("failover: WithRetryBudget(%v, %v): must not be negative", cfg.retryShare, cfg.retryRate)
	}
	return nil
}

// table is the default one with the changes of WithAction.
func (cfg *config) table() (map[providers.Kind]Action, map[Limit]Action, error) {
	out, limits := make(map[providers.Kind]Action, len(table)), map[Limit]Action{}
	for _, r := range table {
		if r.Limit != "" {
			limits[r.Limit] = r.Action
			continue
		}
		out[r.Kind] = r.Action
	}
	for k, a := range cfg.actions {
		switch _, known := out[k]; {
		case !known:
			return nil, nil, fmt.Errorf("failover: WithAction: %q is no kind of error", k)
		case fixed(k):
			return nil, nil, fmt.Errorf("failover: WithAction: the action of %q is fixed", k)
		case a.impossible():
			return nil, nil, fmt.Errorf("failover: WithAction: the action of %q has an impossible value", k)
		}
		out[k] = a
		if k == providers.KindTimeout {
			for l := range limits {
				if !fixedLimit(l) {
					limits[l] = a
				}
			}
		}
	}
	for l, a := range cfg.limits {
		switch _, known := limits[l]; {
		case !known:
			return nil, nil, fmt.Errorf("failover: WithTimeoutAction: %q is no limit", l)
		case fixedLimit(l):
			return nil, nil, fmt.Errorf("failover: WithTimeoutAction: the action of %q is fixed", l)
		case a.impossible():
			return nil, nil, fmt.Errorf("failover: WithTimeoutAction: the action of %q has an impossible value", l)
		}
		limits[l] = a
	}
	return out, limits, nil
}

func (a Action) impossible() bool {
	return a.Breaker > Failure || a.Retry > RetryIfSoon || a.Isolate < 0
}

// check names the first setting that cannot be.
func (s *settings) check() error {
	const minWindow = 10 * time.Millisecond
	switch {
	case s.maxAttempts < 1:
		return fmt.Errorf("WithMaxAttempts(%d): at least 1 is needed", s.maxAttempts)
	case s.backoff < 0 || s.maxDelay < s.backoff:
		return fmt.Errorf("WithBackoff(%v, %v): must not be negative, nor the first longer than the maximum", s.backoff, s.maxDelay)
	case s.waitSoon < 0 || s.waitLast < 0:
		return fmt.Errorf("WithRetryWaits(%v, %v): must not be negative", s.waitSoon, s.waitLast)
	case s.consecutive < 0:
		return fmt.Errorf("WithConsecutiveFailures(%d): must not be negative; 0 turns the rule off", s.consecutive)
	case !(s.rate >= 0 && s.rate <= 1):
		return fmt.Errorf("WithFailureRate(%v, ...): the rate must be between 0 and 1", s.rate)
	case s.rate > 0 && s.rateMinCalls < 1:
		return fmt.Errorf("WithFailureRate(..., %d, ...): at least 1 call is needed", s.rateMinCalls)
	case s.rateWindow < minWindow:
		return fmt.Errorf("WithFailureRate(..., %v): the window must be at least %v", s.rateWindow, minWindow)
	case s.openFor <= 0:
		return fmt.Errorf("WithOpenDelay(%v): must be positive", s.openFor)
	case s.trials < 1 || s.successes < 1:
		return fmt.Errorf("WithTrials(%d, %d): at least 1 of each is needed", s.trials, s.successes)
	case s.attempt < 0 || s.firstChunk < 0 || s.idle < 0 || s.connect < 0:
		return fmt.Errorf("timeouts (connect %v, attempt %v, first chunk %v, idle %v) must not be negative; 0 means no limit", s.connect, s.attempt, s.firstChunk, s.idle)
	case !(s.weight >= 0) || math.IsInf(s.weight, 1):
		return fmt.Errorf("WithWeight(%v): must be a number that is not negative", s.weight)
	case s.window < 0:
		return fmt.Errorf("WithContextWindow(%d): must not be negative; 0 means unknown", s.window)
	case s.lacks>>capabilities != 0:
		return fmt.Errorf("WithoutCapabilities(%d): no such capability", s.lacks)
	}
	return s.checkAdmission()
}
