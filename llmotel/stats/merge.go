package stats

import (
	"slices"

	"github.com/llmotel/sdk/providers"
)

// rows are the figures of series that were used, in order of appearance with Other
// last.
type rows []entry

type entry struct {
	*series
	figures *figures
}

func (c *capture) rows(of []figures) rows {
	out, others := make(rows, 0, len(of)), rows(nil)
	for i, s := range c.order[:len(of)] {
		switch {
		case of[i].requests() == 0:
		case s == c.other[s.role]:
			others = append(others, entry{s, &of[i]})
		default:
			out = append(out, entry{s, &of[i]})
		}
	}
	return append(out, others...)
}

// merged merges the rows of calls or of visits by an id, in order of first
// appearance, and makes a row of each; those for which id says no are left out.
func merged[K comparable, T any](all rows, counts role, id func(*key) (K, bool), row func(K, Figures) T) []T {
	var ids []K
	groups := map[K][]*figures{}
	for i := range all {
		k := &all[i].key
		name, ok := id(k)
		if !ok || k.role != both && k.role != counts {
			continue
		}
		if _, seen := groups[name]; !seen {
			ids = append(ids, name)
		}
		groups[name] = append(groups[name], all[i].figures)
	}
	out := []T{}
	for _, name := range ids {
		out = append(out, row(name, sumOf(groups[name])))
	}
	return out
}

func sumOf(group []*figures) Figures {
	if len(group) == 1 {
		return group[0].snapshot()
	}
	var sum figures
	for _, f := range group {
		sum.merge(f)
	}
	return sum.snapshot()
}

func (r rows) overall() Overall {
	everything := func(*key) (struct{}, bool) { return struct{}{}, true }
	all := merged(r, calls, everything, func(_ struct{}, f Figures) Overall { return Overall{f} })
	if len(all) == 0 {
		return Overall{}
	}
	return all[0]
}

func (r rows) providers() []Provider {
	return merged(r, visits, func(k *key) (string, bool) { return k.provider, true },
		func(name string, f Figures) Provider { return Provider{name, f} })
}

func (r rows) models() []Model {
	type id struct{ provider, model string }
	return merged(r, visits, func(k *key) (id, bool) { return id{k.provider, k.model}, true },
		func(k id, f Figures) Model { return Model{k.provider, k.model, f} })
}

func (r rows) features() []Feature {
	return merged(r, calls, func(k *key) (string, bool) { return k.feature, k.feature != "" },
		func(name string, f Figures) Feature { return Feature{name, f} })
}

func (r rows) prompts() []Prompt {
	type id struct{ name, version string }
	return merged(r, calls, func(k *key) (id, bool) { return id{k.prompt, k.promptVersion}, k.prompt+k.promptVersion != "" },
		func(k id, f Figures) Prompt { return Prompt{k.name, k.version, f} })
}

func (r rows) variants() []Variant {
	type id struct{ experiment, variant string }
	return merged(r, calls, func(k *key) (id, bool) { return id{k.experiment, k.variant}, k.experiment+k.variant != "" },
		func(k id, f Figures) Variant { return Variant{k.experiment, k.variant, f} })
}

// targets adds the breakers, also those of targets that were never called, and
// puts them in the order of the breakers, which is the chain's.
func (r rows) targets(breakers []providers.BreakerStatus) []Target {
	out := merged(r, visits, func(k *key) (string, bool) { return k.target, k.target != "" },
		func(name string, f Figures) Target { return Target{Target: name, Figures: f} })
	index := make(map[string]int, len(out))
	for i := range out {
		index[out[i].Target] = i
	}
	for _, b := range breakers {
		i, called := index[b.Target]
		if !called {
			i = len(out)
			index[b.Target] = i
			out = append(out, Target{Target: b.Target})
		}
		if out[i].Breaker == nil {
			out[i].Breaker = &Breaker{
				State: b.State, Since: b.Since, Reason: b.Reason, RetryAt: b.RetryAt,
				ConsecutiveFailures: b.ConsecutiveFailures, Successes: b.Successes, Failures: b.Failures, ErrorRate: b.FailureRate,
				SlowCalls: b.SlowCalls, TimedCalls: b.TimedCalls, InFlight: b.InFlight,
			}
		}
	}
	place := func(t Target) int {
		i := slices.IndexFunc(breakers, func(b providers.BreakerStatus) bool { return b.Target == t.Target })
		if i < 0 {
			return len(breakers)
		}
		return i
	}
	slices.SortStableFunc(out, func(a, b Target) int { return place(a) - place(b) })
	return out
}
