package stats

import "github.com/llmotel/sdk/providers"

// Tokens are sums over what providers reported. Input includes what was read
// from and written to the prompt cache, Output includes Reasoning; audio and
// images are parts of both.
type Tokens struct {
	Input     int64 `json:"input"`
	Output    int64 `json:"output"`
	CacheRead int64 `json:"cache_read"`
	// CacheWrite includes CacheWrite1h, what is kept for an hour.
	CacheWrite   int64 `json:"cache_write"`
	CacheWrite1h int64 `json:"cache_write_1h"`
	Reasoning    int64 `json:"reasoning"`
	AudioInput   int64 `json:"audio_input"`
	AudioOutput  int64 `json:"audio_output"`
	ImageInput   int64 `json:"image_input"`
	ImageOutput  int64 `json:"image_output"`
	// Incomplete counts the calls whose figures are partial or estimated,
	// Estimated the latter alone.
	Incomplete int64 `json:"incomplete_calls"`
	Estimated  int64 `json:"estimated_calls"`
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
	case providers.UsageEstimated:
		t.Estimated++
		t.Incomplete++
	case providers.UsagePartial:
		t.Incomplete++
	case providers.UsageReported:
	}
	t.Input += u.Input
	t.Output += u.Output
	t.CacheRead += u.CacheRead
	t.CacheWrite += u.CacheWrite
	t.CacheWrite1h += u.CacheWrite1h
	t.Reasoning += u.Reasoning
	t.AudioInput += u.AudioInput
	t.AudioOutput += u.AudioOutput
	t.ImageInput += u.ImageInput
	t.ImageOutput += u.ImageOutput
}

func (t *Tokens) merge(other *Tokens) {
	t.Input += other.Input
	t.Output += other.Output
	t.CacheRead += other.CacheRead
	t.CacheWrite += other.CacheWrite
	t.CacheWrite1h += other.CacheWrite1h
	t.Reasoning += other.Reasoning
	t.AudioInput += other.AudioInput
	t.AudioOutput += other.AudioOutput
	t.ImageInput += other.ImageInput
	t.ImageOutput += other.ImageOutput
	t.Incomplete += other.Incomplete
	t.Estimated += other.Estimated
	t.Missing += other.Missing
}
