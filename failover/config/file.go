package config

import (
	"encoding/json"
	"time"
)

// The types of the file. Tags say what the decoder refuses and what the schema
// says: need, min, max, above, below, enum (of a string or of the names in a
// map), hide (a value that errors do not show). Comments are the schema's
// descriptions.

// A number with its unit, as Go writes durations.
type duration time.Duration

// A failover chain: which targets answer a call, in which order, and what
// happens when one of them fails.
type file struct {
	// Where the schema of this file is, for editors. It is not read.
	Schema *string `json:"$schema"`
	// The chain's name in errors and telemetry. The default is "failover".
	Name *string `json:"name" min:"1"`
	// How long a call may look for an answer, all targets, retries and waits together. The default is "10m"; "0s" means no limit.
	TotalTimeout *duration `json:"total_timeout"`
	// How long a whole stream may take, also one that flows. The default "0s" means no limit.
	StreamTimeout *duration `json:"stream_timeout"`
	// How long a call waits when no target may be called at the moment. The default is "2s"; "0s" ends the call at once.
	OpenWait *duration `json:"open_wait"`
	// In which order calls try the targets. The default is "fixed": as they are listed.
	Order *string `json:"order" enum:"fixed,weighted,round_robin,lowest_latency,lowest_cost"`
	// Makes the draw of the order "weighted" an A/B test by this name.
	Experiment *string `json:"experiment" min:"1"`
	// What becomes of a stream that breaks after its first chunk. The default is "fail".
	StreamPolicy *string `json:"stream_policy" enum:"fail,restart,buffer,continue"`
	// Lets unary calls ask for a stream inside, so that the limits on the first chunk and on silence hold for them too. The default is false.
	StreamedGenerate *bool `json:"streamed_generate"`
	// Limits retries over all calls of the chain.
	RetryBudget *retryBudget `json:"retry_budget"`
	// Asks the next target too when an answer is slow. It is off by default.
	Hedge *hedge `json:"hedge"`
	// What callers get when no target answers, marked as degraded. Without it they get an error.
	StaticAnswer *string `json:"static_answer" min:"1" hide:"yes"`
	// Changes what is done about errors, by their kind. What is left out of an action stays as in docs/failover-table.md.
	Actions map[string]action `json:"actions" enum:"rate_limited,overloaded,server_error,timeout,network,malformed_reply,authentication,permission,quota_exhausted,model_not_found,invalid_request,context_length_exceeded,content_filtered,unsupported,rejected,_OTHER"`
	// Changes what is done when a limit on time has passed, by the limit. What is left out of an action stays as in "actions" or docs/failover-table.md.
	TimeoutActions map[string]action `json:"timeout_actions" enum:"connect,first_chunk,idle,attempt"`
	// Settings for all targets that have none of their own.
	Defaults *settings `json:"defaults"`
	// The places where calls are answered, in order.
	Targets []target `json:"targets" need:"yes" min:"1"`
}

// A place where calls are answered: a provider, and a model to ask of it.
type target struct {
	// Identifies the target in errors, telemetry and statistics, and is unique. The default is the provider's name.
	Name *string `json:"name" min:"1"`
	// Replaces the model of the request. Without it the request's is kept.
	Model *string `json:"model" min:"1"`
	// What makes the calls.
	Provider *provider `json:"provider" need:"yes"`
	// Several credentials that take turns, in place of the provider's "api_key_env".
	Keys []key `json:"keys" min:"1"`
	settings
}

// One of several credentials of a target.
type key struct {
	// Identifies the key in errors, telemetry and statistics, and is unique in the target. It is not the secret.
	Name *string `json:"name" need:"yes" min:"1"`
	// The name of the environment variable that holds the key.
	APIKeyEnv *string `json:"api_key_env" need:"yes" pattern:"^[A-Z_][A-Z0-9_]*$" hide:"yes"`
}

// What makes the calls of a target.
type provider struct {
	// Which kind of provider: one of those that the program has registered.
	Type *string `json:"type" need:"yes" min:"1"`
	// Where the service is, if not at the vendor's own address: an absolute URL without user, query and fragment.
	BaseURL *string `json:"base_url" min:"1" hide:"yes"`
	// The name of the environment variable that holds the key. Keys themselves do not belong into the file.
	APIKeyEnv *string `json:"api_key_env" pattern:"^[A-Z_][A-Z0-9_]*$" hide:"yes"`
	// The vendor's region or location.
	Region *string `json:"region" min:"1" hide:"yes"`
	// Whatever else this type of provider understands.
	Options json.RawMessage `json:"options"`
}

// What can be set for a target.
type settings struct {
	// Tries of the target within one call, and the waits between them.
	Retry *retry `json:"retry"`
	// When the target is taken for down, and tried again.
	Breaker *breaker `json:"breaker"`
	// Limits on the time of one attempt.
	Timeouts *timeouts `json:"timeouts"`
	// Limits on how much the target is asked.
	Limits *limits `json:"limits"`
	// The target's share under the order "weighted". The default is 1; 0 means only after all others.
	Weight *float64 `json:"weight" min:"0"`
	// Names the target in an experiment. The default is its name.
	Variant *string `json:"variant" min:"1"`
	// What the target cannot do. Requests that need it pass the target over. By default it is taken to be capable of everything.
	Lacks *[]string `json:"lacks" enum:"tools,images,audio,files,structured_output,choices"`
	// How many tokens of input and output together the model can hold. The default 0 means unknown.
	ContextWindow *int64 `json:"context_window" min:"0"`
	// Declares that the model continues an answer whose beginning is the last message, see the stream policy "continue". The default is false.
	Continuation *bool `json:"continuation"`
}

