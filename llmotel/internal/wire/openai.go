package wire

import (
	"bytes"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// openAIChat is the format of chat completions, at OpenAI and at the many who
// speak its protocol.
var openAIChat = &format{
	request: chatRequest,
	ask:     own{open: chatAskOpen, close: chatAskClose, value: chatAskValue, text: chatAskText, raw: chatAskRaw},
	answer:  chatAnswer,
	event:   chatAnswer,
	read:    own{open: chatOpen, value: chatValue, text: chatText},
	quick:   chatQuick,
	done:    chatDone,
	ledger:  chatLedger,
}

// The IDs of chat completions' own fields in requests.
const (
	chatAskMessage jsonscan.ID = askFormat + iota
	chatAskRole
	chatAskName
	chatAskContent
	chatAskPart
	chatAskPartText
	chatAskRefusal
	chatAskURL
	chatAskFile
	chatAskData
	chatAskCall
	chatAskCallID
	chatAskFunction
	chatAskArguments
	chatAskResultOf
	chatAskTool
	chatAskToolType
	chatAskToolName
	chatAskToolText
	chatAskToolSchema
)

var chatRequest = jsonscan.Object(0,
	jsonscan.At("model", jsonscan.Value(askModel)),
	jsonscan.At("stream", jsonscan.Value(askStream)),
	jsonscan.At("stream_options", jsonscan.Object(0, jsonscan.At("include_usage", jsonscan.Value(askStreamUsage)))),
	jsonscan.At("max_tokens", jsonscan.Value(askMaxTokens)),
	jsonscan.At("max_completion_tokens", jsonscan.Value(askMaxTokens)),
	jsonscan.At("temperature", jsonscan.Value(askTemperature)),
	jsonscan.At("top_p", jsonscan.Value(askTopP)),
	jsonscan.At("top_k", jsonscan.Value(askTopK)), // vLLM, OpenRouter, Together
	jsonscan.At("frequency_penalty", jsonscan.Value(askFrequencyPenalty)),
	jsonscan.At("presence_penalty", jsonscan.Value(askPresencePenalty)),
	jsonscan.At("seed", jsonscan.Value(askSeed)),
	jsonscan.At("random_seed", jsonscan.Value(askSeed)), // Mistral
	jsonscan.At("n", jsonscan.Value(askChoices)),
	jsonscan.At("stop", stopSchema),
	jsonscan.At("service_tier", jsonscan.Value(askTier)),
	jsonscan.At("reasoning_effort", jsonscan.Value(askReasoning)),
	jsonscan.At("reasoning", jsonscan.Object(0, jsonscan.At("effort", jsonscan.Value(askReasoning)))), // OpenRouter
	jsonscan.At("response_format", jsonscan.Object(0, jsonscan.At("type", jsonscan.Value(askOutputType)))),
	jsonscan.At("modalities", jsonscan.Array(0, jsonscan.Value(askOutputType))),
	jsonscan.At("messages", jsonscan.Array(0, jsonscan.Object(chatAskMessage,
		jsonscan.At("role", jsonscan.Value(chatAskRole)),
		jsonscan.At("name", jsonscan.Value(chatAskName)),
		jsonscan.At("content", jsonscan.Or(jsonscan.Text(chatAskContent), jsonscan.Array(0, jsonscan.Object(chatAskPart,
			jsonscan.At("text", jsonscan.Text(chatAskPartText)),
			jsonscan.At("refusal", jsonscan.Text(chatAskRefusal)),
			jsonscan.At("image_url", jsonscan.Or(jsonscan.Text(chatAskURL), jsonscan.Object(0, jsonscan.At("url", jsonscan.Text(chatAskURL))))),
			jsonscan.At("input_audio", jsonscan.Object(0, jsonscan.At("data", jsonscan.Text(chatAskData)))),
			jsonscan.At("file", jsonscan.Object(0,
				jsonscan.At("file_id", jsonscan.Text(chatAskFile)),
				jsonscan.At("file_data", jsonscan.Text(chatAskURL)))))))),
		jsonscan.At("refusal", jsonscan.Text(chatAskRefusal)),
		jsonscan.At("tool_call_id", jsonscan.Value(chatAskResultOf)),
		jsonscan.At("tool_calls", jsonscan.Array(0, jsonscan.Object(chatAskCall,
			jsonscan.At("id", jsonscan.Value(chatAskCallID)),
			jsonscan.At("function", jsonscan.Object(0,
				jsonscan.At("name", jsonscan.Value(chatAskFunction)),
				jsonscan.At("arguments", jsonscan.Text(chatAskArguments)))))))))),
	jsonscan.At("tools", jsonscan.Array(0, jsonscan.Object(chatAskTool,
		jsonscan.At("type", jsonscan.Value(chatAskToolType)),
		jsonscan.At("function", jsonscan.Object(0,
			jsonscan.At("name", jsonscan.Value(chatAskToolName)),
			jsonscan.At("description", jsonscan.Text(chatAskToolText)),
			jsonscan.At("parameters", jsonscan.Raw(chatAskToolSchema))))))),
)

var stopSchema = jsonscan.Or(jsonscan.Value(askStop), jsonscan.Array(0, jsonscan.Value(askStop)))

// outputType maps the formats that requests ask for to the output types of the
// conventions.
func outputType(v []byte) string {
	switch string(v) {
	case "json_object", "json_schema", "json", "application/json":
		return genai.OutputTypeJSON
	case "audio", "AUDIO":
		return genai.OutputTypeSpeech
	case "image", "IMAGE":
		return genai.OutputTypeImage
	case "text", "text/plain":
		return genai.OutputTypeText
	}
	return ""
}

func chatAskOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case chatAskMessage:
		x.message, x.piece = x.content.Input(""), nil
		x.role, x.callID = x.role[:0], x.callID[:0]
	case chatAskPart:
		x.piece = nil
	case chatAskCall:
		x.piece = x.message.Part(content.ToolCall)
	case chatAskTool:
		x.tool = x.content.Tool()
	}
}

