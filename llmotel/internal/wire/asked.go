package wire

import (
	"strconv"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// Asked is what a request says. Numbers count only if Has tells so.
type Asked struct {
	// Model is the model asked for, from the body or the path.
	Model string
	// Stream tells whether the answer is asked for as a stream.
	Stream bool
	// UsageOnStream tells whether usage is asked for on the stream, for
	// formats in which it must be.
	UsageOnStream bool

	has                                                  uint16
	MaxTokens, TopK, Seed, Choices, Dimensions           int64
	Temperature, TopP, FrequencyPenalty, PresencePenalty float64
	Stop                                                 []string
	OutputType, ReasoningLevel, ServiceTier              string
	PreviousResponseID, ConversationID, Encoding         string
	GuardrailID                                          string
	// PromptBytes is the length of the prompt's texts.
	PromptBytes int
}

// Param names a number of Asked.
type Param uint8

// The numbers.
const (
	ParamMaxTokens Param = iota
	ParamTopK
	ParamSeed
	ParamChoices
	ParamDimensions
	ParamTemperature
	ParamTopP
	ParamFrequencyPenalty
	ParamPresencePenalty
)

// Has reports whether the request gives the number.
func (a *Asked) Has(p Param) bool { return a.has&(1<<p) != 0 }

// The IDs of fields that requests of all formats have in common. A format maps
// its own names to them.
const (
	askModel jsonscan.ID = iota + 1
	askStream
	askStreamUsage
	askMaxTokens // in the order of Param from here
	askTopK
	askSeed
	askChoices
	askDimensions
	askTemperature
	askTopP
	askFrequencyPenalty
	askPresencePenalty
	askStop
	askOutputType // "text", "json_schema", a MIME type: see outputType
	askModality   // likewise, of several that are asked for together
	askReasoning
	askTier
	askPreviousResponse
	askConversation
	askEncoding
	askGuardrail
	askFormat // what is below is the formats' own
)

// maxStops bounds the stop sequences that are kept.
const maxStops = 16

// value files a scalar of a request.
func (a *Asked) value(id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case askModel:
		a.Model = wordOr(v, a.Model)
	case askStream:
		a.Stream = t == jsonscan.True
	case askStreamUsage:
		a.UsageOnStream = t == jsonscan.True
	case askMaxTokens, askTopK, askSeed, askChoices, askDimensions:
		if n, ok := integer(t, v); ok {
			*[...]*int64{&a.MaxTokens, &a.TopK, &a.Seed, &a.Choices, &a.Dimensions}[id-askMaxTokens] = n
			a.has |= 1 << (id - askMaxTokens)
		}
	case askTemperature, askTopP, askFrequencyPenalty, askPresencePenalty:
		if f, err := strconv.ParseFloat(string(v), 64); err == nil && t == jsonscan.Number {
			*[...]*float64{&a.Temperature, &a.TopP, &a.FrequencyPenalty, &a.PresencePenalty}[id-askTemperature] = f
			a.has |= 1 << (id - askMaxTokens)
		}
	case askStop:
		if t == jsonscan.String && len(a.Stop) < maxStops {
			a.Stop = append(a.Stop, string(v))
		}
	default:
		if t == jsonscan.String {
			a.named(id, v)
		}
	}
}

func (a *Asked) named(id jsonscan.ID, v []byte) {
	switch id {
	case askOutputType:
		if kind := outputType(v); kind != "" {
			a.OutputType = kind
		}
	case askModality: // text comes with most answers and tells nothing
		if kind := outputType(v); kind == genai.OutputTypeSpeech || kind == genai.OutputTypeImage {
			a.OutputType = kind
		}
	case askReasoning:
		a.ReasoningLevel = word(v)
	case askTier:
		a.ServiceTier = word(v)
	case askPreviousResponse:
		a.PreviousResponseID = string(v)
	case askConversation:
		a.ConversationID = string(v)
	case askEncoding:
		a.Encoding = word(v)
	case askGuardrail:
		a.GuardrailID = string(v)
	}
}
