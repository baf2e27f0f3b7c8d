package wire

import (
	"net/http"
	"strings"

	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// bedrockHeader learns an error's type, and the counts of answers whose bodies
// have none.
func bedrockHeader(x *Exchange, _ int, h http.Header) {
	if failure := h.Get("X-Amzn-Errortype"); failure != "" {
		failure, _, _ = strings.Cut(failure, ":") // an address follows
		x.Failed = true
		x.blame().ErrorType = providers.CleanID(failure)
	}
	for k, name := range bedrockCounts {
		if v := h.Get(name); v != "" {
			x.set(k, jsonscan.Number, []byte(v))
		}
	}
	if tier := h.Get("X-Amzn-Bedrock-Service-Tier"); tier != "" {
		x.tier = nameOr([]byte(tier), x.tier)
	}
}

var bedrockCounts = map[counter]string{
	nBilledInput:  "X-Amzn-Bedrock-Input-Token-Count",
	nBilledOutput: "X-Amzn-Bedrock-Output-Token-Count",
	nCacheRead:    "X-Amzn-Bedrock-Cache-Read-Input-Token-Count",
	nCacheWrite:   "X-Amzn-Bedrock-Cache-Write-Input-Token-Count",
}

// invocationMetrics stand in the last event of a stream, whichever the model.
var invocationMetrics = jsonscan.At("amazon-bedrock-invocationMetrics", jsonscan.Object(0,
	jsonscan.At("inputTokenCount", count(nBilledInput)),
	jsonscan.At("outputTokenCount", count(nBilledOutput)),
	jsonscan.At("cacheReadInputTokenCount", count(nCacheRead)),
	jsonscan.At("cacheWriteInputTokenCount", count(nCacheWrite)),
))

// billed completes the ledger of an answer that had no usage of its own by
// what Bedrock counted. It counts the cache beside the input.
func billed(x *Exchange, u *providers.Usage) {
	c := &x.counts
	if !u.Has(providers.ClassInput) && c.got(nBilledInput) {
		u.Set(providers.ClassInput, c.of(nBilledInput)+c.of(nCacheRead)+c.of(nCacheWrite))
		c.put(u, providers.ClassCacheRead, nCacheRead)
		c.put(u, providers.ClassCacheWrite, nCacheWrite)
	}
	if !u.Has(providers.ClassOutput) {
		c.put(u, providers.ClassOutput, nBilledOutput)
	}
}

// bedrockDone ends a document of a format in which usage comes last.
func bedrockDone(x *Exchange) {
	if x.framing == plain || x.got(nOutput) || x.got(nBilledOutput) {
		x.Complete = true
	}
}