func chatAskClose(x *Exchange, id jsonscan.ID) {
	if id != chatAskMessage || string(x.role) != "tool" && string(x.role) != "function" {
		return
	}
	for _, p := range x.message.Parts() {
		if p.Kind() == content.Text {
			p.SetKind(content.ToolResult)
			p.Append(content.ID, x.callID)
		}
	}
}

func chatAskValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case chatAskRole:
		x.role = append(x.role[:0], v...)
		x.message.SetRole(v)
	case chatAskName:
		x.message.SetName(v)
	case chatAskCallID:
		x.piece.Append(content.ID, v)
	case chatAskFunction:
		x.piece.Append(content.Name, v)
	case chatAskResultOf:
		x.callID = append(x.callID[:0], v...)
	case chatAskToolType:
		x.tool.Append(content.Type, v)
	case chatAskToolName:
		x.tool.Append(content.Name, v)
	}
}

func chatAskText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case chatAskContent, chatAskPartText:
		x.prompt(content.Text, piece, last)
	case chatAskRefusal:
		x.prompt(content.Refusal, piece, last)
	case chatAskURL:
		x.attach(content.URI, piece, last)
	case chatAskFile:
		x.attach(content.File, piece, last)
	case chatAskData:
		x.attach(content.Blob, piece, last)
	case chatAskArguments:
		x.piece.Append(content.Body, piece)
		x.PromptBytes += len(piece)
	case chatAskToolText:
		x.tool.Append(content.Description, piece)
	}
}

func chatAskRaw(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	if id == chatAskToolSchema {
		x.tool.Append(content.Body, piece)
	}
}

// The IDs of chat completions' own fields in answers. Whole answers have a
// message where events have a delta.
const (
	chatChoice jsonscan.ID = ansFormat + iota
	chatIndex
	chatReason
	chatContent
	chatContentPart
	chatReasoning
	chatRefusal
	chatCall
	chatCallIndex
	chatCallID
	chatFunction
	chatArguments
	chatAudio
	chatTranscript
	chatAudioData
	chatUsage
)

