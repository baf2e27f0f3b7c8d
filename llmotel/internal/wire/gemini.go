package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// gemini is the format of generateContent and streamGenerateContent, of the
// Gemini API and of Vertex AI. A stream has no terminator: it is whole when its
// candidates have finish reasons.
var gemini = &format{
	request: geminiRequest,
	ask:     own{open: geminiAskOpen, close: geminiAskClose, value: geminiAskValue, text: geminiAskText, raw: geminiAskRaw},
	answer:  jsonscan.Or(geminiAnswer, jsonscan.Array(0, geminiAnswer)),
	event:   jsonscan.Or(geminiAnswer, jsonscan.Array(0, geminiAnswer)),
	read:    own{open: geminiOpen, close: geminiClose, value: geminiValue, text: geminiText, raw: geminiRaw},
	done:    wholeAnswer,
	ledger:  geminiLedger,
}

// geminiEmbed is that of embedContent, batchEmbedContents and, on Vertex AI,
// predict, which counts each text on its own.
var geminiEmbed = &format{
	request: geminiEmbedRequest,
	ask:     own{text: geminiEmbedText},
	answer: jsonscan.Object(0,
		jsonscan.At("usageMetadata", jsonscan.Object(0, jsonscan.At("promptTokenCount", count(nInput)))),
		jsonscan.At("predictions", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("embeddings", jsonscan.Object(0,
			jsonscan.At("statistics", jsonscan.Object(0, jsonscan.At("token_count", jsonscan.Value(geminiEmbedded))))))))),
	).Add(geminiError...),
	read:   own{value: geminiEmbedValue},
	done:   wholeAnswer,
	ledger: inputLedger,
}

// The IDs of Gemini's own fields in requests.
const (
	geminiAskSystem jsonscan.ID = askFormat + iota
	geminiAskMessage
	geminiAskRole
	geminiAskPart
	geminiAskPartText
	geminiAskThought
	geminiAskMIME
	geminiAskData
	geminiAskFile
	geminiAskCall
	geminiAskResult
	geminiAskID
	geminiAskName
	geminiAskArguments
	geminiAskServer       // the arguments of a tool of Google's
	geminiAskServerResult // its result
	geminiAskServerCall
	geminiAskServerAnswer
	geminiAskServerType
	geminiAskTool
	geminiAskToolName
	geminiAskToolText
	geminiAskToolSchema
	geminiAskBuiltin // the tools of Google's, in the order of geminiTools
)

// geminiTools are the tools that Google runs itself, and others that are no functions.
var geminiTools = []string{
	"googleSearch", "googleSearchRetrieval", "enterpriseWebSearch", "googleMaps", "urlContext", "codeExecution", "fileSearch",
	"computerUse", "retrieval", "mcpServers", "parallelAiSearch", "exaAiSearch",
	"google_search", "google_search_retrieval", "enterprise_web_search", "google_maps", "url_context", "code_execution", "file_search",
	"computer_use", "mcp_servers", "parallel_ai_search", "exa_ai_search",
}

func geminiBuiltins() []jsonscan.Member {
	var list []jsonscan.Member
	for i, name := range geminiTools {
		list = append(list, jsonscan.At(name, jsonscan.Raw(geminiAskBuiltin+jsonscan.ID(i))))
	}
	return list
}

// geminiEmbedded is the count of one text.
const geminiEmbedded = ansFormat

// both names a member in the two ways that the API takes it.
func both(camel, snake string, n *jsonscan.Node) []jsonscan.Member {
	return []jsonscan.Member{jsonscan.At(camel, n), jsonscan.At(snake, n)}
}

