package stats

import "github.com/llmotel/sdk/providers"

// models merges series by provider and model.
func models(all []*series) []Model {
	type id struct{ provider, model string }
	ids, groups := group(all, func(s *series) (id, bool) { return id{s.provider, s.model}, true })
	out := make([]Model, len(ids))
	for i, k := range ids {
		out[i] = Model{Provider: k.provider, Model: k.model, Figures: merged(groups[k])}
	}
	return out
}

// targets merges series by target and adds the breakers, also those of targets
// that were never called.
func targets(all []*series, breakers []providers.BreakerStatus) []Target {
	ids, groups := group(all, func(s *series) (string, bool) { return s.target, s.target != "" })
	byName := make(map[string]*Breaker, len(breakers))
	for _, b := range breakers {
		if _, twice := byName[b.Target]; twice {
			continue
		}
		byName[b.Target] = &Breaker{
			State: b.State, Since: b.Since, Reason: b.Reason, RetryAt: b.RetryAt,
			ConsecutiveFailures: b.ConsecutiveFailures, Successes: b.Successes, Failures: b.Failures, ErrorRate: b.FailureRate,
		}
		if _, called := groups[b.Target]; !called {
			ids = append(ids, b.Target)
		}
	}
	out := make([]Target, len(ids))
	for i, name := range ids {
		out[i] = Target{Target: name, Breaker: byName[name], Figures: merged(groups[name])}
	}
	return out
}

// group sorts series by an id, in order of first appearance; those for which
// of says no are left out.
func group[K comparable](all []*series, of func(*series) (K, bool)) (ids []K, groups map[K][]*series) {
	groups = make(map[K][]*series, len(all))
	for _, s := range all {
		k, ok := of(s)
		if !ok {
			continue
		}
		if _, seen := groups[k]; !seen {
			ids = append(ids, k)
		}
		groups[k] = append(groups[k], s)
	}
	return ids, groups
}

func merged(group []*series) Figures {
	switch len(group) {
	case 0:
		return Figures{}
	case 1:
		return group[0].snapshot()
	}
	var sum figures
	for _, s := range group {
		sum.merge(&s.figures)
	}
	return sum.snapshot()
}