var chatAnswer = func() *jsonscan.Node {
	call := jsonscan.Object(0,
		jsonscan.At("name", jsonscan.Value(chatFunction)),
		jsonscan.At("arguments", jsonscan.Text(chatArguments)))
	message := jsonscan.Object(0,
		jsonscan.At("content", jsonscan.Or(jsonscan.Text(chatContent), jsonscan.Array(0, jsonscan.Object(0, // Mistral's parts
			jsonscan.At("text", jsonscan.Text(chatContent)),
			jsonscan.At("thinking", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(chatReasoning))))))))),
		jsonscan.At("reasoning_content", jsonscan.Text(chatReasoning)), // DeepSeek, xAI
		jsonscan.At("reasoning", jsonscan.Text(chatReasoning)),         // Groq, OpenRouter
		jsonscan.At("refusal", jsonscan.Text(chatRefusal)),
		jsonscan.At("audio", jsonscan.Object(chatAudio,
			jsonscan.At("transcript", jsonscan.Text(chatTranscript)),
			jsonscan.At("data", jsonscan.Text(chatAudioData)))),
		jsonscan.At("function_call", call),
		jsonscan.At("tool_calls", jsonscan.Array(0, jsonscan.Object(chatCall,
			jsonscan.At("index", jsonscan.Value(chatCallIndex)),
			jsonscan.At("id", jsonscan.Value(chatCallID)),
			jsonscan.At("function", call)))))
	return jsonscan.Object(0,
		jsonscan.At("id", jsonscan.Value(ansID)),
		jsonscan.At("model", jsonscan.Value(ansModel)),
		jsonscan.At("service_tier", jsonscan.Value(ansTier)),
		jsonscan.At("system_fingerprint", jsonscan.Value(ansFingerprint)),
		jsonscan.At("choices", jsonscan.Array(0, jsonscan.Object(chatChoice,
			jsonscan.At("index", jsonscan.Value(chatIndex)),
			jsonscan.At("finish_reason", jsonscan.Value(chatReason)),
			jsonscan.At("message", message),
			jsonscan.At("delta", message)))),
		jsonscan.At("usage", chatUsageSchema),
		jsonscan.At("x_groq", jsonscan.Object(0, jsonscan.At("usage", chatUsageSchema))),
	).Add(openAIError...)
}()

var chatUsageSchema = jsonscan.Object(chatUsage,
	jsonscan.At("prompt_tokens", count(nInput)),
	jsonscan.At("completion_tokens", count(nOutput)),
	jsonscan.At("total_tokens", count(nTotal)),
	jsonscan.At("prompt_cache_hit_tokens", count(nCacheRead)), // DeepSeek
	jsonscan.At("prompt_cache_miss_tokens", count(nCacheMiss)),
	jsonscan.At("prompt_tokens_details", jsonscan.Object(0,
		jsonscan.At("cached_tokens", count(nCacheRead)),
		jsonscan.At("cache_write_tokens", count(nCacheWrite)),
		jsonscan.At("audio_tokens", count(nAudioInput)),
		jsonscan.At("image_tokens", count(nImageInput)),
		jsonscan.At("text_tokens", count(nTextInput)))),
	jsonscan.At("completion_tokens_details", jsonscan.Object(0,
		jsonscan.At("reasoning_tokens", count(nReasoning)),
		jsonscan.At("audio_tokens", count(nAudioOutput)),
		jsonscan.At("image_tokens", count(nImageOutput)),
		jsonscan.At("text_tokens", count(nTextOutput)))),
)

// openAIError is where OpenAI's API and its dialects put errors: an object, or
// a string (Ollama), or at the top level (Mistral).
var openAIError = []jsonscan.Member{
	jsonscan.At("error", jsonscan.Or(jsonscan.Value(ansErrorText), jsonscan.Object(ansError,
		jsonscan.At("code", jsonscan.Value(ansErrorCode)),
		jsonscan.At("type", jsonscan.Value(ansErrorType)),
		jsonscan.At("innererror", jsonscan.Object(0, jsonscan.At("code", jsonscan.Value(ansErrorCode))))))),
}

func chatOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case chatChoice:
		x.choice = x.seen
		x.seen++
		x.reason(x.choice, "")
	case chatCall:
		x.part = -1
		x.piece = nil
	case chatUsage:
		x.counts.clear() // each set of counts replaces the one before
	}
}

func chatValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	switch id {
	case chatIndex:
		if n, ok := integer(t, v); ok && n >= 0 && n < maxChoices {
			x.choice = int(n)
		}
	case chatReason:
		if t == jsonscan.String {
			x.finish(x.choice, v)
		}
	case chatCallIndex:
		if n, ok := integer(t, v); ok {
			x.part = int(n)
		}
	case chatCallID:
		x.semantic = true
		x.call().Append(content.ID, v)
	case chatFunction:
		x.semantic = true
		x.call().Append(content.Name, v)
	}
}

