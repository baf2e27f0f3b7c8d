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
	sampling
	// Iterations are the samplings that the message took. Those of the message are
	// in its own counts, and an advisor's are another model's. What compactions took
	// is in no other count, and charged as the model's own.
	// One tells that another model has answered, after this one declined.
	Iterations []struct {
		Type  string `json:"type"`
		Model string `json:"model"`
		sampling
	} `json:"iterations"`
}

// compaction is the type of an iteration that shortened the conversation, fallback
// that of one by another model than was asked.
const (
	compaction = "compaction"
	fallback   = "fallback_message"
)

// sampling is what one or more runs of the model took.
type sampling struct {
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
	if later.Iterations != nil {
		c.Iterations = later.Iterations
	}
}

// served returns the model that answered, if it is not the one that was asked, else "".
func (c *counts) served() (model string) {
	for i := range c.Iterations {
		if it := &c.Iterations[i]; it.Type == fallback && it.Model != "" {
			model = it.Model
		}
	}
	return model
}

// whole returns what the message and its compactions took, not ok if a count is
// impossible.
func (c *counts) whole() (all sampling, ok bool) {
	all = c.sampling
	all.divide()
	if !all.possible() {
		return sampling{}, false
	}
	for i := range c.Iterations {
		it := &c.Iterations[i]
		if it.Type != compaction {
			continue
		}
		it.divide()
		if !it.possible() {
			return sampling{}, false
		}
		from := it.all()
		for j, n := range all.all() {
			n.N, n.Set = n.N+from[j].N, n.Set || from[j].Set && n != &all.Input && n != &all.Output
		}
	}
	ok = all.possible()
	return all, ok
}

// divide brings what was written to the cache together, where only its lifetimes
// are told.
func (c *sampling) divide() {
	if split := c.Lifetimes; !c.CacheWrite.Set && (split.Minutes5.Set || split.Hour1.Set) {
		c.CacheWrite = adapter.Count{N: split.Minutes5.N + split.Hour1.N, Set: true}
	}
}

func (c *sampling) possible() bool {
	for _, n := range c.all() {
		if n.N < 0 || n.N > maxTokens {
			return false
		}
	}
	return true
}

func (c *sampling) all() []*adapter.Count {
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
	all, ok := c.whole()
	if !ok {
		return providers.Usage{}
	}
	u := providers.Usage{Completeness: completeness}
	if all.Input.Set {
		u.Set(providers.ClassInput, all.Input.N+all.CacheRead.N+all.CacheWrite.N)
	}
	all.Output.Into(&u, providers.ClassOutput)
	all.CacheRead.Into(&u, providers.ClassCacheRead)
	all.CacheWrite.Into(&u, providers.ClassCacheWrite)
	u.CacheWrite1h = all.Lifetimes.Hour1.N
	all.OutputDetails.Thinking.Into(&u, providers.ClassReasoning)
	return adapter.Tidy(u)
}
