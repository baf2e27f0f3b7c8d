package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// anthropicMessages is the format of Anthropic's messages, at Anthropic and on
// Vertex AI.
var anthropicMessages = &format{
	request: antRequest,
	ask:     own{open: antAskOpen, close: antAskClose, value: antAskValue, text: antAskText, raw: antAskRaw},
	answer:  antAnswer,
	event:   antAnswer,
	read:    own{open: antOpen, close: antClose, value: antValue, text: antText, raw: antBlockRaw},
	done:    antDone,
	quick:   antQuick,
	ledger:  antLedger,
}

// The IDs of the messages' own fields.
const (
	antMessage jsonscan.ID = askFormat + iota
	antRole
	antSystem
	antPrompt
	antTool

	// Of blocks of content, which are the same in requests and answers. The
	// IDs are free in either.
	antBlock // in a list
	antStart // in the event that opens it
	antKind
	antWords
	antThoughts
	antCallID
	antName
	antInput
	antResultOf
	antResult      // of a tool: a text,
	antResultJSON  // an object,
	antResultWords // or blocks
	antSource      // of an image or a document
	antSourceKind
	antSourceType
	antSourceData
	antSourceWords
	antSourceURL
	antSourceFile
	antFile
	antFallback // the model that goes on after another has declined

	// Of answers.
	antEvent
	antIndex
	antDelta
	antInputPiece
	antReason
	antTier
	antSpeed
	antGeo
	antComplaint
	antIterations
	antIteration
	antIterationKind
	antIterationModel
	antCounts // the counters up to nReasoning follow

	antIterationCounts = antCounts + jsonscan.ID(nReasoning) + 1 // as do these
)

// The counters of what compactions took, in places that this format has no other
// use for.
const (
	nCompactInput   = nTextInput
	nCompactOutput  = nTextOutput
	nCompactRead    = nTextCached
	nCompactWrite   = nAudioInput
	nCompactWrite1h = nAudioCached
)

var antRequest = jsonscan.Object(0,
	jsonscan.At("model", jsonscan.Value(askModel)),
	jsonscan.At("stream", jsonscan.Value(askStream)),
	jsonscan.At("max_tokens", jsonscan.Value(askMaxTokens)),
	jsonscan.At("temperature", jsonscan.Value(askTemperature)),
	jsonscan.At("top_p", jsonscan.Value(askTopP)),
	jsonscan.At("top_k", jsonscan.Value(askTopK)),
	jsonscan.At("stop_sequences", jsonscan.Array(0, jsonscan.Value(askStop))),
	jsonscan.At("service_tier", jsonscan.Value(askTier)),
	jsonscan.At("output_config", jsonscan.Object(0,
		jsonscan.At("effort", jsonscan.Value(askReasoning)),
		jsonscan.At("format", antFormat))),
	jsonscan.At("output_format", antFormat), // the beta's name
	jsonscan.At("system", jsonscan.Or(jsonscan.Text(antSystem), jsonscan.Array(0, jsonscan.Object(0,
		jsonscan.At("text", jsonscan.Text(antSystem)))))),
	jsonscan.At("messages", jsonscan.Array(0, jsonscan.Object(antMessage,
		jsonscan.At("role", jsonscan.Value(antRole)),
		jsonscan.At("content", jsonscan.Or(jsonscan.Text(antPrompt), jsonscan.Array(0, antNode(antBlock))))))),
	jsonscan.At("tools", jsonscan.Array(0, jsonscan.Raw(antTool))),
	// Text completions, the API before messages, live on at Bedrock.
	jsonscan.At("prompt", jsonscan.Text(antPrompt)),
	jsonscan.At("max_tokens_to_sample", jsonscan.Value(askMaxTokens)),
)

var antFormat = jsonscan.Object(0, jsonscan.At("type", jsonscan.Value(askOutputType)))

func antAskOpen(x *Exchange, id jsonscan.ID) {
	if id == antMessage {
		x.message, x.piece = x.content.Input(""), nil
		return
	}
	antBlockOpen(x, id)
}

func antAskClose(x *Exchange, id jsonscan.ID) {
	antBlockClose(x, id)
	if id == antBlock {
		x.piece = nil
	}
}

func antAskValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	switch {
	case t == jsonscan.Null:
	case id == antRole:
		x.message.SetRole(v)
	default:
		antBlockValue(x, id, v)
	}
}

func antAskText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case antSystem:
		x.message = x.content.System()
		x.prompt(content.Text, piece, last)
	case antPrompt:
		if x.message == nil {
			x.message = x.content.Input("")
		}
		x.prompt(content.Text, piece, last)
	default:
		antBlockText(x, id, piece, last)
	}
}

