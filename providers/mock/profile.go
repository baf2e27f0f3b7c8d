package mock

import (
	"time"

	"github.com/llmotel/sdk/providers"
)

// Models that the price lists know.
const (
	ModelOpenAI    = "gpt-5.2"
	ModelAnthropic = "claude-sonnet-5"
	ModelEmbedding = "text-embedding-3-small"
)

// Dialect decides in whose manner ids, error codes, finish reasons and cache
// rules look.
type Dialect uint8

// The dialects.
const (
	// DialectOpenAI caches prompts on its own, in steps of 128 tokens, and
	// reports usage at the end of a stream.
	DialectOpenAI Dialect = iota
	// DialectAnthropic caches up to the parts that carry a CacheHint,
	// reports partial usage at the start of a stream too, and has no
	// alternative answers (Request.Choices).
	DialectAnthropic
)

// api returns the name of the API that the dialect's vendor answers by, if it
// has several.
func (d Dialect) api() string {
	if d == DialectOpenAI {
		return providers.APIChatCompletions
	}
	return ""
}

// Profile describes a provider.
type Profile struct {
	// Name is the provider's name in the semantic conventions. Required.
	Name string
	// Model is what Provider.Model returns. Requests may name any model.
	Model   string
	Dialect Dialect
	// Latency is how long a unary answer takes.
	Latency Latency
	// FirstToken is how long a stream takes to its first chunk, and Gap the
	// time between chunks.
	FirstToken, Gap Latency
	// Failure is how long a failure takes; those of KindTimeout take
	// Timeout.
	Failure Latency
	Timeout time.Duration
	// Dimensions is the size of embeddings; 0 means that there are none.
	Dimensions int
}

// OpenAI returns the profile of NewOpenAI: answers in 1100 ms (p50) to 1500 ms
// (p95), with one in twenty under 807 ms; first chunk in 400 ms to 700 ms, 25 ms
// to 60 ms between chunks.
func OpenAI() Profile {
	return Profile{
		Name: "openai", Model: ModelOpenAI, Dialect: DialectOpenAI,
		Latency:    Latency{P50: 1100 * time.Millisecond, P95: 1500 * time.Millisecond},
		FirstToken: Latency{P50: 400 * time.Millisecond, P95: 700 * time.Millisecond},
		Gap:        Latency{P50: 25 * time.Millisecond, P95: 60 * time.Millisecond},
		Failure:    Latency{P50: 120 * time.Millisecond, P95: 300 * time.Millisecond},
		Timeout:    10 * time.Second, Dimensions: 1536,
	}
}

// Anthropic returns the profile of NewAnthropic: answers in 700 ms (p50) to
// 1000 ms (p95), with one in twenty under 490 ms; first chunk in 280 ms to
// 500 ms, 15 ms to 40 ms between chunks.
func Anthropic() Profile {
	return Profile{
		Name: "anthropic", Model: ModelAnthropic, Dialect: DialectAnthropic,
		Latency:    Latency{P50: 700 * time.Millisecond, P95: 1000 * time.Millisecond},
		FirstToken: Latency{P50: 280 * time.Millisecond, P95: 500 * time.Millisecond},
		Gap:        Latency{P50: 15 * time.Millisecond, P95: 40 * time.Millisecond},
		Failure:    Latency{P50: 80 * time.Millisecond, P95: 200 * time.Millisecond},
		Timeout:    10 * time.Second,
	}
}
