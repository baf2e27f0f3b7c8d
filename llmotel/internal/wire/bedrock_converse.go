package wire

import (
	"bytes"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// bedrockConverse is the format of Bedrock's Converse and ConverseStream.
var bedrockConverse = &format{
	request: converseRequest,
	ask:     own{open: converseAskOpen, close: converseAskClose, value: converseAskValue, text: converseAskText, raw: converseAskRaw},
	answer:  converseAnswer,
	event:   converseAnswer,
	read:    own{open: converseOpen, close: converseClose, value: converseValue, text: converseText, raw: converseRaw},
	done:    bedrockDone,
	quick:   converseQuick,
	ledger:  converseLedger,
	header:  bedrockHeader,
}

// The IDs of Converse's own fields.
const (
	conMessage jsonscan.ID = askFormat + iota
	conRole
	conSystem
	conTool

	// Of blocks of content, which are the same in requests and answers.
	conBlock // in a list
	conDelta // in an event
	conWords
	conThoughts
	conCallID
	conServed // by the vendor
	conName
	conInput
	conInputPiece
	conResultOf
	conResultWords
	conResultJSON
	conImage
	conDocument
	conVideo
	conAudio
	conFormat
	conData
	conSourceWords
	conURI

	// Of answers.
	conIndex
	conEnded // the number of a block that ends
	conReason
	conLifetime
	conWritten
	conEntry
	conError
	conComplaint
)

var converseRequest = jsonscan.Object(0,
	jsonscan.At("system", jsonscan.Array(0, jsonscan.Object(0,
		jsonscan.At("text", jsonscan.Text(conSystem)),
		jsonscan.At("guardContent", jsonscan.Object(0, jsonscan.At("text", jsonscan.Object(0,
			jsonscan.At("text", jsonscan.Text(conSystem))))))))),
	jsonscan.At("messages", jsonscan.Array(0, jsonscan.Object(conMessage,
		jsonscan.At("role", jsonscan.Value(conRole)),
		jsonscan.At("content", jsonscan.Array(0, converseBlock(conBlock)))))),
	jsonscan.At("inferenceConfig", inferenceConfig),
	jsonscan.At("additionalModelRequestFields", jsonscan.Object(0,
		jsonscan.At("top_k", jsonscan.Value(askTopK)),
		jsonscan.At("k", jsonscan.Value(askTopK)), // Cohere
		jsonscan.At("seed", jsonscan.Value(askSeed)),
		jsonscan.At("inferenceConfig", inferenceConfig), // Nova
		jsonscan.At("output_config", jsonscan.Object(0, jsonscan.At("effort", jsonscan.Value(askReasoning)))),
		jsonscan.At("reasoning_effort", jsonscan.Value(askReasoning)),
		jsonscan.At("reasoningConfig", jsonscan.Object(0, jsonscan.At("maxReasoningEffort", jsonscan.Value(askReasoning)))))),
	jsonscan.At("toolConfig", jsonscan.Object(0, jsonscan.At("tools", jsonscan.Array(0, jsonscan.Object(0,
		jsonscan.At("toolSpec", jsonscan.Raw(conTool)),
		jsonscan.At("systemTool", jsonscan.Raw(conTool))))))),
	jsonscan.At("guardrailConfig", jsonscan.Object(0, jsonscan.At("guardrailIdentifier", jsonscan.Value(askGuardrail)))),
	jsonscan.At("serviceTier", jsonscan.Object(0, jsonscan.At("type", jsonscan.Value(askTier)))),
	jsonscan.At("outputConfig", jsonscan.Object(0,
		jsonscan.At("effort", jsonscan.Value(askReasoning)),
		jsonscan.At("textFormat", jsonscan.Object(0, jsonscan.At("type", jsonscan.Value(askOutputType)))))),
)

// inferenceConfig has some names that only Nova's own API knows.
var inferenceConfig = jsonscan.Object(0,
	jsonscan.At("maxTokens", jsonscan.Value(askMaxTokens)),
	jsonscan.At("max_new_tokens", jsonscan.Value(askMaxTokens)),
	jsonscan.At("temperature", jsonscan.Value(askTemperature)),
	jsonscan.At("topP", jsonscan.Value(askTopP)),
	jsonscan.At("top_p", jsonscan.Value(askTopP)),
	jsonscan.At("topK", jsonscan.Value(askTopK)),
	jsonscan.At("top_k", jsonscan.Value(askTopK)),
	jsonscan.At("stopSequences", jsonscan.Array(0, jsonscan.Value(askStop))),
)

func converseAskOpen(x *Exchange, id jsonscan.ID) {
	if id == conMessage {
		x.message, x.piece = x.content.Input(""), nil
		return
	}
	converseBlockOpen(x, id)
}

func converseAskClose(x *Exchange, id jsonscan.ID) {
	if id == conBlock {
		x.served()
		x.piece = nil
	}
}

func converseAskValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	switch {
	case t == jsonscan.Null:
	case id == conRole:
		x.message.SetRole(v)
	default:
		converseBlockValue(x, id, v)
	}
}

