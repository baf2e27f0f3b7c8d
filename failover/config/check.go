package config

import (
	"fmt"
	"time"
)

// check finds what each field alone does not show.
func (b *builder) check(f *file) {
	if f.Experiment != nil && value(f.Order) != "weighted" {
		b.wrong("experiment", `needs "order": "weighted", which draws the variant`)
	}
	if h := f.Hedge; h != nil && !b.faulty("hedge") {
		switch {
		case h.Delay != nil && (h.Quantile != nil || h.MinCalls != nil):
			b.wrong("hedge", `has both a "delay" and a "quantile" with "min_calls"; choose one of them`)
		case h.Delay == nil && h.Quantile == nil && h.MinCalls == nil:
			b.wrong("hedge", `is empty; give a "delay", or a "quantile" with "min_calls"`)
		case h.Quantile != nil && h.MinCalls == nil:
			b.wrong("hedge.min_calls", `is missing: how many answers a quantile needs`)
		case h.MinCalls != nil && h.Quantile == nil:
			b.wrong("hedge.quantile", `is missing, and "min_calls" belongs to it`)
		}
	}
	if value(f.StreamPolicy) == "continue" && !b.continues(f) {
		b.wrong("stream_policy", `"continue" needs a target with "continuation": true`)
	}
	if f.Defaults != nil {
		b.checkSettings("defaults", f.Defaults)
	}
	for i := range f.Targets {
		b.checkTarget(fmt.Sprintf("targets[%d]", i), &f.Targets[i])
	}
}

func (b *builder) continues(f *file) bool {
	for i := range f.Targets {
		if f.Targets[i].continues(f.Defaults) {
			return true
		}
	}
	return b.faulty("targets") || b.faulty("defaults")
}

func (b *builder) checkTarget(path string, t *target) {
	b.checkSettings(path, &t.settings)
	switch {
	case t.Breaker == nil || t.Breaker.Per == nil:
	case *t.Breaker.Per == "key" && t.Keys == nil:
		b.wrong(path+".breaker.per", `"key" needs "keys"`)
	case *t.Breaker.Per == "model" && t.Model != nil:
		b.wrong(path+".breaker.per", `"model" has no use beside "model", which is the only one that the target serves`)
	}
	if t.Provider != nil && t.Provider.APIKeyEnv != nil && t.Keys != nil {
		b.wrong(path+".provider.api_key_env", `has no use beside "keys"; make it one of them`)
	}
	names, variables := map[string]int{}, map[string]int{}
	for i := range t.Keys {
		k, at := &t.Keys[i], fmt.Sprintf("%s.keys[%d]", path, i)
		b.unique(at+".name", k.Name, names, i)
		b.unique(at+".api_key_env", k.APIKeyEnv, variables, i)
	}
}

// unique refuses what another key has already.
func (b *builder) unique(path string, v *string, seen map[string]int, i int) {
	if v == nil {
		return
	}
	if first, twice := seen[*v]; twice {
		b.wrong(path, fmt.Sprintf("is that of keys[%d] already", first))
		return
	}
	seen[*v] = i
}

func (b *builder) checkSettings(path string, s *settings) {
	if r := s.Retry; r != nil && r.Backoff != nil {
		if first, most := r.Backoff.First, r.Backoff.Maximum; first != nil && most != nil && *first > *most {
			b.wrong(path+".retry.backoff.first", fmt.Sprintf("%v is longer than the maximum of %v", time.Duration(*first), time.Duration(*most)))
		}
	}
	if k := s.Breaker; k != nil && k.FailureRate != nil {
		b.rate(path+".breaker.failure_rate.rate", k.FailureRate.Rate)
	}
	if k := s.Breaker; k != nil && k.SlowCallRate != nil {
		b.rate(path+".breaker.slow_call_rate.rate", k.SlowCallRate.Rate)
	}
}

// rate refuses what would be rounded to 0, which every call exceeds.
func (b *builder) rate(path string, rate *float64) {
	if rate != nil && *rate > 0 && *rate < .005 {
		b.wrong(path, fmt.Sprintf("%v is rounded to 0; give at least 0.01, or 0 to turn the rule off", *rate))
	}
}
