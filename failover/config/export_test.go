package config

import "reflect"

// FileType is the type of the whole file, for the schema.
var FileType = reflect.TypeFor[file]()

// Types that the schema treats as one value.
var (
	DurationType    = durationType
	RawType         = rawType
	DurationPattern = durationPattern
)

// Names are the names that the file has for constants of package failover.
func Names() map[string][]string {
	return map[string][]string{
		"Order": keys(orders), "StreamPolicy": keys(policies), "Verdict": keys(verdicts),
		"RetryRule": keys(retryRules), "Capability": keys(capabilities),
	}
}
