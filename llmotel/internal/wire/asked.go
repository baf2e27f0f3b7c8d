package wire

import (
	varint "encoding/binary"
	"slices"
	"strconv"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// Asked is what a request says.
type Asked struct {
	model name
	// Stream tells whether the answer is asked for as a stream.
	Stream bool
	// UsageOnStream tells whether usage is asked for on the stream, for
	// formats in which it must be.
	UsageOnStream bool

	inPath      bool // the path names the model, whatever the body says
	promptBytes uint32
	options     options
}

// Param names an option of a request.
type Param uint8

// The options.
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
	ParamStop
	ParamOutputType // in the words of the conventions
	ParamReasoningLevel
	ParamServiceTier
	ParamPreviousResponse
	ParamConversation
	ParamEncoding
	ParamGuardrail
)

// Model returns the model asked for, from the body or the path.
func (a *Asked) Model() string { return text(a.model) }

// PromptBytes returns the length of the prompt's texts.
func (a *Asked) PromptBytes() int { return int(a.promptBytes) }

// prompted notes a piece of a text of the prompt.
func (a *Asked) prompted(piece []byte) { a.promptBytes += uint32(len(piece)) } //nolint:gosec // no prompt is that long

// Options yields the options that the request gives, stop sequences one by one.
func (a *Asked) Options(yield func(Param, Option) bool) { a.options.all(yield) }

// Option returns an option; nil if the request does not give it.
func (a *Asked) Option(p Param) Option {
	for have, o := range a.options.all {
		if have == p {
			return o
		}
	}
	return nil
}

// Option is the value of an option as it stands in the request.
type Option []byte

// Int returns an integer, and whether it is one.
func (o Option) Int() (int64, bool) { return integer(jsonscan.Number, o) }

// Float returns a number, and whether it is one.
func (o Option) Float() (float64, bool) {
	f, err := strconv.ParseFloat(string(o), 64)
	return f, err == nil
}

// String returns a text.
func (o Option) String() string { return word(o) }

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
	askReasoning
	askTier
	askPreviousResponse
	askConversation
	askEncoding
	askGuardrail
	askModality // as askOutputType, of several that are asked for together
	askFormat   // what is below is the formats' own
)

// maxStops bounds the stop sequences that are kept, and the encodings.
const maxStops = 16

// value files a scalar of a request.
func (a *Asked) value(id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	p := Param(id - askMaxTokens)
	switch id {
	case askModel:
		if !a.inPath {
			a.model = nameOr(v, a.model)
		}
	case askStream:
		a.Stream = t == jsonscan.True
	case askStreamUsage:
		a.UsageOnStream = t == jsonscan.True
	case askMaxTokens, askTopK, askSeed, askChoices, askDimensions, askTemperature, askTopP, askFrequencyPenalty, askPresencePenalty:
		if t == jsonscan.Number {
			a.options.set(p, v)
		}
	case askStop, askEncoding:
		if t == jsonscan.String && a.options.count(p) < maxStops {
			a.options.add(p, v)
		}
	case askOutputType:
		if kind := outputType(v); kind != "" && t == jsonscan.String {
			a.options.set(ParamOutputType, []byte(kind))
		}
	case askModality: // text comes with most answers and tells nothing
		if kind := outputType(v); (kind == genai.OutputTypeSpeech || kind == genai.OutputTypeImage) && t == jsonscan.String {
			a.options.set(ParamOutputType, []byte(kind))
		}
	default:
		if t == jsonscan.String {
			a.options.set(p, v)
		}
	}
}

// options are the options of a request as they stood in it, one after another: of
// each the Param, the length, the bytes. An open stream keeps what was asked for
// until its span ends, and so in as little memory as possible.
type options []byte

// optionsSize is what most requests need at most, maxOptions what is kept for
// another request.
const (
	optionsSize = 48
	maxOptions  = 2 * optionsSize
)

// all yields the options.
func (o options) all(yield func(Param, Option) bool) {
	for len(o) > 0 {
		p, v, rest := o.first()
		if !yield(p, v) {
			return
		}
		o = rest
	}
}

// first splits the first of the options off; there must be one.
func (o options) first() (Param, Option, options) {
	size, n := varint.Uvarint(o[1:])
	v := o[1+n:]
	return Param(o[0]), Option(v[:size]), v[size:]
}

func (o options) count(p Param) (n int) {
	for have := range o.all {
		if have == p {
			n++
		}
	}
	return n
}

// set is add for an option that there is once: the last one holds.
func (o *options) set(p Param, v []byte) {
	for rest := *o; len(rest) > 0; {
		have, _, next := rest.first()
		if have == p {
			at := len(*o) - len(rest)
			*o = slices.Delete(*o, at, at+len(rest)-len(next))
			break
		}
		rest = next
	}
	o.add(p, v)
}

func (o *options) add(p Param, v []byte) {
	if *o == nil {
		*o = make(options, 0, optionsSize)
	}
	*o = append(varint.AppendUvarint(append(*o, byte(p)), uint64(len(v))), v...)
}
