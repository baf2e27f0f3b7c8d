package stats

import (
	"encoding/json"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Snapshot is the figures of a Sink over a window, at one moment. It shares
// nothing with the Sink.
type Snapshot struct {
	Window Window `json:"window"`
	// Since is when the window, or the oldest slice in it, began; At when the snapshot was
	// taken.
	Since time.Time `json:"since"`
	At    time.Time `json:"at"`
	// RelativeAccuracy is the error bound of percentiles.
	RelativeAccuracy float64 `json:"relative_accuracy"`
	// Overall counts logical calls.
	Overall Overall `json:"overall"`
	// Providers, Models and Targets count visits, in order of appearance; targets
	// with a breaker come first, in the order of the chain.
	Providers []Provider `json:"providers"`
	Models    []Model    `json:"models"`
	Targets   []Target   `json:"targets"`
	// Features, Prompts and Variants count the logical calls that carry such an
	// attribution.
	Features []Feature `json:"features"`
	Prompts  []Prompt  `json:"prompts"`
	Variants []Variant `json:"variants"`
	// OverflowCalls and OverflowVisits count those, since the start, of which
	// some or all names became "other", because there were more combinations than series.
	OverflowCalls  int64 `json:"overflow_calls"`
	OverflowVisits int64 `json:"overflow_visits"`
}

// Overall is the view of the programs that made the calls.
type Overall struct{ Figures }

// Provider is the figures of one provider.
type Provider struct {
	Provider string `json:"provider"`
	Figures
}

// Model is the figures of one model of one provider. The model is the one that
// was asked for.
type Model struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Figures
}

// Target is the figures of one target of a failover chain, and its circuit
// breaker.
type Target struct {
	Target string `json:"target"`
	// Breaker is nil if the target has none.
	Breaker *Breaker `json:"breaker,omitempty"`
	Figures
}

// Feature is the figures of one feature of the product.
type Feature struct {
	Feature string `json:"feature"`
	Figures
}

// Prompt is the figures of one version of a prompt.
type Prompt struct {
	Prompt  string `json:"prompt"`
	Version string `json:"prompt_version"`
	Figures
}

// Variant is the figures of one arm of an experiment.
type Variant struct {
	Experiment string `json:"experiment"`
	Variant    string `json:"variant"`
	Figures
}

// Figures are the counts of calls or visits.
type Figures struct {
	// Requests is the sum of the four that follow.
	Requests  int64 `json:"requests"`
	Succeeded int64 `json:"succeeded"`
	Failed    int64 `json:"failed"`
	// Cancelled ones were given up by their caller.
	Cancelled int64 `json:"cancelled"`
	// Abandoned ones are streams that their consumer left before the end.
	Abandoned int64 `json:"abandoned"`
	// ErrorRate is failed / (succeeded + failed), 0 to 1.
	ErrorRate float64 `json:"error_rate"`
	// Errors counts failed ones by kind.
	Errors map[providers.Kind]int64 `json:"errors,omitempty"`
	// Attempts counts tries, Retries those after the first on a target.
	Attempts int64 `json:"attempts"`
	Retries  int64 `json:"retries"`
	// Fallbacks counts the calls that another target answered than the one asked
	// first, or that a target answered after one was passed over; a hedge that won
	// is one. Of a target, model or provider those that it answered for another.
	Fallbacks int64 `json:"fallbacks"`

	Tokens Tokens `json:"tokens"`
	Cost   Cost   `json:"cost"`
	// OutputTokensPerSecond is the output tokens of the succeeded by the time
	// that they took, StreamedTokensPerSecond that of streams by the time from
	// their first chunk on; 0, and not in JSON, if unknown.
	OutputTokensPerSecond   float64 `json:"output_tokens_per_second,omitzero"`
	StreamedTokensPerSecond float64 `json:"streamed_tokens_per_second,omitzero"`

	// Latency is that of the succeeded, FailedLatency that of the failed.
	Latency       Latency `json:"latency_ms"`
	FailedLatency Latency `json:"failed_latency_ms"`
	// TimeToFirstChunk is that of streams that yielded anything.
	TimeToFirstChunk Latency `json:"time_to_first_chunk_ms"`
}

// Latency summarises durations; zero if there are none. In JSON it is in
// milliseconds.
type Latency struct {
	Count              int64
	Avg, Min, Max      time.Duration
	P50, P90, P95, P99 time.Duration
}

// Breaker is what a circuit breaker says of itself, see
// [providers.BreakerStatus]; the counts are those of its window.
type Breaker struct {
	State               providers.BreakerState `json:"state"`
	Since               time.Time              `json:"since,omitzero"`
	Reason              string                 `json:"reason,omitempty"`
	RetryAt             time.Time              `json:"retry_at,omitzero"`
	ConsecutiveFailures int                    `json:"consecutive_failures"`
	Successes           int                    `json:"successes"`
	Failures            int                    `json:"failures"`
	ErrorRate           float64                `json:"error_rate"`
	// SlowCalls are those of TimedCalls whose first chunk came late; 0 unless
	// slowness counts.
	SlowCalls  int `json:"slow_calls,omitempty"`
	TimedCalls int `json:"timed_calls,omitempty"`
	// InFlight is how many requests are under way.
	InFlight int `json:"in_flight,omitempty"`
}

type latencyJSON struct {
	Count int64   `json:"count"`
	Avg   float64 `json:"avg"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
}

// MarshalJSON writes milliseconds.
func (l Latency) MarshalJSON() ([]byte, error) {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return json.Marshal(latencyJSON{l.Count, ms(l.Avg), ms(l.Min), ms(l.Max), ms(l.P50), ms(l.P90), ms(l.P95), ms(l.P99)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (l *Latency) UnmarshalJSON(b []byte) error {
	var in latencyJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	d := func(ms float64) time.Duration { return time.Duration(ms*float64(time.Millisecond) + 0.5) }
	*l = Latency{in.Count, d(in.Avg), d(in.Min), d(in.Max), d(in.P50), d(in.P90), d(in.P95), d(in.P99)}
	return nil
}
