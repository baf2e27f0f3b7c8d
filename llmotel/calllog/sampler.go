package calllog

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
)

// Sampler chooses the records that are kept where there are too many: all that
// somebody will look for, and a share of the rest. A kept record carries a
// weight, how many calls it stands for, so that counts, sums and rates over the
// kept records estimate those over all calls without bias (Horvitz and
// Thompson, 1952). It is safe for concurrent use.
type Sampler struct {
	rate float64
	slow time.Duration
	dear pricing.Amount
}

// SamplerOption configures a Sampler.
type SamplerOption interface{ applySampler(*Sampler) }

type samplerOption func(*Sampler)

func (f samplerOption) applySampler(s *Sampler) { f(s) }

// minRate keeps weights and their squares far from what a float64 cannot hold.
const minRate = 1e-6

// NewSampler returns a Sampler that keeps every call that failed, was cancelled
// or fell back to another target, and of the others the share rate, from 1e-6
// to 1. Which ones follows from the call's id alone, so that two sinks with the
// same rate keep the same calls.
func NewSampler(rate float64, opts ...SamplerOption) (*Sampler, error) {
	s := &Sampler{rate: rate}
	for _, o := range opts {
		if o != nil {
			o.applySampler(s)
		}
	}
	switch {
	case !(rate >= minRate && rate <= 1): // NaN is neither
		return nil, errors.New("calllog: the rate of a Sampler is from 1e-6 to 1")
	case s.slow < 0 || s.dear < 0:
		return nil, errors.New("calllog: the limits of a Sampler are not negative")
	}
	return s, nil
}

// KeepSlow keeps every call that took d or longer. The default is not to look
// at the time; 0 is that too.
func KeepSlow(d time.Duration) SamplerOption {
	return samplerOption(func(s *Sampler) { s.slow = d })
}

// KeepDear keeps every call that cost amount or more, in units of 1e-12 of the
// currency of its price. The default is not to look at the cost; 0 is that too.
func KeepDear(amount pricing.Amount) SamplerOption {
	return samplerOption(func(s *Sampler) { s.dear = amount })
}

// Keep tells whether to keep a record, and its weight. A nil Sampler keeps all.
func (s *Sampler) Keep(r *llmotel.Record) (weight float64, keep bool) {
	switch {
	case s == nil || s.rate == 1 || s.special(r):
		return 1, true
	case position(r.CallID) < s.rate:
		return 1 / s.rate, true
	}
	return 0, false
}

func (s *Sampler) special(r *llmotel.Record) bool {
	return r.ErrorKind != "" || r.Degraded || len(r.Visits) > 1 || len(r.Skips) > 0 ||
		s.slow > 0 && r.Duration >= s.slow ||
		s.dear > 0 && r.Cost.Priced && r.Cost.Amount >= s.dear
}

// position is where an id falls between 0 and 1: FNV-1a, whose upper bits are
// then mixed as in MurmurHash3, since ids often differ in their last bytes only.
func position(id string) float64 {
	if id == "" {
		return rand.Float64()
	}
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return float64(h>>11) / (1 << 53)
}
