package adapter

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/llmotel/sdk/providers"
)

// Count is a number of tokens as JSON has it. Absent, null, and what is not a
// whole number leave it unset, so that one odd field does not spoil the others.
type Count struct {
	N   int64
	Set bool
}

var _ json.Unmarshaler = (*Count)(nil)

// UnmarshalJSON never fails.
func (c *Count) UnmarshalJSON(data []byte) error {
	if n, err := strconv.ParseInt(string(data), 10, 64); err == nil {
		c.N, c.Set = n, true
		return nil
	}
	// 12.0 and 1e3 are whole numbers too; beyond 2^53 nothing is exact.
	f, err := strconv.ParseFloat(string(data), 64)
	if err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		c.N, c.Set = int64(f), true
	}
	return nil
}

// Into stores a set count as that class of the ledger.
func (c Count) Into(u *providers.Usage, class providers.TokenClass) {
	if c.Set {
		u.Set(class, c.N)
	}
}

// subsets are the classes that a wire may report wrongly without the totals
// being wrong, in the order in which they are given up.
var subsets = []providers.TokenClass{
	providers.ClassReasoning, providers.ClassCacheWrite, providers.ClassCacheRead,
	providers.ClassTextInput, providers.ClassTextOutput, providers.ClassTextCacheRead,
	providers.ClassAudioInput, providers.ClassAudioOutput, providers.ClassAudioCacheRead,
	providers.ClassImageInput, providers.ClassImageOutput, providers.ClassImageCacheRead,
}

// Tidy returns the ledger without impossible counts: a subset that cannot be
// is given up alone; if the totals cannot be, the whole ledger is missing.
func Tidy(u providers.Usage) providers.Usage {
	if u.Reported == 0 || !u.Has(providers.ClassInput) && !u.Has(providers.ClassOutput) {
		return providers.Usage{}
	}
	for _, class := range subsets {
		if u.Validate() == nil {
			return u
		}
		alone := providers.Usage{Input: u.Input, Output: u.Output, Reported: u.Reported & (providers.ClassInput | providers.ClassOutput)}
		n, _ := u.Get(class)
		alone.Set(class, n)
		if class == providers.ClassCacheWrite {
			alone.CacheWrite1h = u.CacheWrite1h
		}
		if alone.Validate() != nil {
			drop(&u, class)
		}
	}
	if u.Validate() != nil { // each possible alone, not together
		drop(&u, providers.ClassCacheWrite)
		drop(&u, providers.ClassCacheRead)
	}
	if u.Validate() != nil {
		return providers.Usage{}
	}
	return u
}

func drop(u *providers.Usage, class providers.TokenClass) {
	u.Set(class, 0)
	u.Reported &^= class
	if class == providers.ClassCacheWrite {
		u.CacheWrite1h = 0
	}
}
