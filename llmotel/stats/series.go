package stats

import (
	"strings"

	"github.com/llmotel/sdk/llmotel"
)

// role is what a series counts. A call without a chain is both a call and its only visit,
// and is counted once.
type role uint8

const (
	both role = iota
	calls
	visits
	roles
)

// key is the attribute tuple that has a series of its own. Coarser views are
// merged from it when a snapshot is taken, so a further attribute is a further
// field here and nothing on the call path. Series of calls have no target,
// provider and model.
type key struct {
	role                                                role
	target, provider, model                             string
	feature, prompt, promptVersion, experiment, variant string
}

func keyOf(role role, target, provider, model string, a *llmotel.Attribution) key {
	return key{role, target, provider, model, a.Feature, a.Prompt, a.PromptVersion, a.Experiment, a.Variant}
}

type series struct {
	key
	index int // in the order of appearance
	total figures
	open  [rings]*cell
}

// recentBits makes the recent series as many as there are by default.
const recentBits = 10

// Other is the name under which is counted what goes beyond the maximum number
// of series.
const Other = "other"

// maxName bounds a name that becomes a series; longer ones are no names. All bits
// are set, so that lengths can be compared together.
const maxName = 255

func (k *key) fits() bool {
	return len(k.target)|len(k.provider)|len(k.model)|len(k.feature)|len(k.prompt)|len(k.promptVersion)|len(k.experiment)|len(k.variant) <= maxName
}

// unattributed is k with the attribution, if there is any, under Other.
func (k *key) unattributed() key {
	if len(k.feature)|len(k.prompt)|len(k.promptVersion)|len(k.experiment)|len(k.variant) == 0 {
		return *k
	}
	return key{k.role, k.target, k.provider, k.model, Other, Other, Other, Other, Other}
}

// slot says where among the recent series k is. It looks at a few letters of
// each name, which takes a fraction of the time that a map takes to hash them all.
func (k *key) slot() int {
	const prime = 0x9E3779B97F4A7C15 // of Fibonacci hashing (Knuth, 6.4)
	h := uint64(k.role)
	for _, name := range [...]string{k.target, k.provider, k.model, k.feature, k.prompt, k.promptVersion, k.experiment, k.variant} {
		if n := len(name); n > 1 {
			h ^= uint64(n) | uint64(name[0])<<16 | uint64(name[n/2])<<24 | uint64(name[n-2])<<32 | uint64(name[n-1])<<40
		}
		h *= prime
	}
	return int(h >> (64 - recentBits))
}

// owned has copies of the names, which may be parts of larger strings that a
// map key would keep.
func (k *key) owned() key {
	return key{
		k.role, strings.Clone(k.target), strings.Clone(k.provider), strings.Clone(k.model),
		strings.Clone(k.feature), strings.Clone(k.prompt), strings.Clone(k.promptVersion), strings.Clone(k.experiment), strings.Clone(k.variant),
	}
}

// of returns the series of k. If there is no room for it, it is one in which
// the attribution, and if need be everything, is Other.
func (s *Sink) of(k *key) *series {
	slot := &s.recent[k.slot()]
	if found := *slot; found != nil && found.key == *k {
		return found
	}
	found := s.seek(k)
	if found.key == *k {
		*slot = found
	}
	return found
}

func (s *Sink) seek(k *key) *series {
	if found, ok := s.series[*k]; ok {
		return found
	}
	if len(s.series) < s.cfg.maxSeries && k.fits() {
		return s.appear(k)
	}
	// Targets and models are still told apart, up to a quarter more.
	coarser := k.unattributed()
	room := len(s.series) < s.cfg.maxSeries+s.cfg.maxSeries/4 && coarser.fits()
	if room && coarser == *k {
		return s.appear(k)
	}
	if k.role != calls {
		s.overflowVisits++
	}
	if k.role != visits {
		s.overflowCalls++
	}
	if found, ok := s.series[coarser]; ok {
		return found
	}
	if room {
		return s.appear(&coarser)
	}
	if s.other[k.role] == nil {
		s.other[k.role] = &series{key: key{k.role, Other, Other, Other, Other, Other, Other, Other, Other}, index: len(s.order)}
		s.order = append(s.order, s.other[k.role])
	}
	return s.other[k.role]
}

func (s *Sink) appear(k *key) *series {
	fresh := &series{key: k.owned(), index: len(s.order)}
	s.series[fresh.key] = fresh
	s.order = append(s.order, fresh)
	return fresh
}
