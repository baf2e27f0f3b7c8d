package llmotel

import (
	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/wire"
)

// appendAsked is appendRequest, and what embeddings have, for a request that
// was read off the wire.
func appendAsked(kvs []attribute.KeyValue, c *calling) []attribute.KeyValue {
	a := c.asked
	if c.Operation == OperationEmbeddings {
		if a.Has(wire.ParamDimensions) {
			kvs = append(kvs, genai.EmbeddingsDimensionCountKey.Int64(a.Dimensions))
		}
		if len(a.Encodings) > 0 {
			kvs = append(kvs, genai.RequestEncodingFormatsKey.StringSlice(a.Encodings))
		}
		return kvs
	}
	ints := [...]struct {
		param wire.Param
		key   attribute.Key
		value int64
	}{
		{wire.ParamMaxTokens, genai.RequestMaxTokensKey, a.MaxTokens},
		{wire.ParamTopK, genai.RequestTopKKey, a.TopK},
		{wire.ParamSeed, genai.RequestSeedKey, a.Seed},
	}
	for _, n := range ints {
		if a.Has(n.param) {
			kvs = append(kvs, n.key.Int64(n.value))
		}
	}
	floats := [...]struct {
		param wire.Param
		key   attribute.Key
		value float64
	}{
		{wire.ParamTemperature, genai.RequestTemperatureKey, a.Temperature},
		{wire.ParamTopP, genai.RequestTopPKey, a.TopP},
		{wire.ParamFrequencyPenalty, genai.RequestFrequencyPenaltyKey, a.FrequencyPenalty},
		{wire.ParamPresencePenalty, genai.RequestPresencePenaltyKey, a.PresencePenalty},
	}
	for _, f := range floats {
		if a.Has(f.param) {
			kvs = append(kvs, f.key.Float64(f.value))
		}
	}
	if a.Has(wire.ParamChoices) && a.Choices != 1 {
		kvs = append(kvs, genai.RequestChoiceCountKey.Int64(a.Choices))
	}
	if len(a.Stop) > 0 {
		kvs = append(kvs, genai.RequestStopSequencesKey.StringSlice(a.Stop))
	}
	kvs = appendString(kvs, genai.RequestReasoningLevelKey, a.ReasoningLevel)
	kvs = appendString(kvs, genai.RequestPreviousResponseIDKey, a.PreviousResponseID)
	kvs = appendString(kvs, genai.OutputTypeKey, a.OutputType)
	if c.Provider == genai.ProviderNameOpenAI && a.ServiceTier != genai.OpenAIRequestServiceTierAuto {
		kvs = appendString(kvs, genai.OpenAIRequestServiceTierKey, a.ServiceTier)
	}
	return kvs
}
