package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// cohereChat and cohereEmbed are Cohere's formats, version 2 of its API.
// Source: docs.cohere.com/reference/chat and its OpenAPI description.
var (
	cohereChat = &format{
		request: cohereRequest,
		ask:     own{open: chatAskOpen, close: chatAskClose, value: chatAskValue, text: cohereAskTexts, raw: chatAskRaw},
		answer:  cohereAnswer,
		event:   cohereEvent,
		read:    own{open: cohereOpen, value: cohereValue, text: cohereText, raw: nil},
		done:    cohereDone,
		ledger:  cohereLedger,
	}
	cohereEmbed = &format{
		request: jsonscan.Object(0,
			jsonscan.At("model", jsonscan.Value(askModel)),
			jsonscan.At("output_dimension", jsonscan.Value(askDimensions)),
			jsonscan.At("embedding_types", jsonscan.Array(0, jsonscan.Value(askEncoding))),
			jsonscan.At("texts", jsonscan.Array(0, jsonscan.Text(cohereAskEmbedded)))),
		ask: own{text: cohereAskTexts},
		answer: jsonscan.Object(0,
			jsonscan.At("id", jsonscan.Value(ansID)),
			jsonscan.At("meta", jsonscan.Object(0, jsonscan.At("billed_units", jsonscan.Object(0,
				jsonscan.At("input_tokens", count(nInput))))))).Add(cohereError...),
		done:   wholeAnswer,
		ledger: inputLedger,
	}
)

// Cohere's own fields in requests are behind the IDs of chat completions, whose
// messages and tools Cohere's are like.
const (
	cohereAskEmbedded jsonscan.ID = 100 + iota
	cohereAskPlan
)

var cohereRequest = jsonscan.Object(0,
	jsonscan.At("model", jsonscan.Value(askModel)),
	jsonscan.At("stream", jsonscan.Value(askStream)),
	jsonscan.At("max_tokens", jsonscan.Value(askMaxTokens)),
	jsonscan.At("temperature", jsonscan.Value(askTemperature)),
	jsonscan.At("p", jsonscan.Value(askTopP)),
	jsonscan.At("k", jsonscan.Value(askTopK)),
	jsonscan.At("frequency_penalty", jsonscan.Value(askFrequencyPenalty)),
	jsonscan.At("presence_penalty", jsonscan.Value(askPresencePenalty)),
	jsonscan.At("seed", jsonscan.Value(askSeed)),
	jsonscan.At("stop_sequences", stopSchema),
	jsonscan.At("response_format", jsonscan.Object(0, jsonscan.At("type", jsonscan.Value(askOutputType)))),
	jsonscan.At("messages", jsonscan.Array(0, jsonscan.Object(chatAskMessage,
		jsonscan.At("role", jsonscan.Value(chatAskRole)),
		jsonscan.At("tool_plan", jsonscan.Text(cohereAskPlan)),
		jsonscan.At("tool_call_id", jsonscan.Value(chatAskResultOf)),
		jsonscan.At("content", jsonscan.Or(jsonscan.Text(chatAskContent), jsonscan.Array(0, jsonscan.Object(chatAskPart,
			jsonscan.At("text", jsonscan.Text(chatAskPartText)),
			jsonscan.At("thinking", jsonscan.Text(cohereAskPlan)),
			jsonscan.At("document", jsonscan.Object(0, jsonscan.At("data", jsonscan.Text(chatAskPartText)))),
			jsonscan.At("image_url", jsonscan.Object(0, jsonscan.At("url", jsonscan.Text(chatAskURL)))))))),
		jsonscan.At("tool_calls", jsonscan.Array(0, jsonscan.Object(chatAskCall,
			jsonscan.At("id", jsonscan.Value(chatAskCallID)),
			jsonscan.At("function", jsonscan.Object(0,
				jsonscan.At("name", jsonscan.Value(chatAskFunction)),
				jsonscan.At("arguments", jsonscan.Text(chatAskArguments))))))))),
	),
	jsonscan.At("tools", jsonscan.Array(0, jsonscan.Raw(chatAskTool))),
)

func cohereAskTexts(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case cohereAskEmbedded:
		x.prompted(piece)
	case cohereAskPlan:
		x.prompt(content.Reasoning, piece, last)
	default:
		chatAskText(x, id, piece, last)
	}
}

// The IDs of Cohere's own fields in answers. Whole answers and events differ in
// where they stand.
const (
	cohereReason jsonscan.ID = ansFormat + iota
	cohereType
	coherePart
	cohereSaid
	cohereThought
	coherePlan
	cohereIndex
	cohereCall
	cohereCallID
	cohereCallName
	cohereArguments
)

// cohereError is an error: a message at the top level, whose kind the status
// tells.
var cohereError []jsonscan.Member

