package llmotel

import (
	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/wire"
)

// appendAsked is appendRequest, and what embeddings have, for a request that
// was read off the wire.
func appendAsked(kvs []attribute.KeyValue, c *calling) []attribute.KeyValue {
	embeds := c.Operation == OperationEmbeddings
	var stop, encodings []string
	for p, o := range c.asked.Options {
		switch p {
		case wire.ParamStop:
			stop = append(stop, o.String())
			continue
		case wire.ParamEncoding:
			encodings = append(encodings, o.String())
			continue
		}
		key := askedKeys[p]
		if key == "" || embeds != (p == wire.ParamDimensions) {
			continue
		}
		switch p {
		case wire.ParamMaxTokens, wire.ParamTopK, wire.ParamSeed, wire.ParamDimensions, wire.ParamChoices:
			if n, ok := o.Int(); ok && (p != wire.ParamChoices || n != 1) {
				kvs = append(kvs, key.Int64(n))
			}
		case wire.ParamTemperature, wire.ParamTopP, wire.ParamFrequencyPenalty, wire.ParamPresencePenalty:
			if f, ok := o.Float(); ok {
				kvs = append(kvs, key.Float64(f))
			}
		case wire.ParamServiceTier:
			if tier := o.String(); c.Provider == genai.ProviderNameOpenAI && tier != genai.OpenAIRequestServiceTierAuto {
				kvs = appendString(kvs, key, tier)
			}
		default:
			kvs = appendString(kvs, key, o.String())
		}
	}
	if len(encodings) > 0 && embeds {
		kvs = append(kvs, genai.RequestEncodingFormatsKey.StringSlice(encodings))
	}
	if len(stop) > 0 && !embeds {
		kvs = append(kvs, genai.RequestStopSequencesKey.StringSlice(stop))
	}
	return kvs
}

// askedKeys are the attributes of options, but for those that are lists and for what
// is told elsewhere.
var askedKeys = [...]attribute.Key{
	wire.ParamMaxTokens:        genai.RequestMaxTokensKey,
	wire.ParamTopK:             genai.RequestTopKKey,
	wire.ParamSeed:             genai.RequestSeedKey,
	wire.ParamChoices:          genai.RequestChoiceCountKey,
	wire.ParamDimensions:       genai.EmbeddingsDimensionCountKey,
	wire.ParamTemperature:      genai.RequestTemperatureKey,
	wire.ParamTopP:             genai.RequestTopPKey,
	wire.ParamFrequencyPenalty: genai.RequestFrequencyPenaltyKey,
	wire.ParamPresencePenalty:  genai.RequestPresencePenaltyKey,
	wire.ParamOutputType:       genai.OutputTypeKey,
	wire.ParamReasoningLevel:   genai.RequestReasoningLevelKey,
	wire.ParamServiceTier:      genai.OpenAIRequestServiceTierKey,
	wire.ParamPreviousResponse: genai.RequestPreviousResponseIDKey,
	wire.ParamGuardrail:        "",
}
