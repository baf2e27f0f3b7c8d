package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// ollamaChat, ollamaGenerate and ollamaEmbed are Ollama's own formats. A stream
// is a document a line, and the default: a request has to say that it wants
// none. Source: api/types.go of github.com/ollama/ollama.
var (
	ollamaChat = &format{
		request: jsonscan.Object(0, append(ollamaAsked(),
			jsonscan.At("messages", jsonscan.Array(0, jsonscan.Object(ollamaAskMessage,
				jsonscan.At("role", jsonscan.Value(ollamaAskRole)),
				jsonscan.At("content", jsonscan.Text(ollamaAskText)),
				jsonscan.At("thinking", jsonscan.Text(ollamaAskThinking)),
				jsonscan.At("images", jsonscan.Array(0, jsonscan.Text(ollamaAskImage))),
				jsonscan.At("tool_name", jsonscan.Value(ollamaAskResultOf)),
				jsonscan.At("tool_call_id", jsonscan.Value(ollamaAskResultID)),
				jsonscan.At("tool_calls", jsonscan.Array(0, jsonscan.Object(ollamaAskCall,
					jsonscan.At("id", jsonscan.Value(ollamaAskCallID)),
					jsonscan.At("function", jsonscan.Object(0,
						jsonscan.At("name", jsonscan.Value(ollamaAskName)),
						jsonscan.At("arguments", jsonscan.Raw(ollamaAskArguments)))))))))),
			jsonscan.At("tools", jsonscan.Array(0, jsonscan.Object(ollamaAskTool,
				jsonscan.At("type", jsonscan.Value(ollamaAskToolType)),
				jsonscan.At("function", jsonscan.Object(0,
					jsonscan.At("name", jsonscan.Value(ollamaAskToolName)),
					jsonscan.At("description", jsonscan.Text(ollamaAskToolText)),
					jsonscan.At("parameters", jsonscan.Raw(ollamaAskToolSchema))))))))...),
		ask:     own{open: ollamaAskOpen, close: ollamaAskClose, value: ollamaAskValue, text: ollamaAskTexts, raw: ollamaAskRaw},
		streams: true,
		answer:  ollamaAnswer,
		event:   ollamaAnswer,
		read:    own{open: ollamaOpen, value: ollamaValue, text: ollamaText, raw: ollamaRaw},
		done:    ollamaDone,
		ledger:  ollamaLedger,
	}
	ollamaGenerate = &format{
		request: jsonscan.Object(ollamaAskWhole, append(ollamaAsked(),
			jsonscan.At("prompt", jsonscan.Text(ollamaAskText)),
			jsonscan.At("suffix", jsonscan.Text(ollamaAskText)),
			jsonscan.At("system", jsonscan.Text(ollamaAskSystem)),
			jsonscan.At("images", jsonscan.Array(0, jsonscan.Text(ollamaAskImage))))...),
		ask:     ollamaChat.ask,
		streams: true,
		answer:  ollamaAnswer,
		event:   ollamaAnswer,
		read:    ollamaChat.read,
		done:    ollamaDone,
		ledger:  ollamaLedger,
	}
	ollamaEmbed = &format{
		request: jsonscan.Object(0, append(ollamaAsked(),
			jsonscan.At("dimensions", jsonscan.Value(askDimensions)),
			jsonscan.At("prompt", jsonscan.Text(ollamaAskEmbedded)),
			jsonscan.At("input", jsonscan.Or(jsonscan.Text(ollamaAskEmbedded), jsonscan.Array(0, jsonscan.Text(ollamaAskEmbedded)))))...),
		ask: own{text: ollamaAskTexts},
		answer: jsonscan.Object(0,
			jsonscan.At("model", jsonscan.Value(ansModel)),
			jsonscan.At("prompt_eval_count", count(nInput))).Add(openAIError...),
		done:   wholeAnswer,
		ledger: inputLedger,
	}
)

// The IDs of Ollama's own fields in requests.
const (
	ollamaAskWhole jsonscan.ID = askFormat + iota
	ollamaAskMessage
	ollamaAskRole
	ollamaAskText
	ollamaAskThinking
	ollamaAskImage
	ollamaAskSystem
	ollamaAskEmbedded
	ollamaAskResultOf
	ollamaAskResultID
	ollamaAskCall
	ollamaAskCallID
	ollamaAskName
	ollamaAskArguments
	ollamaAskTool
	ollamaAskToolType
	ollamaAskToolName
	ollamaAskToolText
	ollamaAskToolSchema
	ollamaAskFormat
)

// ollamaAsked are the members that all of its requests have.
func ollamaAsked() []jsonscan.Member {
	return []jsonscan.Member{
		jsonscan.At("model", jsonscan.Value(askModel)),
		jsonscan.At("stream", jsonscan.Value(askStream)),
		jsonscan.At("think", jsonscan.Value(askReasoning)),
		// "json", or a schema.
		jsonscan.At("format", jsonscan.Or(jsonscan.Value(askOutputType), jsonscan.Object(ollamaAskFormat))),
		jsonscan.At("options", jsonscan.Object(0,
			jsonscan.At("temperature", jsonscan.Value(askTemperature)),
			jsonscan.At("top_p", jsonscan.Value(askTopP)),
			jsonscan.At("top_k", jsonscan.Value(askTopK)),
			jsonscan.At("num_predict", jsonscan.Value(askMaxTokens)),
			jsonscan.At("seed", jsonscan.Value(askSeed)),
			jsonscan.At("frequency_penalty", jsonscan.Value(askFrequencyPenalty)),
			jsonscan.At("presence_penalty", jsonscan.Value(askPresencePenalty)),
			jsonscan.At("stop", stopSchema))),
	}
}

func ollamaAskOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case ollamaAskWhole:
		x.message, x.piece = x.content.Input("user"), nil
	case ollamaAskMessage:
		x.message, x.piece = x.content.Input(""), nil
		x.word, x.callID, x.name = nil, x.callID[:0], x.name[:0]
	case ollamaAskCall:
		x.piece = x.message.Part(content.ToolCall)
	case ollamaAskTool:
		x.tool = x.content.Tool()
	case ollamaAskFormat:
		x.options.set(ParamOutputType, []byte(genai.OutputTypeJSON))
	}
}

// ollamaAskClose ends a message or a tool call.
func ollamaAskClose(x *Exchange, id jsonscan.ID) {
	if id == ollamaAskMessage && text(x.word) == "tool" {
		x.results()
	}
	if id == ollamaAskCall {
		x.piece = nil
	}
}

func ollamaAskValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t != jsonscan.String {
		return
	}
	switch id {
	case ollamaAskRole:
		x.word = nameOf(v)
		x.message.SetRole(v)
	case ollamaAskResultOf:
		x.name = append(x.name[:0], v...)
	case ollamaAskResultID:
		x.callID = append(x.callID[:0], v...)
	case ollamaAskCallID:
		x.piece.Append(content.ID, v)
	case ollamaAskName:
		x.piece.Append(content.Name, v)
	case ollamaAskToolType:
		x.tool.Append(content.Type, v)
	case ollamaAskToolName:
		x.tool.Append(content.Name, v)
	}
}

func ollamaAskTexts(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case ollamaAskText:
		x.prompt(content.Text, piece, last)
	case ollamaAskThinking:
		x.prompt(content.Reasoning, piece, last)
	case ollamaAskImage:
		if x.piece == nil {
			x.piece = x.message.Part(content.Blob)
			x.piece.AppendString(content.Modality, "image")
		}
		x.attach(content.Blob, piece, last)
	case ollamaAskSystem:
		x.prompted(piece)
		x.instruct(piece)
	case ollamaAskEmbedded:
		x.prompted(piece)
	case ollamaAskToolText:
		x.tool.Append(content.Description, piece)
	}
}

func ollamaAskRaw(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	switch id {
	case ollamaAskArguments:
		x.prompted(piece)
		x.piece.Append(content.Body, piece)
	case ollamaAskToolSchema:
		x.tool.Append(content.Body, piece)
	}
}

// The IDs of Ollama's own fields in answers.
const (
	ollamaFinal jsonscan.ID = ansFormat + iota
	ollamaReason
	ollamaAnswered
	ollamaThought
	ollamaCall
	ollamaCallID
	ollamaCallName
	ollamaArguments
)

var ollamaAnswer = jsonscan.Object(0,
	jsonscan.At("model", jsonscan.Value(ansModel)),
	jsonscan.At("done", jsonscan.Value(ollamaFinal)),
	jsonscan.At("done_reason", jsonscan.Value(ollamaReason)),
	jsonscan.At("prompt_eval_count", count(nInput)),
	jsonscan.At("eval_count", count(nOutput)),
	jsonscan.At("response", jsonscan.Text(ollamaAnswered)),
	jsonscan.At("thinking", jsonscan.Text(ollamaThought)),
	jsonscan.At("message", jsonscan.Object(0,
		jsonscan.At("content", jsonscan.Text(ollamaAnswered)),
		jsonscan.At("thinking", jsonscan.Text(ollamaThought)),
		jsonscan.At("tool_calls", jsonscan.Array(0, jsonscan.Object(ollamaCall,
			jsonscan.At("id", jsonscan.Value(ollamaCallID)),
			jsonscan.At("function", jsonscan.Object(0,
				jsonscan.At("name", jsonscan.Value(ollamaCallName)),
				jsonscan.At("arguments", jsonscan.Raw(ollamaArguments)))))))))).Add(openAIError...)

func ollamaOpen(x *Exchange, id jsonscan.ID) {
	if id == ollamaCall {
		x.semantic, x.called = true, true
		x.piece = x.content.Output(0).Part(content.ToolCall)
	}
}

func ollamaValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	switch id {
	case ollamaFinal:
		if t == jsonscan.True {
			x.mark = ollamaLast
		}
	case ollamaReason:
		if t == jsonscan.String {
			x.finish(0, word(v))
		}
	case ollamaCallID:
		x.piece.Append(content.ID, v)
	case ollamaCallName:
		x.piece.Append(content.Name, v)
	}
}

// ollamaLast marks the last line of an answer.
const ollamaLast = 1

func ollamaText(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	x.said(piece)
	if x.content == nil || len(piece) == 0 {
		return
	}
	kind := content.Text
	if id == ollamaThought {
		kind = content.Reasoning
	}
	x.content.Output(0).PartAt(0, kind).Append(content.Body, piece)
}

func ollamaRaw(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	if id == ollamaArguments {
		x.said(piece)
		x.piece.Append(content.Body, piece)
	}
}

func ollamaDone(x *Exchange) {
	x.Complete = x.Complete || x.mark == ollamaLast
	if x.mark == ollamaLast && x.reasons == nil { // old servers do not tell why
		x.finish(0, "stop")
	}
}

// ollamaLedger knows that counts of 0 are left out.
func ollamaLedger(x *Exchange, u *providers.Usage) {
	x.put(u, providers.ClassInput, nInput)
	x.put(u, providers.ClassOutput, nOutput)
}