// cohereUsage counts tokens twice: those that the model saw, and those that are
// paid for. The conventions ask for the latter.
var cohereUsage = jsonscan.Object(0,
	jsonscan.At("billed_units", jsonscan.Object(0,
		jsonscan.At("input_tokens", count(nBilledInput)),
		jsonscan.At("output_tokens", count(nBilledOutput)))),
	jsonscan.At("tokens", jsonscan.Object(0,
		jsonscan.At("input_tokens", count(nInput)),
		jsonscan.At("output_tokens", count(nOutput)))),
	jsonscan.At("cached_tokens", count(nCacheRead)))

var (
	coherePieces = jsonscan.Object(coherePart,
		jsonscan.At("text", jsonscan.Text(cohereSaid)),
		jsonscan.At("thinking", jsonscan.Text(cohereThought)))
	cohereToolCall = jsonscan.Object(cohereCall,
		jsonscan.At("id", jsonscan.Value(cohereCallID)),
		jsonscan.At("function", jsonscan.Object(0,
			jsonscan.At("name", jsonscan.Value(cohereCallName)),
			jsonscan.At("arguments", jsonscan.Text(cohereArguments)))))
	cohereMessage = jsonscan.Object(0,
		jsonscan.At("tool_plan", jsonscan.Text(coherePlan)),
		jsonscan.At("content", jsonscan.Or(jsonscan.Array(0, coherePieces), coherePieces)),
		jsonscan.At("tool_calls", jsonscan.Or(jsonscan.Array(0, cohereToolCall), cohereToolCall)))

	cohereAnswer = jsonscan.Object(0,
		jsonscan.At("id", jsonscan.Value(ansID)),
		jsonscan.At("finish_reason", jsonscan.Value(cohereReason)),
		jsonscan.At("message", cohereMessage),
		jsonscan.At("usage", cohereUsage)).Add(cohereError...)

	cohereEvent = jsonscan.Object(0,
		jsonscan.At("type", jsonscan.Value(cohereType)),
		jsonscan.At("id", jsonscan.Value(ansID)),
		jsonscan.At("index", jsonscan.Value(cohereIndex)),
		jsonscan.At("delta", jsonscan.Object(0,
			jsonscan.At("finish_reason", jsonscan.Value(cohereReason)),
			jsonscan.At("error", jsonscan.Value(ansErrorText)),
			jsonscan.At("usage", cohereUsage),
			jsonscan.At("message", cohereMessage)))).Add(cohereError...)
)

func cohereOpen(x *Exchange, id jsonscan.ID) {
	if id == cohereCall && !x.Stream {
		x.piece = x.content.Output(0).Part(content.ToolCall)
	}
}

// cohereEnd marks the event that ends a stream.
const cohereEnd = 1

func cohereValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case cohereType:
		if string(v) == "message-end" {
			x.mark = cohereEnd
		}
	case cohereIndex:
		if n, ok := integer(t, v); ok && n >= 0 && n < maxChoices {
			x.part = int32(n)
		}
	case cohereReason:
		x.finish(0, word(v))
	case cohereCallID:
		x.semantic = true
		x.cohereCall().Append(content.ID, v)
	case cohereCallName:
		x.semantic = true
		x.cohereCall().Append(content.Name, v)
	}
}

// cohereCall is the tool call that is being read: events tell its index.
func (x *Exchange) cohereCall() *content.Part {
	if !x.Stream {
		return x.piece
	}
	return x.content.Output(0).PartAt(int(x.part), content.ToolCall)
}

func cohereText(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	x.said(piece)
	if x.content == nil || len(piece) == 0 {
		return
	}
	switch id {
	case cohereSaid:
		x.content.Output(0).PartAt(int(x.part), content.Text).Append(content.Body, piece)
	case cohereThought, coherePlan:
		x.content.Output(0).PartAt(int(x.part), content.Reasoning).Append(content.Body, piece)
	case cohereArguments:
		x.cohereCall().Append(content.Body, piece)
	}
}

func cohereDone(x *Exchange) {
	x.Complete = x.Complete || !x.Stream || x.mark == cohereEnd
	x.part = 0
}

// cohereLedger takes the tokens that are paid for, as the conventions want,
// and those that the model saw where nothing else is told, or where more came
// from the cache, which is a part of these, than was paid for.
func cohereLedger(x *Exchange, u *providers.Usage) {
	c := &x.counts
	c.put(u, providers.ClassInput, nInput)
	c.put(u, providers.ClassOutput, nOutput)
	if c.of(nCacheRead) <= c.of(nBilledInput) || !c.got(nInput) {
		c.put(u, providers.ClassInput, nBilledInput)
	}
	c.put(u, providers.ClassOutput, nBilledOutput)
	c.put(u, providers.ClassCacheRead, nCacheRead)
}
