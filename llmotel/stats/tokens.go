package stats

import "github.com/llmotel/sdk/providers"

// Tokens are sums over what providers reported. Input includes what was read
// from and written to the prompt cache, Output includes Reasoning.
type Tokens struct {
	Input      int64 `json:"input"`
	Output     int64 `json:"output"`
	CacheRead  int64 `json:"cache_read"`
	CacheWrite int64 `json:"cache_write"`
	Reasoning  int64 `json:"reasoning"`
	// Incomplete counts the calls whose figures are partial or estimated.
	Incomplete int64 `json:"incomplete_calls"`
	// Missing counts the calls that were sent and reported no usage at all;
	// the sums lack what they used.
	Missing int64 `json:"missing_calls"`
}

// Total is input plus output.
func (t *Tokens) Total() int64 { return t.Input + t.Output }

func (t *Tokens) add(o *outcome) {
	u := o.usage
	switch u.Completeness {
	case providers.UsageMissing:
		if o.attempts > 0 {
			t.Missing++
		}
		return
	case providers.UsagePartial, providers.UsageEstimated:
		t.Incomplete++
	case providers.UsageReported:
	}
	t.Input += u.Input
	t.Output += u.Output
	t.CacheRead += u.CacheRead
	t.CacheWrite += u.CacheWrite
	t.Reasoning += u.Reasoning
}

func (t *Tokens) merge(other Tokens) {
	t.Input += other.Input
	t.Output += other.Output
	t.CacheRead += other.CacheRead
	t.CacheWrite += other.CacheWrite
	t.Reasoning += other.Reasoning
	t.Incomplete += other.Incomplete
	t.Missing += other.Missing
}
