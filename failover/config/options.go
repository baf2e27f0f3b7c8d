package config

import (
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// What the names in the file stand for.
var (
	orders = map[string]failover.Order{
		"fixed": failover.OrderFixed, "weighted": failover.OrderWeighted, "round_robin": failover.OrderRoundRobin,
		"lowest_latency": failover.OrderLowestLatency, "lowest_cost": failover.OrderLowestCost,
	}
	policies = map[string]failover.StreamPolicy{
		"fail": failover.StreamFail, "restart": failover.StreamRestart,
		"buffer": failover.StreamBuffer, "continue": failover.StreamContinue,
	}
	verdicts = map[string]failover.Verdict{
		"ignored": failover.Ignored, "success": failover.Success, "alive": failover.Alive, "failure": failover.Failure,
	}
	retryRules = map[string]failover.RetryRule{
		"never": failover.RetryNever, "here": failover.RetryHere,
		"if_last": failover.RetryIfLast, "if_soon": failover.RetryIfSoon,
	}
	capabilities = map[string]failover.Capability{
		"tools": failover.Tools, "images": failover.Images, "audio": failover.Audio, "files": failover.Files,
		"structured_output": failover.StructuredOutput, "choices": failover.Choices,
	}
)

// chainOptions are the options that the file stands for.
func chainOptions(f *file) []failover.Option {
	var o []failover.Option
	set(&o, f.Name, failover.WithName)
	setTime(&o, f.TotalTimeout, failover.WithTotalTimeout)
	setTime(&o, f.StreamTimeout, failover.WithStreamTimeout)
	setTime(&o, f.OpenWait, failover.WithOpenWait)
	set(&o, f.Order, func(s string) failover.Option { return failover.WithOrder(orders[s]) })
	set(&o, f.Experiment, failover.WithExperiment)
	set(&o, f.StreamPolicy, func(s string) failover.Option { return failover.WithStreamPolicy(policies[s]) })
	if value(f.StreamedGenerate) {
		o = append(o, failover.WithStreamedGenerate())
	}
	if b := f.RetryBudget; b != nil {
		o = append(o, failover.WithRetryBudget(value(b.Share), value(b.PerSecond)))
	}
	if h := f.Hedge; h != nil {
		setTime(&o, h.Delay, failover.WithHedge)
		if h.Delay == nil {
			o = append(o, failover.WithHedgeQuantile(value(h.Quantile), value(h.MinCalls)))
		}
	}
	set(&o, f.StaticAnswer, failover.WithStaticAnswer)
	if f.Defaults != nil {
		for _, t := range f.Defaults.own() {
			o = append(o, t)
		}
	}
	return append(o, actions(f)...)
}

// actions are the changes of the table. What an action leaves out is what the
// table has, for a limit what the file says of timeouts.
func actions(f *file) []failover.Option {
	kinds, limits := map[string]failover.Action{}, map[string]failover.Action{}
	for _, r := range failover.Table() {
		if r.Limit == "" {
			kinds[string(r.Kind)] = r.Action
		} else {
			limits[string(r.Limit)] = r.Action
		}
	}
	var o []failover.Option
	for _, kind := range keys(f.Actions) {
		a := f.Actions[kind]
		kinds[kind] = a.change(kinds[kind])
		o = append(o, failover.WithAction(providers.Kind(kind), kinds[kind]))
	}
	_, changed := f.Actions[string(providers.KindTimeout)]
	for _, limit := range keys(f.TimeoutActions) {
		a, base := f.TimeoutActions[limit], limits[limit]
		if changed {
			base = kinds[string(providers.KindTimeout)]
		}
		o = append(o, failover.WithTimeoutAction(failover.Limit(limit), a.change(base)))
	}
	return o
}

// change sets what the file says.
func (a *action) change(to failover.Action) failover.Action {
	if a.Breaker != nil {
		to.Breaker = verdicts[*a.Breaker]
	}
	if a.Retry != nil {
		to.Retry = retryRules[*a.Retry]
	}
	if a.Next != nil {
		to.Next = *a.Next
	}
	if a.NextIfLarger != nil {
		to.NextIfLarger = *a.NextIfLarger
	}
	if a.Cooldown != nil {
		to.Cooldown = *a.Cooldown
	}
	if a.Isolate != nil {
		to.Isolate = time.Duration(*a.Isolate)
	}
	return to
}

// options are those of a target: its own, and of the defaults those that can
// only be turned on.
func (s *settings) options(defaults *settings) []failover.TargetOption {
	o := s.own()
	if s.continues(defaults) {
		o = append(o, failover.WithContinuation())
	}
	switch s.per(defaults) {
	case "model":
		o = append(o, failover.WithBreakerPerModel())
	case "key":
		o = append(o, failover.WithBreakerPerKey())
	}
	return o
}

func (s *settings) per(defaults *settings) string {
	for _, s := range []*settings{s, defaults} {
		if s != nil && s.Breaker != nil && s.Breaker.Per != nil {
			return *s.Breaker.Per
		}
	}
	return ""
}

func (s *settings) continues(defaults *settings) bool {
	if s.Continuation == nil && defaults != nil {
		return value(defaults.Continuation)
	}
	return value(s.Continuation)
}

// own are the options that can be set for a target and for all.
func (s *settings) own() []failover.TargetOption {
	var o []failover.TargetOption
	if r := s.Retry; r != nil {
		set(&o, r.MaxAttempts, failover.WithMaxAttempts)
		if b := r.Backoff; b != nil {
			o = append(o, failover.WithBackoff(time.Duration(value(b.First)), time.Duration(value(b.Maximum))))
		}
		if w := r.RetryAfter; w != nil {
			o = append(o, failover.WithRetryWaits(time.Duration(value(w.Soon)), time.Duration(value(w.Last))))
		}
	}
	if b := s.Breaker; b != nil {
		set(&o, b.ConsecutiveFailures, failover.WithConsecutiveFailures)
		if r := b.FailureRate; r != nil {
			o = append(o, failover.WithFailureRate(value(r.Rate), value(r.MinCalls), time.Duration(value(r.Window))))
		}
		if r := b.SlowCallRate; r != nil {
			o = append(o, failover.WithSlowCallRate(value(r.Rate), time.Duration(value(r.Threshold)), value(r.MinCalls), time.Duration(value(r.Window))))
		}
		setTime(&o, b.OpenDelay, failover.WithOpenDelay)
		if t := b.Trials; t != nil {
			o = append(o, failover.WithTrials(value(t.Concurrent), value(t.Successes)))
		}
	}
	if t := s.Timeouts; t != nil {
		setTime(&o, t.Connect, failover.WithConnectTimeout)
		setTime(&o, t.Attempt, failover.WithAttemptTimeout)
		setTime(&o, t.FirstChunk, failover.WithFirstChunkTimeout)
		setTime(&o, t.Idle, failover.WithIdleTimeout)
	}
	if l := s.Limits; l != nil {
		set(&o, l.MaxConcurrency, failover.WithMaxConcurrency)
		set(&o, l.RequestsPerMinute, failover.WithRequestsPerMinute)
		set(&o, l.TokensPerMinute, failover.WithTokensPerMinute)
		setTime(&o, l.Wait, failover.WithLimitWait)
	}
	set(&o, s.Weight, failover.WithWeight)
	set(&o, s.Variant, failover.WithVariant)
	if s.Lacks != nil {
		lacks := make([]failover.Capability, 0, len(*s.Lacks))
		for _, name := range *s.Lacks {
			lacks = append(lacks, capabilities[name])
		}
		o = append(o, failover.WithoutCapabilities(lacks...))
	}
	set(&o, s.ContextWindow, failover.WithContextWindow)
	return o
}

// set appends the option for a value, if the file has one.
func set[O, T any](to *[]O, v *T, with func(T) O) {
	if v != nil {
		*to = append(*to, with(*v))
	}
}

func setTime[O any](to *[]O, v *duration, with func(time.Duration) O) {
	if v != nil {
		*to = append(*to, with(time.Duration(*v)))
	}
}
