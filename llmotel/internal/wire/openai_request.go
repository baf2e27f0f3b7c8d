package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// The IDs of chat completions' own fields in requests.
const (
	chatAskMessage jsonscan.ID = askFormat + iota
	chatAskRole
	chatAskName
	chatAskContent
	chatAskPart
	chatAskPartText
	chatAskThoughts
	chatAskRefusal
	chatAskImage
	chatAskURL
	chatAskFile
	chatAskAudio
	chatAskData
	chatAskCall
	chatAskCallID
	chatAskFunction
	chatAskArguments
	chatAskResultOf
	chatAskTool
)

var chatRequest = func() *jsonscan.Node {
	call := []jsonscan.Member{
		jsonscan.At("name", jsonscan.Value(chatAskFunction)),
		jsonscan.At("arguments", jsonscan.Text(chatAskArguments)),
		jsonscan.At("input", jsonscan.Text(chatAskArguments)), // of custom tools
	}
	part := jsonscan.Object(chatAskPart,
		jsonscan.At("text", jsonscan.Text(chatAskPartText)),
		jsonscan.At("refusal", jsonscan.Text(chatAskRefusal)),
		jsonscan.At("thinking", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(chatAskThoughts))))), // Mistral
		jsonscan.At("image_url", jsonscan.Or(jsonscan.Text(chatAskImage), jsonscan.Object(0, jsonscan.At("url", jsonscan.Text(chatAskImage))))),
		jsonscan.At("input_audio", jsonscan.Object(chatAskAudio, jsonscan.At("data", jsonscan.Text(chatAskData)))),
		jsonscan.At("file", jsonscan.Object(0,
			jsonscan.At("file_id", jsonscan.Text(chatAskFile)),
			jsonscan.At("file_data", jsonscan.Text(chatAskURL))))) // a data URI
	return jsonscan.Object(0, samplingMembers...).Add(
		jsonscan.At("max_completion_tokens", jsonscan.Value(askMaxTokens)),
		jsonscan.At("random_seed", jsonscan.Value(askSeed)), // Mistral
		jsonscan.At("reasoning_effort", jsonscan.Value(askReasoning)),
		jsonscan.At("reasoning", jsonscan.Object(0, jsonscan.At("effort", jsonscan.Value(askReasoning)))), // OpenRouter
		jsonscan.At("response_format", jsonscan.Object(0, jsonscan.At("type", jsonscan.Value(askOutputType)))),
		jsonscan.At("modalities", jsonscan.Array(0, jsonscan.Value(askModality))),
		jsonscan.At("messages", jsonscan.Array(0, jsonscan.Object(chatAskMessage,
			jsonscan.At("role", jsonscan.Value(chatAskRole)),
			jsonscan.At("name", jsonscan.Value(chatAskName)),
			jsonscan.At("content", jsonscan.Or(jsonscan.Text(chatAskContent), jsonscan.Array(0, part))),
			jsonscan.At("reasoning_content", jsonscan.Text(chatAskThoughts)), // DeepSeek
			jsonscan.At("reasoning", jsonscan.Text(chatAskThoughts)),         // Groq, OpenRouter
			jsonscan.At("refusal", jsonscan.Text(chatAskRefusal)),
			jsonscan.At("tool_call_id", jsonscan.Value(chatAskResultOf)),
			jsonscan.At("function_call", jsonscan.Object(chatAskCall, call...)),
			jsonscan.At("tool_calls", jsonscan.Array(0, jsonscan.Object(chatAskCall,
				jsonscan.At("id", jsonscan.Value(chatAskCallID)),
				jsonscan.At("function", jsonscan.Object(0, call...)),
				jsonscan.At("custom", jsonscan.Object(0, call...)))))))),
		jsonscan.At("tools", jsonscan.Array(0, jsonscan.Raw(chatAskTool))),
		jsonscan.At("functions", jsonscan.Array(0, jsonscan.Raw(chatAskTool))),
	)
}()

func chatAskOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case chatAskMessage:
		x.message, x.piece = x.content.Input(""), nil
		x.word, x.callID, x.name = nil, x.callID[:0], x.name[:0]
	case chatAskPart:
		x.piece = nil
	case chatAskAudio:
		x.piece = x.message.Part(content.Blob)
		x.piece.AppendString(content.Modality, "audio")
	case chatAskCall:
		x.piece = x.message.Part(content.ToolCall)
	}
}

func chatAskClose(x *Exchange, id jsonscan.ID) {
	switch id {
	case chatAskCall, chatAskAudio:
		x.piece = nil
	case chatAskMessage:
		if text(x.word) == "tool" || text(x.word) == "function" {
			x.results()
		} else {
			x.message.SetName(x.name)
		}
	}
}

func chatAskValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null || x.content == nil {
		return
	}
	switch id {
	case chatAskRole:
		x.word = nameOf(v)
		x.message.SetRole(v)
	case chatAskName:
		x.name = append(x.name[:0], v...)
	case chatAskCallID:
		x.piece.Append(content.ID, v)
	case chatAskFunction:
		x.piece.Append(content.Name, v)
	case chatAskResultOf:
		x.callID = append(x.callID[:0], v...)
	}
}

func chatAskText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case chatAskContent, chatAskPartText:
		x.prompt(content.Text, piece, last)
	case chatAskThoughts:
		x.prompt(content.Reasoning, piece, last)
	case chatAskRefusal:
		x.prompt(content.Refusal, piece, last)
	case chatAskImage:
		x.attach(content.URI, piece, false)
		x.piece.Set(content.Modality, "image")
		if last {
			x.piece = nil
		}
	case chatAskURL:
		x.attach(content.URI, piece, last)
	case chatAskFile:
		x.attach(content.File, piece, last)
	case chatAskData:
		x.piece.Append(content.Body, piece)
	case chatAskArguments:
		x.prompted(piece)
		x.piece.Append(content.Body, piece)
	}
}

func chatAskRaw(x *Exchange, _ jsonscan.ID, piece []byte, last bool) { x.define(piece, last) }
