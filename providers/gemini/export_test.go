package gemini

import (
	"encoding/json"

	"github.com/llmotel/sdk/providers"
)

// Ledger reads usage objects, each of which replaces what it has.
func Ledger(raw ...string) providers.Usage {
	var c counts
	for _, r := range raw {
		c.update(json.RawMessage(r))
	}
	return c.ledger(providers.UsageReported)
}

// ErrorOf returns the kind of an error body.
func ErrorOf(status int, body []byte) providers.Kind {
	w, _ := parseError(body)
	return kindOf(status, &w)
}
