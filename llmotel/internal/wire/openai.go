package wire

import (
	"net/http"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// openAIChat is the format of chat completions, at OpenAI and at the many who
// speak its protocol.
var openAIChat = &format{
	request: chatRequest,
	ask:     own{open: chatAskOpen, close: chatAskClose, value: chatAskValue, text: chatAskText, raw: chatAskRaw},
	answer:  jsonscan.Or(chatAnswer, jsonscan.Array(0, jsonscan.Object(0, openAIError...))), // Gemini's errors come in lists
	event:   chatAnswer,
	read:    chatRead,
	quick:   chatQuick,
	done:    chatDone,
	ledger:  chatLedger,
	header:  openAIHeader,
}

// samplingMembers are what requests for chats and for completions have in
// common.
var samplingMembers = []jsonscan.Member{
	jsonscan.At("model", jsonscan.Value(askModel)),
	jsonscan.At("stream", jsonscan.Value(askStream)),
	jsonscan.At("stream_options", jsonscan.Object(0, jsonscan.At("include_usage", jsonscan.Value(askStreamUsage)))),
	jsonscan.At("max_tokens", jsonscan.Value(askMaxTokens)),
	jsonscan.At("temperature", jsonscan.Value(askTemperature)),
	jsonscan.At("top_p", jsonscan.Value(askTopP)),
	jsonscan.At("top_k", jsonscan.Value(askTopK)), // vLLM, OpenRouter, Together
	jsonscan.At("frequency_penalty", jsonscan.Value(askFrequencyPenalty)),
	jsonscan.At("presence_penalty", jsonscan.Value(askPresencePenalty)),
	jsonscan.At("seed", jsonscan.Value(askSeed)),
	jsonscan.At("n", jsonscan.Value(askChoices)),
	jsonscan.At("stop", stopSchema),
	jsonscan.At("service_tier", jsonscan.Value(askTier)),
}

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

// answerMembers are what answers of chats, completions and embeddings have in
// common, events of streams included.
var answerMembers = append([]jsonscan.Member{
	jsonscan.At("id", jsonscan.Value(ansID)),
	jsonscan.At("model", jsonscan.Value(ansModel)),
	jsonscan.At("service_tier", jsonscan.Value(ansTier)),
	jsonscan.At("system_fingerprint", jsonscan.Value(ansFingerprint)),
	jsonscan.At("usage", chatUsageSchema),
	jsonscan.At("x_groq", jsonscan.Object(0, append([]jsonscan.Member{jsonscan.At("usage", chatUsageSchema)}, openAIError...)...)),
	// Of errors that are not in an object of their own: Mistral, Cerebras, xAI,
	// old versions of vLLM.
	jsonscan.At("message", jsonscan.Value(ansErrorMessage)),
	jsonscan.At("object", jsonscan.Value(chatObject)),
	jsonscan.At("code", jsonscan.Value(chatErrorCode)),
	jsonscan.At("type", jsonscan.Value(chatErrorType)),
}, openAIError...)

// chatUsageSchema is the usage of all but the Responses API.
var chatUsageSchema = jsonscan.Object(chatUsage,
	jsonscan.At("prompt_tokens", count(nInput)),
	jsonscan.At("completion_tokens", count(nOutput)),
	jsonscan.At("total_tokens", count(nTotal)),
	jsonscan.At("cached_tokens", count(nCacheRead)),           // Moonshot, Together
	jsonscan.At("prompt_cache_hit_tokens", count(nCacheRead)), // DeepSeek
	jsonscan.At("prompt_cache_miss_tokens", count(nCacheMiss)),
	jsonscan.At("prompt_tokens_details", jsonscan.Object(0, inputDetails...)),
	jsonscan.At("completion_tokens_details", jsonscan.Object(0, outputDetails...)),
	jsonscan.At("reasoning_tokens", count(nReasoning)), // Perplexity
)

var (
	inputDetails = []jsonscan.Member{
		jsonscan.At("cached_tokens", count(nCacheRead)),
		jsonscan.At("cache_write_tokens", count(nCacheWrite)),
		jsonscan.At("audio_tokens", count(nAudioInput)),
		jsonscan.At("image_tokens", count(nImageInput)),
		jsonscan.At("text_tokens", count(nTextInput)),
	}
	outputDetails = []jsonscan.Member{
		jsonscan.At("reasoning_tokens", count(nReasoning)),
		jsonscan.At("audio_tokens", count(nAudioOutput)),
		jsonscan.At("image_tokens", count(nImageOutput)),
		jsonscan.At("text_tokens", count(nTextOutput)),
	}
)

// openAIError is an error as OpenAI's API and most of its dialects write it, or
// a mere string (Ollama, xAI, Groq's streams).
var openAIError = []jsonscan.Member{
	jsonscan.At("error", jsonscan.Or(jsonscan.Value(ansErrorText), jsonscan.Object(ansError,
		jsonscan.At("code", jsonscan.Value(ansErrorCode)),
		jsonscan.At("type", jsonscan.Value(ansErrorType)),
		jsonscan.At("status", jsonscan.Value(ansErrorType)), // Google
		jsonscan.At("message", jsonscan.Value(ansErrorMessage)),
		jsonscan.At("innererror", jsonscan.Object(0, jsonscan.At("code", jsonscan.Value(ansErrorInner)))),                       // Azure
		jsonscan.At("metadata", jsonscan.Object(0, jsonscan.At("reasons", jsonscan.Array(0, jsonscan.Value(ansErrorFlag)))))))), // OpenRouter
}

// openAIHeader knows that a failed request's body tells of the failure,
// whatever it looks like.
func openAIHeader(x *Exchange, status int, _ http.Header) { x.Failed = status >= http.StatusBadRequest }

// dialect is what is to be known of whose words a format is in, where it has
// several speakers.
type dialect uint8

const (
	anybodys dialect = iota
	googles
	mistrals
	// The languages of Bedrock's InvokeModel, which are the model's.
	anthropicsNext // the answer's: the address did not tell
	anthropics
	novas
)

func dialectOf(r Route) dialect {
	if r.API == BedrockInvoke || r.API == BedrockEmbed {
		return invokeDialect(r.Model)
	}
	switch r.Provider {
	case genai.ProviderNameGCPGemini, genai.ProviderNameGCPVertexAI:
		return googles
	case genai.ProviderNameMistralAI:
		return mistrals
	}
	return anybodys
}

// chatLedger knows that input includes what came from the cache, and output
// the thinking, with two exceptions.
func chatLedger(x *Exchange, u *providers.Usage) {
	c := &x.counts
	c.put(u, providers.ClassInput, nInput)
	if !c.got(nInput) && c.got(nCacheRead) && c.got(nCacheMiss) {
		u.Set(providers.ClassInput, c.of(nCacheRead)+c.of(nCacheMiss))
	}
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
	if c.got(nTotal) && c.got(nReasoning) && u.Input+u.Output+u.Reasoning == c.of(nTotal) && u.Reasoning > 0 {
		u.Set(providers.ClassOutput, u.Output+u.Reasoning)
	}
	// So does Gemini in this protocol, and does not say how much it is: only its
	// total tells.
	if thought := c.of(nTotal) - u.Input - u.Output; x.dialect == googles && thought > 0 && c.got(nInput) && c.got(nOutput) && !c.got(nReasoning) {
		u.Set(providers.ClassReasoning, thought)
		u.Set(providers.ClassOutput, u.Output+thought)
	}
	// OpenRouter has been seen to report more thinking than output.
	if u.Reasoning > u.Output && u.Has(providers.ClassOutput) {
		u.Set(providers.ClassReasoning, u.Output)
	}
}