func members(lists ...[]jsonscan.Member) []jsonscan.Member {
	var all []jsonscan.Member
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var (
	geminiAskPartSchema = jsonscan.Object(geminiAskPart, members(
		[]jsonscan.Member{jsonscan.At("text", jsonscan.Text(geminiAskPartText)), jsonscan.At("thought", jsonscan.Value(geminiAskThought))},
		both("inlineData", "inline_data", jsonscan.Object(0, members(
			both("mimeType", "mime_type", jsonscan.Value(geminiAskMIME)),
			[]jsonscan.Member{jsonscan.At("data", jsonscan.Text(geminiAskData))})...)),
		both("fileData", "file_data", jsonscan.Object(0, members(
			both("mimeType", "mime_type", jsonscan.Value(geminiAskMIME)),
			both("fileUri", "file_uri", jsonscan.Text(geminiAskFile)))...)),
		both("functionCall", "function_call", jsonscan.Object(geminiAskCall,
			jsonscan.At("id", jsonscan.Value(geminiAskID)),
			jsonscan.At("name", jsonscan.Value(geminiAskName)),
			jsonscan.At("args", jsonscan.Raw(geminiAskArguments)))),
		both("functionResponse", "function_response", jsonscan.Object(geminiAskResult,
			jsonscan.At("id", jsonscan.Value(geminiAskID)),
			jsonscan.At("name", jsonscan.Value(geminiAskName)),
			jsonscan.At("response", jsonscan.Raw(geminiAskArguments)))),
		both("executableCode", "executable_code", jsonscan.Raw(geminiAskServer)),
		both("codeExecutionResult", "code_execution_result", jsonscan.Raw(geminiAskServerResult)),
		both("toolCall", "tool_call", jsonscan.Object(geminiAskServerCall, members(
			[]jsonscan.Member{jsonscan.At("id", jsonscan.Value(geminiAskID)), jsonscan.At("args", jsonscan.Raw(geminiAskArguments))},
			both("toolType", "tool_type", jsonscan.Value(geminiAskServerType)))...)),
		both("toolResponse", "tool_response", jsonscan.Object(geminiAskServerAnswer, members(
			[]jsonscan.Member{jsonscan.At("id", jsonscan.Value(geminiAskID)), jsonscan.At("response", jsonscan.Raw(geminiAskArguments))},
			both("toolType", "tool_type", jsonscan.Value(geminiAskServerType)))...)),
	)...)
	geminiAskParts   = jsonscan.Array(0, geminiAskPartSchema)
	geminiAskContent = jsonscan.Object(geminiAskMessage,
		jsonscan.At("role", jsonscan.Value(geminiAskRole)),
		jsonscan.At("parts", jsonscan.Or(geminiAskParts, geminiAskPartSchema)))

	geminiRequest = jsonscan.Object(0, members(
		[]jsonscan.Member{
			jsonscan.At("contents", jsonscan.Or(jsonscan.Array(0, geminiAskContent), geminiAskContent)),
			jsonscan.At("tools", jsonscan.Array(0, jsonscan.Object(0, members(
				geminiBuiltins(),
				both("functionDeclarations", "function_declarations", jsonscan.Array(0, jsonscan.Object(geminiAskTool, members(
					[]jsonscan.Member{
						jsonscan.At("name", jsonscan.Value(geminiAskToolName)),
						jsonscan.At("description", jsonscan.Text(geminiAskToolText)),
						jsonscan.At("parameters", jsonscan.Raw(geminiAskToolSchema)),
					},
					both("parametersJsonSchema", "parameters_json_schema", jsonscan.Raw(geminiAskToolSchema)))...))))...))),
		},
		both("systemInstruction", "system_instruction", jsonscan.Object(geminiAskSystem,
			jsonscan.At("parts", jsonscan.Or(geminiAskParts, geminiAskPartSchema)))),
		both("generationConfig", "generation_config", jsonscan.Object(0, members(
			[]jsonscan.Member{jsonscan.At("temperature", jsonscan.Value(askTemperature)), jsonscan.At("seed", jsonscan.Value(askSeed))},
			both("topP", "top_p", jsonscan.Value(askTopP)),
			both("topK", "top_k", jsonscan.Value(askTopK)),
			both("maxOutputTokens", "max_output_tokens", jsonscan.Value(askMaxTokens)),
			both("stopSequences", "stop_sequences", stopSchema),
			both("candidateCount", "candidate_count", jsonscan.Value(askChoices)),
			both("frequencyPenalty", "frequency_penalty", jsonscan.Value(askFrequencyPenalty)),
			both("presencePenalty", "presence_penalty", jsonscan.Value(askPresencePenalty)),
			both("responseMimeType", "response_mime_type", jsonscan.Value(askOutputType)),
			both("responseModalities", "response_modalities", jsonscan.Array(0, jsonscan.Value(askModality))),
			both("thinkingConfig", "thinking_config", jsonscan.Object(0,
				both("thinkingLevel", "thinking_level", jsonscan.Value(askReasoning))...)))...)),
		both("serviceTier", "service_tier", jsonscan.Value(askTier)),
	)...)

	geminiEmbedContent = jsonscan.Object(0, jsonscan.At("parts", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(geminiAskPartText))))))
	geminiEmbedOne     = jsonscan.Object(0, append(both("outputDimensionality", "output_dimensionality", jsonscan.Value(askDimensions)),
		jsonscan.At("content", geminiEmbedContent))...)
	geminiEmbedRequest = jsonscan.Object(0).Add(append(both("outputDimensionality", "output_dimensionality", jsonscan.Value(askDimensions)),
		jsonscan.At("content", geminiEmbedContent), jsonscan.At("requests", jsonscan.Array(0, geminiEmbedOne)),
		jsonscan.At("embedContentConfig", jsonscan.Object(0, jsonscan.At("outputDimensionality", jsonscan.Value(askDimensions)))), // Vertex AI
		jsonscan.At("parameters", jsonscan.Object(0, jsonscan.At("outputDimensionality", jsonscan.Value(askDimensions)))),         // of predict
		jsonscan.At("instances", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("content", jsonscan.Text(geminiAskPartText))))))...)
)

func geminiEmbedValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if id != geminiEmbedded { // an error's
		geminiValue(x, id, t, v)
		return
	}
	if n, ok := integer(t, v); ok && n >= 0 && x.of(nInput)+n <= maxTokens {
		x.add(nInput, n)
	} else {
		x.refused++
	}
}

func geminiEmbedText(x *Exchange, _ jsonscan.ID, piece []byte, _ bool) { x.prompted(piece) }

func geminiAskOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case geminiAskSystem:
		x.message = x.content.System()
	case geminiAskMessage:
		x.message = x.content.Input("user")
	case geminiAskPart:
		x.piece, x.mark = nil, 0
	case geminiAskCall:
		x.piece = x.message.Part(content.ToolCall)
	case geminiAskResult:
		x.piece = x.message.Part(content.ToolResult)
	case geminiAskServerCall:
		x.piece = x.message.Part(content.ServerCall)
	case geminiAskServerAnswer:
		x.piece = x.message.Part(content.ServerResult)
	case geminiAskTool:
		x.tool = x.content.Tool()
	}
}

// geminiServer passes on a piece of what a tool of Google's was given, or has
// answered: an object as it stands.
func (x *Exchange) geminiServer(m *content.Message, k content.Kind, piece []byte) {
	if x.piece == nil {
		x.piece = m.Part(k)
		x.piece.AppendString(content.Type, "code_execution")
	}
	x.piece.Append(content.Body, piece)
}

// geminiThought marks a part as thinking.
const geminiThought = 1

func geminiAskClose(x *Exchange, id jsonscan.ID) {
	if id == geminiAskPart && x.mark == geminiThought && x.piece != nil && x.piece.Kind() == content.Text {
		x.piece.SetKind(content.Reasoning)
	}
	if id == geminiAskTool {
		x.tool = nil
	}
}

func geminiAskValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	switch id {
	case geminiAskRole:
		if string(v) == "model" {
			x.message.SetRoleString("assistant")
		} else {
			x.message.SetRole(v)
		}
	case geminiAskThought:
		if t == jsonscan.True {
			x.mark = geminiThought
		}
	case geminiAskMIME:
		x.blob().Append(content.MIMEType, v)
	case geminiAskID:
		x.piece.Append(content.ID, v)
	case geminiAskName:
		x.piece.Append(content.Name, v)
	case geminiAskServerType:
		x.piece.Append(content.Type, v)
	case geminiAskToolName:
		x.tool.Append(content.Name, v)
	}
}

// blob is the part with data that is being read. It is a URI once its URI is
// read.
func (x *Exchange) blob() *content.Part {
	if x.piece == nil {
		x.piece = x.message.Part(content.Blob)
	}
	return x.piece
}

func geminiAskText(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	switch id {
	case geminiAskPartText:
		x.prompt(content.Text, piece, false)
	case geminiAskData:
		x.blob().Append(content.Body, piece)
	case geminiAskFile:
		x.blob().SetKind(content.URI)
		x.piece.Append(content.Body, piece)
	case geminiAskToolText:
		x.tool.Append(content.Description, piece)
	}
}

func geminiAskRaw(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	if id >= geminiAskBuiltin {
		if x.content == nil {
			return
		}
		if x.tool == nil {
			x.tool = x.content.Tool()
			x.tool.AppendString(content.Raw, `{"`+geminiTools[id-geminiAskBuiltin]+`":`)
		}
		x.tool.Append(content.Raw, piece)
		if last {
			x.tool.AppendString(content.Raw, "}")
			x.tool = nil
		}
		return
	}
	switch id {
	case geminiAskArguments:
		x.prompted(piece)
		x.piece.Append(content.Body, piece)
	case geminiAskServer:
		x.prompted(piece)
		x.geminiServer(x.message, content.ServerCall, piece)
	case geminiAskServerResult:
		x.prompted(piece)
		x.geminiServer(x.message, content.ServerResult, piece)
	case geminiAskToolSchema:
		x.tool.Append(content.Body, piece)
	}
}
