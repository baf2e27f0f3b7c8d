package failover

import "github.com/llmotel/sdk/providers"

// Target is one place where a call can be answered: a provider and a model.
type Target struct {
	// Name identifies the target in errors, hooks and statistics, and is
	// unique in the chain. Empty means the provider's name.
	Name string
	// Model replaces the model of the request. Empty keeps it.
	Model string
	// Provider makes the calls. Its own retries should be off. With Keys it may
	// be nil; if not, it is of the keys' vendor and only tells its address.
	Provider providers.Provider
	// Keys are several credentials of the target. Those that are ready take
	// turns. A rate limit (429), or an error of the credential or its account,
	// puts that key aside alone, and another one that is ready is tried at
	// once; only when none is left is the target passed over. See also
	// [WithBreakerPerKey] and [WithRequestsPerMinute].
	Keys []Key
	// Options apply to this target and override those given to New.
	Options []TargetOption
}

// Targeted is implemented by the providers that [WithVisit] wraps: it tells
// which target a visit calls, while Name is the provider's name.
type Targeted interface {
	TargetName() string
}
