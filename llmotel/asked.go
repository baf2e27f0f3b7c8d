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
		if n, ok := a.Int(wire.ParamDimensions); ok {
			kvs = append(kvs, genai.EmbeddingsDimensionCountKey.Int64(n))
		}
		if encodings := a.Encodings(); len(encodings) > 0 {
			kvs = append(kvs, genai.RequestEncodingFormatsKey.StringSlice(encodings))
		}
		return kvs
	}
	for _, n := range askedInts {
		if v, ok := a.Int(n.param); ok {
			kvs = append(kvs, n.key.Int64(v))
		}
	}
	for _, f := range askedFloats {
		if v, ok := a.Float(f.param); ok {
			kvs = append(kvs, f.key.Float64(v))
		}
	}
	if n, ok := a.Int(wire.ParamChoices); ok && n != 1 {
		kvs = append(kvs, genai.RequestChoiceCountKey.Int64(n))
	}
	if stop := a.Stop(); len(stop) > 0 {
		kvs = append(kvs, genai.RequestStopSequencesKey.StringSlice(stop))
	}
	kvs = appendString(kvs, genai.RequestReasoningLevelKey, a.Text(wire.ParamReasoningLevel))
	kvs = appendString(kvs, genai.RequestPreviousResponseIDKey, a.Text(wire.ParamPreviousResponse))
	kvs = appendString(kvs, genai.OutputTypeKey, a.Text(wire.ParamOutputType))
	if tier := a.Text(wire.ParamServiceTier); c.Provider == genai.ProviderNameOpenAI && tier != genai.OpenAIRequestServiceTierAuto {
		kvs = appendString(kvs, genai.OpenAIRequestServiceTierKey, tier)
	}
	return kvs
}

// The attributes of options that are numbers.
var (
	askedInts = [...]askedNumber{
		{wire.ParamMaxTokens, genai.RequestMaxTokensKey},
		{wire.ParamTopK, genai.RequestTopKKey},
		{wire.ParamSeed, genai.RequestSeedKey},
	}
	askedFloats = [...]askedNumber{
		{wire.ParamTemperature, genai.RequestTemperatureKey},
		{wire.ParamTopP, genai.RequestTopPKey},
		{wire.ParamFrequencyPenalty, genai.RequestFrequencyPenaltyKey},
		{wire.ParamPresencePenalty, genai.RequestPresencePenaltyKey},
	}
)

type askedNumber struct {
	param wire.Param
	key   attribute.Key
}