func converseAskText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	if id == conSystem {
		x.message = x.content.System()
		x.prompt(content.Text, piece, last)
		return
	}
	converseText(x, id, piece, last)
}

func converseAskRaw(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	if id == conTool {
		x.define(piece, last)
		return
	}
	converseRaw(x, id, piece, last)
}

// converseAnswer is both a whole answer and the payload of a stream's message,
// which have no names in common but those of the same meaning.
var converseAnswer = jsonscan.Object(0,
	jsonscan.At("output", jsonscan.Object(0, jsonscan.At("message", jsonscan.Object(0,
		jsonscan.At("content", jsonscan.Array(0, converseBlock(conBlock))))))),
	jsonscan.At("contentBlockIndex", jsonscan.Value(conIndex)),
	jsonscan.At("start", converseBlock(conDelta)),
	jsonscan.At("delta", converseBlock(conDelta)),
	jsonscan.At("stopReason", jsonscan.Value(conReason)),
	jsonscan.At("usage", jsonscan.Object(0,
		jsonscan.At("inputTokens", count(nInput)),
		jsonscan.At("outputTokens", count(nOutput)),
		jsonscan.At("totalTokens", count(nTotal)),
		jsonscan.At("cacheReadInputTokens", count(nCacheRead)),
		jsonscan.At("cacheWriteInputTokens", count(nCacheWrite)),
		jsonscan.At("cacheReadInputTokenCount", count(nCacheRead)), // Nova's own API
		jsonscan.At("cacheWriteInputTokenCount", count(nCacheWrite)),
		jsonscan.At("cacheDetails", jsonscan.Array(0, jsonscan.Object(conEntry,
			jsonscan.At("ttl", jsonscan.Value(conLifetime)),
			jsonscan.At("inputTokens", jsonscan.Value(conWritten))))))),
	jsonscan.At("serviceTier", jsonscan.Object(0, jsonscan.At("type", jsonscan.Value(ansTier)))),
	jsonscan.At("trace", jsonscan.Object(0, jsonscan.At("promptRouter", jsonscan.Object(0,
		jsonscan.At("invokedModelId", jsonscan.Value(ansModel)))))),
	jsonscan.At("message", jsonscan.Value(conComplaint)), // of an error
	jsonscan.At("__type", jsonscan.Value(conError)),
)

func converseOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case conBlock:
		x.part = x.seen
		x.seen++
	case conEntry:
		x.detail, x.mark = 0, 0
	}
	converseBlockOpen(x, id)
}

// converseClose ends an entry of cacheDetails, whose count may come before the
// lifetime.
func converseClose(x *Exchange, id jsonscan.ID) {
	if id == conBlock || id == conDelta {
		x.served()
	}
	if id != conEntry {
		return
	}
	k := nCacheWrite5m
	if x.mark == mark1h {
		k = nCacheWrite1h
	}
	if x.mark != 0 && x.of(k)+int64(x.detail) <= maxTokens {
		x.add(k, int64(x.detail))
	}
}

// What an entry of cacheDetails is about.
const (
	mark5m uint8 = iota + 1
	mark1h
)

func converseValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case conIndex, conEnded:
		if n, ok := integer(t, v); ok && n >= 0 && n <= maxBlocks {
			x.part = int32(n)
		}
		if id == conEnded {
			x.part++ // of the block that follows
		}
	case conReason:
		x.finish(0, word(v))
	case conLifetime:
		switch string(v) {
		case "5m":
			x.mark = mark5m
		case "1h":
			x.mark = mark1h
		}
	case conWritten:
		if n, ok := integer(t, v); ok && n >= 0 && n <= maxTokens {
			x.detail = uint32(n)
		} else {
			x.refused++
		}
	case conComplaint:
		x.refuse(v)
	case conError:
		// "com.amazon.coral.service#ThrottlingException"
		x.Failed = true
		x.blame().ErrorType = providers.CleanID(string(v[bytes.IndexByte(v, '#')+1:]))
	default:
		converseBlockValue(x, id, v)
	}
}

// converseLedger knows that Bedrock counts what was read from and written to
// the cache beside the input.
func converseLedger(x *Exchange, u *providers.Usage) {
	antLedger(x, u)
	billed(x, u)
}