func antAskRaw(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	if id != antTool {
		antBlockRaw(x, id, piece, last)
		return
	}
	x.define(piece, last)
}

// define passes on a piece of a tool's definition.
func (x *Exchange) define(piece []byte, last bool) {
	if x.tool == nil {
		x.tool = x.content.Tool()
	}
	x.tool.Append(content.Raw, piece)
	if last {
		x.tool = nil
	}
}

// antAnswer is both a whole message and an event of a stream, which have no
// names in common but those of the same meaning.
var antAnswer = jsonscan.Object(0,
	jsonscan.At("type", jsonscan.Value(antEvent)),
	jsonscan.At("id", jsonscan.Value(ansID)),
	jsonscan.At("model", jsonscan.Value(ansModel)),
	jsonscan.At("content", jsonscan.Array(0, antNode(antBlock))),
	jsonscan.At("completion", jsonscan.Text(antWords)), // of text completions
	jsonscan.At("stop_reason", jsonscan.Value(antReason)),
	jsonscan.At("usage", antUsage),
	jsonscan.At("message", jsonscan.Or(jsonscan.Value(antComplaint), jsonscan.Object(0, // Bedrock's errors are a mere message
		jsonscan.At("id", jsonscan.Value(ansID)),
		jsonscan.At("model", jsonscan.Value(ansModel)),
		jsonscan.At("usage", antUsage)))),
	jsonscan.At("index", jsonscan.Value(antIndex)),
	jsonscan.At("content_block", antNode(antStart)),
	jsonscan.At("delta", jsonscan.Object(antDelta,
		jsonscan.At("text", jsonscan.Text(antWords)),
		jsonscan.At("thinking", jsonscan.Text(antThoughts)),
		jsonscan.At("partial_json", jsonscan.Text(antInputPiece)),
		jsonscan.At("content", jsonscan.Text(antWords)), // the summary of what was said before
		jsonscan.At("stop_reason", jsonscan.Value(antReason)))),
	jsonscan.At("error", jsonscan.Or(jsonscan.Value(ansErrorText), jsonscan.Object(ansError,
		jsonscan.At("type", jsonscan.Value(ansErrorType)),
		jsonscan.At("message", jsonscan.Value(antComplaint)),
		jsonscan.At("details", jsonscan.Object(0, jsonscan.At("error_code", jsonscan.Value(ansErrorCode))))))),
	jsonscan.At("request_id", jsonscan.Value(ansRequestID)),
	invocationMetrics,
)

var antUsage = jsonscan.Object(0,
	jsonscan.At("input_tokens", antCount(nInput)),
	jsonscan.At("output_tokens", antCount(nOutput)),
	jsonscan.At("cache_read_input_tokens", antCount(nCacheRead)),
	jsonscan.At("cache_creation_input_tokens", antCount(nCacheWrite)),
	jsonscan.At("cache_creation", jsonscan.Object(0,
		jsonscan.At("ephemeral_5m_input_tokens", antCount(nCacheWrite5m)),
		jsonscan.At("ephemeral_1h_input_tokens", antCount(nCacheWrite1h)))),
	jsonscan.At("output_tokens_details", jsonscan.Object(0, jsonscan.At("thinking_tokens", antCount(nReasoning)))),
	jsonscan.At("service_tier", jsonscan.Value(antTier)),
	jsonscan.At("speed", jsonscan.Value(antSpeed)),
	jsonscan.At("inference_geo", jsonscan.Value(antGeo)),
	jsonscan.At("iterations", jsonscan.Array(antIterations, jsonscan.Object(antIteration,
		jsonscan.At("type", jsonscan.Value(antIterationKind)),
		jsonscan.At("model", jsonscan.Value(antIterationModel)),
		jsonscan.At("input_tokens", antIterationCount(nInput)),
		jsonscan.At("output_tokens", antIterationCount(nOutput)),
		jsonscan.At("cache_read_input_tokens", antIterationCount(nCacheRead)),
		jsonscan.At("cache_creation_input_tokens", antIterationCount(nCacheWrite)),
		jsonscan.At("cache_creation", jsonscan.Object(0,
			jsonscan.At("ephemeral_5m_input_tokens", antIterationCount(nCacheWrite5m)),
			jsonscan.At("ephemeral_1h_input_tokens", antIterationCount(nCacheWrite1h))))))),
)

func antCount(k counter) *jsonscan.Node { return jsonscan.Value(antCounts + jsonscan.ID(k)) }

