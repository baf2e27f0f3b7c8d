package wire

import (
	"math"
	"strconv"

	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// counter is a count of tokens in the words of vendors. What each includes
// differs; the formats' ledger functions know.
type counter uint8

const (
	nInput counter = iota
	nOutput
	nTotal
	nCacheRead
	nCacheWrite
	nCacheWrite5m
	nCacheWrite1h
	nCacheMiss
	nReasoning
	nToolUse
	nTextInput
	nTextOutput
	nTextCached
	nAudioInput
	nAudioOutput
	nAudioCached
	nImageInput
	nImageOutput
	nImageCached
	nBilledInput
	nBilledOutput
	counters
)

// counts are the counts that a vendor reported.
type counts struct {
	n       [counters]uint32
	has     uint32
	refused uint32 // impossible ones
}

// maxTokens is more than any call can use.
const maxTokens = 1 << 31

// set stores a count. Counts that cannot be are refused: negative and absurd
// ones, and what is no integer.
func (c *counts) set(k counter, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	n, ok := integer(t, v)
	if !ok || n < 0 || n > maxTokens {
		c.refused++
		return
	}
	c.n[k] = uint32(n)
	c.has |= 1 << k
}

// Refused is how many impossible counts were reported.
func (c *counts) Refused() int { return int(c.refused) }

func (c *counts) of(k counter) int64 { return int64(c.n[k]) }

// add adds to a count. What a vendor reports in parts stops at what fits.
func (c *counts) add(k counter, n int64) {
	c.n[k] = uint32(min(c.of(k)+n, math.MaxUint32)) //nolint:gosec // neither is negative
	c.has |= 1 << k
}

func (c *counts) got(k counter) bool { return c.has&(1<<k) != 0 }

// none forgets the counts, when a whole new set of them begins.
func (c *counts) none() { c.n, c.has = [counters]uint32{}, 0 }

// include adds a count to the one that it should be a part of, once.
func (c *counts) include(k, part counter) {
	if c.got(part) && c.n[part] > c.n[k] {
		c.add(k, c.of(part))
	}
}

// forget forgets some of the counts.
func (c *counts) forget(which ...counter) {
	for _, k := range which {
		c.n[k] = 0
		c.has &^= 1 << k
	}
}

// put copies a count to the ledger if the vendor reported it.
func (c *counts) put(u *providers.Usage, class providers.TokenClass, k counter) {
	if c.got(k) {
		u.Set(class, c.of(k))
	}
}

// integer reads a JSON integer, which some vendors write as 12.0 or 1e3.
func integer(t jsonscan.Type, v []byte) (int64, bool) {
	if t != jsonscan.Number {
		return 0, false
	}
	if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || f != float64(int64(f)) || f > 1<<53 || f < -1<<53 {
		return 0, false
	}
	return int64(f), true
}
