package anthropic

import (
	"encoding/json"
	"errors"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// counts are the usage of a message as the API sends it: input without what
// was cached. In a stream each report replaces the counts that it has.
type counts struct {
	Input      adapter.Count `json:"input_tokens"`
	Output     adapter.Count `json:"output_tokens"`
	CacheRead  adapter.Count `json:"cache_read_input_tokens"`
	CacheWrite adapter.Count `json:"cache_creation_input_tokens"`
	Lifetimes  struct {
		Minutes5 adapter.Count `json:"ephemeral_5m_input_tokens"`
		Hour1    adapter.Count `json:"ephemeral_1h_input_tokens"`
	} `json:"cache_creation"`
	OutputDetails struct {
		Thinking adapter.Count `json:"thinking_tokens"`
	} `json:"output_tokens_details"`
}

// parseCounts reads a usage object; what it does not have stays unset.
func parseCounts(raw string) (c counts) {
	if err := json.Unmarshal([]byte(raw), &c); err != nil {
		// A field of another type than expected leaves the rest readable.
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
			return counts{}
		}
	}
	return c
}

// update takes a later report. Counts of a message never fall, so a zero after
// a positive count is a gateway's way to leave it out.
func (c *counts) update(later counts) {
	from := later.all()
	for i, n := range c.all() {
		if from[i].Set && (from[i].N != 0 || n.N <= 0) {
			*n = *from[i]
		}
	}
}

func (c *counts) all() []*adapter.Count {
	return []*adapter.Count{
		&c.Input, &c.Output, &c.CacheRead, &c.CacheWrite,
		&c.Lifetimes.Minutes5, &c.Lifetimes.Hour1, &c.OutputDetails.Thinking,
	}
}

// maxTokens is beyond what any call uses, and small enough to add up.
const maxTokens = 1 << 40

// ledger returns the counts as the contract has them: input includes what was
// read from and written to the cache. Impossible counts are missing.
func (c *counts) ledger(completeness providers.Completeness) providers.Usage {
	for _, n := range c.all() {
		if n.N < 0 || n.N > maxTokens {
			return providers.Usage{}
		}
	}
	write := c.CacheWrite
	if split := c.Lifetimes; !write.Set && (split.Minutes5.Set || split.Hour1.Set) {
		write = adapter.Count{N: split.Minutes5.N + split.Hour1.N, Set: true}
	}
	u := providers.Usage{Completeness: completeness}
	if c.Input.Set {
		u.Set(providers.ClassInput, c.Input.N+c.CacheRead.N+write.N)
	}
	c.Output.Into(&u, providers.ClassOutput)
	c.CacheRead.Into(&u, providers.ClassCacheRead)
	write.Into(&u, providers.ClassCacheWrite)
	u.CacheWrite1h = c.Lifetimes.Hour1.N
	c.OutputDetails.Thinking.Into(&u, providers.ClassReasoning)
	return adapter.Tidy(u)
}