func antIterationCount(k counter) *jsonscan.Node {
	return jsonscan.Value(antIterationCounts + jsonscan.ID(k))
}

func antOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case antIterations: // the whole list comes again with each report
		x.forget(nCompactInput, nCompactOutput, nCompactRead, nCompactWrite, nCompactWrite1h)
		return
	case antIteration:
		x.iterate()
		return
	}
	if id == antBlock { // a whole answer numbers its blocks by their order
		x.part = x.seen
		x.seen++
	}
	if id == antDelta {
		x.piece = nil
		return
	}
	antBlockOpen(x, id)
}

func antClose(x *Exchange, id jsonscan.ID) {
	if id == antIteration {
		x.iterated()
		return
	}
	antBlockClose(x, id)
}

func antValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	switch {
	case t == jsonscan.Null:
	case id >= antIterationCounts:
		x.set(iterationCounts[id-antIterationCounts], t, v)
	case id == antIterationKind:
		x.mark &^= markCompacts | markServed
		switch string(v) {
		case "compaction":
			x.mark |= markCompacts
		case "fallback_message":
			x.mark |= markServed
		}
	case id == antIterationModel:
		x.word = nameOr(v, x.Answer.model)
	case id >= antCounts:
		x.progress(counter(id-antCounts), t, v)
	case id == antEvent:
		if string(v) == "message_stop" {
			x.Complete = true
		}
	case id == antIndex:
		if n, ok := integer(t, v); ok && n >= 0 && n <= maxBlocks {
			x.part = int32(n)
		}
	case id == antComplaint && x.API == BedrockInvoke:
		x.refuse(v)
	case id == antComplaint:
		x.complain(v)
	case id == antReason:
		x.finish(0, word(v))
		x.Compacted = x.Compacted || string(v) == "compaction"
	case id == antTier:
		if x.Tier() != "fast" {
			x.tier = nameOr(v, x.tier)
		}
	case id == antSpeed:
		if string(v) == "fast" { // has prices of its own, whatever the tier
			x.tier = nameOr(v, x.tier)
		}
	case id == antGeo:
		switch geo := word(v); geo {
		case "", "global", "not_available":
		default:
			x.blame().Region = geo
		}
	default:
		antBlockValue(x, id, v)
	}
}

// maxBlocks bounds the numbers of blocks that are believed.
const maxBlocks = 1 << 16

// progress stores a count that a later one replaces. Such counts never fall: a
// zero after another count is a gateway's way to leave it out.
func (c *counts) progress(k counter, t jsonscan.Type, v []byte) {
	before := c.n[k]
	c.set(k, t, v)
	if c.n[k] == 0 {
		c.n[k] = before
	}
}

func antText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	if id != antInputPiece {
		antBlockText(x, id, piece, last)
		return
	}
	if len(piece) > 0 && x.mark&markOpened != 0 {
		// What the block was opened with stood in for what comes now.
		x.block(content.ToolCall).Set(content.Body, "")
		x.mark &^= markOpened
	}
	x.express(content.ToolCall, piece)
}

func antDone(x *Exchange) {
	if x.framing == plain {
		x.Complete = true
	}
}

// antLedger knows that Anthropic counts what was read from and written to the
// cache beside the input, and thinking within the output, but compactions of the
// conversation, which are charged like all else, in none of it.
func antLedger(x *Exchange, u *providers.Usage) {
	c := &x.counts
	write := c.of(nCacheWrite)
	switch {
	case c.got(nCacheWrite):
		u.Set(providers.ClassCacheWrite, write)
	case c.got(nCacheWrite5m) || c.got(nCacheWrite1h):
		write = c.of(nCacheWrite5m) + c.of(nCacheWrite1h)
		u.Set(providers.ClassCacheWrite, write)
	}
	if c.got(nCompactWrite) {
		write += c.of(nCompactWrite)
		u.Set(providers.ClassCacheWrite, write)
	}
	u.CacheWrite1h = min(c.of(nCacheWrite1h)+c.of(nCompactWrite1h), write)
	read := c.of(nCacheRead) + c.of(nCompactRead)
	if c.got(nCacheRead) || c.got(nCompactRead) {
		u.Set(providers.ClassCacheRead, read)
	}
	if c.got(nInput) {
		u.Set(providers.ClassInput, c.of(nInput)+c.of(nCompactInput)+read+write)
	}
	if c.got(nOutput) {
		u.Set(providers.ClassOutput, c.of(nOutput)+c.of(nCompactOutput))
	}
	if c.got(nReasoning) && c.got(nOutput) {
		u.Set(providers.ClassReasoning, min(c.of(nReasoning), c.of(nOutput)))
	}
}
