package anthropic

import (
	"encoding/json"

	"github.com/llmotel/sdk/providers"
)

// Ledger reads usage objects, each of which replaces what it has.
func Ledger(raw ...string) providers.Usage {
	var c counts
	for _, r := range raw {
		c.update(parseCounts(r))
	}
	return c.ledger(providers.UsageReported)
}

// ErrorOf returns the kind of an error body.
func ErrorOf(status int, body []byte) providers.Kind {
	var w wireError
	_ = json.Unmarshal(body, &w)
	return kindOf(status, &w)
}
