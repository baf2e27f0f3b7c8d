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

	inPath      bool // the path names the model, whatever the body says
	has         uint16
	MaxTokens   int64
	Temperature float64
	// PromptBytes is the length of the prompt's texts.
	PromptBytes int

	*askedMore // read only: see more
}

// askedMore is what most requests do not say. An open stream keeps what was
// asked, and so memory for this only if there is something.
type askedMore struct {
	TopK, Seed, Choices, Dimensions         int64
	TopP, FrequencyPenalty, PresencePenalty float64
	Stop                                    []string
	OutputType, ReasoningLevel, ServiceTier string
	PreviousResponseID, ConversationID      string
	GuardrailID                             string
	Encodings                               []string // of embeddings
}

// nothingAsked is shared by all requests that ask for nothing more.
var nothingAsked askedMore

// more is what is written to.
func (a *Asked) more() *askedMore {
	if a.askedMore == &nothingAsked {
		a.askedMore = new(askedMore)
	}
	return a.askedMore
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

// maxStops bounds the stop sequences that are kept, and the encodings.
const maxStops = 16

// value files a scalar of a request.
func (a *Asked) value(id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case askModel:
		if !a.inPath {
			a.Model = wordOr(v, a.Model)
		}
	case askStream:
		a.Stream = t == jsonscan.True
	case askStreamUsage:
		a.UsageOnStream = t == jsonscan.True
	case askMaxTokens, askTopK, askSeed, askChoices, askDimensions:
		if n, ok := integer(t, v); ok {
			if id == askMaxTokens {
				a.MaxTokens = n
			} else {
				more := a.more()
				*[...]*int64{&more.TopK, &more.Seed, &more.Choices, &more.Dimensions}[id-askTopK] = n
			}
			a.has |= 1 << (id - askMaxTokens)
		}
	case askTemperature, askTopP, askFrequencyPenalty, askPresencePenalty:
		if f, err := strconv.ParseFloat(string(v), 64); err == nil && t == jsonscan.Number {
			if id == askTemperature {
				a.Temperature = f
			} else {
				more := a.more()
				*[...]*float64{&more.TopP, &more.FrequencyPenalty, &more.PresencePenalty}[id-askTopP] = f
			}
			a.has |= 1 << (id - askMaxTokens)
		}
	case askStop:
		if t == jsonscan.String && len(a.Stop) < maxStops {
			more := a.more()
			more.Stop = append(more.Stop, string(v))
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
			a.more().OutputType = kind
		}
	case askModality: // text comes with most answers and tells nothing
		if kind := outputType(v); kind == genai.OutputTypeSpeech || kind == genai.OutputTypeImage {
			a.more().OutputType = kind
		}
	case askReasoning:
		a.more().ReasoningLevel = word(v)
	case askTier:
		a.more().ServiceTier = word(v)
	case askPreviousResponse:
		a.more().PreviousResponseID = string(v)
	case askConversation:
		a.more().ConversationID = string(v)
	case askEncoding:
		if len(a.Encodings) < maxStops {
			more := a.more()
			more.Encodings = append(more.Encodings, word(v))
		}
	case askGuardrail:
		a.more().GuardrailID = string(v)
	}
}
