package llmotel

import (
	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// spanSet is a set of kinds of span that carry token counts.
type spanSet uint8

const (
	onInference spanSet = 1 << iota
	onEmbeddings
	onAgent
	onRemoteAgent
)

// usageKeys maps the ledger's classes to their attributes, and says on which
// spans each revision has them.
var usageKeys = []struct {
	class         providers.TokenClass
	key           attribute.Key
	newest, older spanSet
}{
	{providers.ClassInput, genai.UsageInputTokensKey, onInference | onEmbeddings | onAgent | onRemoteAgent, onInference | onEmbeddings | onAgent | onRemoteAgent},
	{providers.ClassOutput, genai.UsageOutputTokensKey, onInference | onAgent | onRemoteAgent, onInference | onAgent | onRemoteAgent},
	{providers.ClassCacheRead, genai.UsageCacheReadInputTokensKey, onInference | onRemoteAgent, onInference | onAgent | onRemoteAgent},
	{providers.ClassCacheWrite, genai.UsageCacheWriteInputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassCacheWrite, genai.UsageCacheCreationInputTokensKey, 0, onInference | onAgent | onRemoteAgent},
	{providers.ClassReasoning, genai.UsageReasoningOutputTokensKey, onInference, onInference},
	{providers.ClassTextInput, genai.UsageTextInputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassTextOutput, genai.UsageTextOutputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassTextCacheRead, genai.UsageTextCacheReadInputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassAudioInput, genai.UsageAudioInputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassAudioOutput, genai.UsageAudioOutputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassAudioCacheRead, genai.UsageAudioCacheReadInputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassImageInput, genai.UsageImageInputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassImageOutput, genai.UsageImageOutputTokensKey, onInference | onRemoteAgent, 0},
	{providers.ClassImageCacheRead, genai.UsageImageCacheReadInputTokensKey, onInference | onRemoteAgent, 0},
}

// appendTokens adds the counts that are known; a count that the provider
// reported as 0 is known.
func appendTokens(kvs []attribute.KeyValue, u *providers.Usage, c Conventions, on spanSet) []attribute.KeyValue {
	if u.Completeness == providers.UsageMissing {
		return kvs
	}
	for i := range usageKeys {
		k := &usageKeys[i]
		declared := c.has(ConventionsNewest) && k.newest&on != 0 || c.has(ConventionsOlder) && k.older&on != 0
		if n, ok := u.Get(k.class); ok && declared {
			kvs = append(kvs, k.key.Int64(n))
		}
	}
	return kvs
}

// appendUsage adds the counts of a call, and how complete they are.
func appendUsage(kvs []attribute.KeyValue, u *providers.Usage, c Conventions, on spanSet) []attribute.KeyValue {
	return append(appendTokens(kvs, u, c, on), genai.UsageCompletenessKey.String(u.Completeness.String()))
}

func appendCost(kvs []attribute.KeyValue, c *pricing.Cost) []attribute.KeyValue {
	switch {
	case c.Priced:
		kvs = append(kvs, genai.CostAmountKey.Float64(c.Amount.Float()), genai.CostPriceIDKey.String(c.PriceID))
		if c.Currency != "USD" {
			kvs = append(kvs, genai.CostCurrencyKey.String(c.Currency))
		}
	case c.PriceID == "":
		kvs = append(kvs, genai.CostUnpricedKey.Bool(true))
	}
	return kvs
}