// Limits retries over all calls: each call earns a share of a retry, and some
// more are free. The defaults are 0.2 and 10; 0 and 0 forbid retries.
type retryBudget struct {
	// Retries that each call earns.
	Share *float64 `json:"share" need:"yes" min:"0" max:"1000"`
	// Retries a second that are free.
	PerSecond *float64 `json:"per_second" need:"yes" min:"0" max:"1e9"`
}

// When to ask the next target too: after a fixed delay, or when a call takes
// longer than a quantile of the recent ones.
type hedge struct {
	// Hedges a call that has no answer after this time.
	Delay *duration `json:"delay" above:"0s"`
	// Hedges a call that takes longer than this quantile of the recent ones.
	Quantile *float64 `json:"quantile" above:"0" below:"1"`
	// Nothing is hedged by quantile before so many calls were answered.
	MinCalls *int `json:"min_calls" min:"1"`
}

// What is done about an error.
type action struct {
	// What it means for the target's circuit breaker.
	Breaker *string `json:"breaker" enum:"ignored,success,alive,failure"`
	// Whether the same target is tried again.
	Retry *string `json:"retry" enum:"never,here,if_last,if_soon"`
	// Moves on to the next target; false returns the error at once.
	Next *bool `json:"next"`
	// Moves on only to targets with a larger context window.
	NextIfLarger *bool `json:"next_if_larger"`
	// Leaves the target alone until the provider's Retry-After.
	Cooldown *bool `json:"cooldown"`
	// Opens the target's circuit breaker for this time. "0s" does not.
	Isolate *duration `json:"isolate"`
}

// Tries of a target within one call, and the waits between them.
type retry struct {
	// Tries altogether. The default is 2; 1 means no retries.
	MaxAttempts *int `json:"max_attempts" min:"1"`
	// Exponential backoff with full jitter.
	Backoff *backoff `json:"backoff"`
	// How long a Retry-After is waited for.
	RetryAfter *retryAfter `json:"retry_after"`
}

// Exponential backoff with full jitter: a random time up to first, doubled for
// every further retry, at most maximum. The defaults are "500ms" and "8s".
type backoff struct {
	// The longest wait before the first retry.
	First *duration `json:"first" need:"yes"`
	// The longest wait before any retry.
	Maximum *duration `json:"maximum" need:"yes"`
}

// How long a provider's Retry-After is waited for; with a longer one the call
// moves on. The defaults are "2s" and "30s".
type retryAfter struct {
	// While another target would take the call.
	Soon *duration `json:"soon" need:"yes"`
	// When none would.
	Last *duration `json:"last" need:"yes"`
}

// When the target is taken for down, and tried again.
type breaker struct {
	// How many failures in a row open the circuit breaker. The default is 5; 0 turns the rule off.
	ConsecutiveFailures *int `json:"consecutive_failures" min:"0"`
	// Which share of failures opens it.
	FailureRate *failureRate `json:"failure_rate"`
	// Which share of streams that are slow to begin opens it. It is off by default.
	SlowCallRate *slowCallRate `json:"slow_call_rate"`
	// What has a circuit breaker of its own: the whole target (the default), each model of a target that serves several, or each of its keys.
	Per *string `json:"per" enum:"target,model,key"`
	// How long it stays open before trials. The default is "30s".
	OpenDelay *duration `json:"open_delay" above:"0s"`
	// The trials that decide whether it closes.
	Trials *trials `json:"trials"`
}

// The share of failures in a sliding window that opens the circuit breaker. The
// defaults are 0.5, 20 and "1m".
type failureRate struct {
	// The share, rounded to two decimals; 0 turns the rule off.
	Rate *float64 `json:"rate" need:"yes" min:"0" max:"1"`
	// How many results the window must hold.
	MinCalls *int `json:"min_calls" need:"yes" min:"1"`
	// How long the window is.
	Window *duration `json:"window" need:"yes" min:"10ms"`
}

// The share of streams in a sliding window whose first chunk is late that opens
// the circuit breaker.
type slowCallRate struct {
	// The share, rounded to two decimals; 0 turns the rule off.
	Rate *float64 `json:"rate" need:"yes" min:"0" max:"1"`
	// From when on a first chunk is late.
	Threshold *duration `json:"threshold" need:"yes" above:"0s"`
	// How many first chunks the window must hold.
	MinCalls *int `json:"min_calls" need:"yes" min:"1"`
	// How long the window is.
	Window *duration `json:"window" need:"yes" min:"10ms"`
}

// The trials of a half-open circuit breaker. The defaults are 1 and 2.
type trials struct {
	// How many run at once.
	Concurrent *int `json:"concurrent" need:"yes" min:"1"`
	// How many successes in a row close it.
	Successes *int `json:"successes" need:"yes" min:"1"`
}

// Limits on the time of one attempt. "0s" means no limit.
type timeouts struct {
	// Until there is a connection. The default is "0s".
	Connect *duration `json:"connect"`
	// Of a unary call. The default is "0s".
	Attempt *duration `json:"attempt"`
	// Until the first chunk of a stream. The default is "2m".
	FirstChunk *duration `json:"first_chunk"`
	// Between two chunks of a stream. The default is "2m".
	Idle *duration `json:"idle"`
}

// Limits on how much the target is asked. 0 means no limit, which is the
// default.
type limits struct {
	// Attempts that run at once, all keys together.
	MaxConcurrency *int `json:"max_concurrency" min:"0" max:"1000000"`
	// Requests of the target, or of each of its keys.
	RequestsPerMinute *int `json:"requests_per_minute" min:"0" max:"1000000000"`
	// Tokens of input and output, of the target or of each of its keys.
	TokensPerMinute *int `json:"tokens_per_minute" min:"0" max:"1000000000"`
	// How long a call waits for these limits when no other target would take it. The default is "0s".
	Wait *duration `json:"wait"`
}