// call is the tool call that is being read.
func (x *Exchange) call() *content.Part {
	if x.piece == nil {
		m := x.content.Output(x.choice)
		if x.part < 0 { // whole answers have no index
			x.piece = m.Part(content.ToolCall)
		} else {
			x.piece = m.PartAt(x.part, content.ToolCall)
		}
	}
	return x.piece
}

func chatText(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	if len(piece) == 0 {
		return
	}
	x.said(piece)
	if x.content == nil {
		return
	}
	switch id {
	case chatContent:
		x.content.Output(x.choice).PartAt(0, content.Text).Append(content.Body, piece)
	case chatReasoning:
		x.content.Output(x.choice).PartAt(0, content.Reasoning).Append(content.Body, piece)
	case chatRefusal:
		x.content.Output(x.choice).PartAt(0, content.Refusal).Append(content.Body, piece)
	case chatTranscript:
		x.content.Output(x.choice).PartAt(1, content.Text).Append(content.Body, piece)
	case chatArguments:
		x.call().Append(content.Body, piece)
	}
}

func chatDone(x *Exchange) {
	if !x.Asked.Stream {
		x.Complete = true
	}
}

// chatQuick recognises the events that most streams consist of: a piece of
// text, and nothing else that matters. Inside a JSON string quotes have a
// backslash before them, so that a name in quotes and a colon cannot be text.
func chatQuick(x *Exchange, event []byte) bool {
	if x.content != nil || x.Answer.Model == "" || x.ID == "" {
		return false
	}
	at := bytes.Index(event, deltaContent)
	if at < 0 {
		return false
	}
	text := event[at+len(deltaContent):]
	end := bytes.IndexByte(text, '"')
	if end <= 0 || bytes.IndexByte(text[:end], '\\') >= 0 {
		return false
	}
	rest := text[end+1:]
	return quiet(rest) && quiet(event[:at]) && x.quickText(end)
}

var (
	deltaContent = []byte(`"content":"`)
	usageName    = []byte(`"usage"`)
	reasonName   = []byte(`"finish_reason"`)
	errorName    = []byte(`"error"`)
	callsName    = []byte(`"tool_calls"`)
	tierName     = []byte(`"service_tier"`)
)

// quiet tells that a part of an event has nothing of interest: no usage, no
// finish reason, no error.
func quiet(p []byte) bool {
	return null(p, reasonName) && null(p, usageName) && bytes.Index(p, errorName) < 0 && bytes.Index(p, callsName) < 0
}

// null tells that a name does not occur, or once with the value null.
func null(p, name []byte) bool {
	at := bytes.Index(p, name)
	if at < 0 {
		return true
	}
	p = p[at+len(name):]
	if !bytes.HasPrefix(p, nullValue) {
		return false
	}
	return bytes.Index(p, name) < 0
}

var nullValue = []byte(`:null`)

func (x *Exchange) quickText(n int) bool {
	x.Chunks++
	x.AnswerBytes += n
	return true
}

// chatLedger knows that input includes what came from the cache, and output
// the thinking, with one exception.
func chatLedger(x *Exchange, u *providers.Usage) {
	c := &x.counts
	c.put(u, providers.ClassInput, nInput)
	c.put(u, providers.ClassOutput, nOutput)
	c.put(u, providers.ClassCacheRead, nCacheRead)
	c.put(u, providers.ClassCacheWrite, nCacheWrite)
	c.put(u, providers.ClassReasoning, nReasoning)
	c.put(u, providers.ClassTextInput, nTextInput)
	c.put(u, providers.ClassTextOutput, nTextOutput)
	c.put(u, providers.ClassAudioInput, nAudioInput)
	c.put(u, providers.ClassAudioOutput, nAudioOutput)
	c.put(u, providers.ClassImageInput, nImageInput)
	c.put(u, providers.ClassImageOutput, nImageOutput)
	// xAI counts thinking beside the output; its total tells.
	if c.got(nTotal) && c.got(nReasoning) && u.Input+u.Output+u.Reasoning == c.n[nTotal] && u.Reasoning > 0 {
		u.Set(providers.ClassOutput, u.Output+u.Reasoning)
	}
	// OpenRouter has been seen to report more thinking than output.
	if u.Reasoning > u.Output && u.Has(providers.ClassOutput) {
		u.Set(providers.ClassReasoning, u.Output)
	}
}
