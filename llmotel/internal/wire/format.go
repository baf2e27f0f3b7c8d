package wire

import (
	"net/http"

	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// format is how a vendor writes calls. Functions may be nil.
type format struct {
	// request is the schema of requests; ask handles its own IDs.
	request *jsonscan.Node
	ask     own
	// streams tells that an answer is a stream unless the request says no.
	streams bool
	// answer is the schema of whole answers, event that of a stream's events.
	// Errors stand in either. read handles their own IDs.
	answer, event *jsonscan.Node
	read          own
	// done is called at the end of each document of an answer.
	done func(x *Exchange)
	// quick reads an event whose bytes are all there without the Scanner, if
	// it can tell that this misses nothing.
	quick func(x *Exchange, event []byte) bool
	// ledger brings the counts together.
	ledger func(x *Exchange, u *providers.Usage)
	// header learns what only headers tell, those of errors included.
	header func(x *Exchange, status int, h http.Header)
}

// own handles the IDs that only one format has.
type own struct {
	open, close func(x *Exchange, id jsonscan.ID)
	value       func(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte)
	text, raw   func(x *Exchange, id jsonscan.ID, piece []byte, last bool)
}

// format returns the table that x is read by.
func (x *Exchange) format() *format {
	switch x.dialect {
	case anthropics:
		return invokeAnthropic
	case novas:
		return invokeNova
	}
	return formats[x.API]
}

// formats has the table of each API; for InvokeModel it is that of models that
// have none of their own.
var formats = [apis]*format{
	OpenAIChat:        openAIChat,
	OpenAIResponses:   openAIResponses,
	OpenAICompletions: openAICompletions,
	OpenAIEmbeddings:  openAIEmbeddings,
	AnthropicMessages: anthropicMessages,
	BedrockConverse:   bedrockConverse,
	BedrockInvoke:     invokeText,
	BedrockEmbed:      invokeText,
	GeminiGenerate:    gemini,
	GeminiEmbed:       geminiEmbed,
	OllamaChat:        ollamaChat,
	OllamaGenerate:    ollamaGenerate,
	OllamaEmbed:       ollamaEmbed,
	CohereChat:        cohereChat,
	CohereEmbed:       cohereEmbed,
}
