package wire

import (
	"strings"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// invokeDialect tells whose words InvokeModel's bodies are in, which are the model's
// own. The model may be an ARN, and have the name of a region before it.
func invokeDialect(model string) dialect {
	model = model[strings.LastIndexByte(model, '/')+1:]
	switch {
	case strings.Contains(model, "anthropic."):
		return anthropics
	case strings.Contains(model, "amazon.nova") && !strings.Contains(model, "embed"):
		return novas
	}
	return anybodys
}

var invokeAnthropic = &format{
	request: antRequest,
	ask:     anthropicMessages.ask,
	answer:  antAnswer,
	event:   antAnswer,
	read:    anthropicMessages.read,
	done:    antDone,
	quick:   antQuick,
	ledger:  converseLedger,
	header:  bedrockHeader,
}

// invokeNova is what Converse is, but that each event of a stream has its name
// around it.
var invokeNova = &format{
	request: converseRequest,
	ask:     bedrockConverse.ask,
	answer:  converseAnswer,
	event: jsonscan.Object(0,
		jsonscan.At("contentBlockStart", converseAnswer),
		jsonscan.At("contentBlockDelta", converseAnswer),
		jsonscan.At("contentBlockStop", jsonscan.Object(0, jsonscan.At("contentBlockIndex", jsonscan.Value(conEnded)))),
		jsonscan.At("messageStop", converseAnswer),
		jsonscan.At("metadata", converseAnswer),
		invocationMetrics,
	),
	read:   bedrockConverse.read,
	done:   bedrockDone,
	ledger: converseLedger,
	header: bedrockHeader,
}

// invokeText is what all other models speak. Most complete a prompt, in their
// own words each, which have no names in common but those of the same meaning;
// newer ones speak OpenAI's protocol, or much of it.
var invokeText = func() *format {
	f := &format{
		request: jsonscan.Or(openAIChat.request).Add(invokeAsk...),
		ask:     openAIChat.ask,
		answer:  invokeAnswer,
		event:   invokeAnswer,
		read:    own{open: invokeOpen, close: invokeClose, value: invokeValue, text: invokeRead, raw: invokeRaw},
		done:    invokeDone,
		ledger:  invokeLedger,
		header:  bedrockHeader,
	}
	f.ask.text, f.ask.value = invokeAskText, invokeAskValue
	return f
}()

// The IDs of what requests have beyond those of OpenAI, above all of theirs.
const (
	invPrompt jsonscan.ID = 120 + iota
	invSystem
	invTurn
	invVersion
)

var invokeAsk = []jsonscan.Member{
	jsonscan.At("prompt", jsonscan.Text(invPrompt)), // Llama, Mistral, DeepSeek, Cohere, AI21
	jsonscan.At("max_gen_len", jsonscan.Value(askMaxTokens)),
	jsonscan.At("maxTokens", jsonscan.Value(askMaxTokens)), // AI21
	jsonscan.At("topP", jsonscan.Value(askTopP)),
	jsonscan.At("stopSequences", jsonscan.Array(0, jsonscan.Value(askStop))),
	jsonscan.At("message", jsonscan.Text(invPrompt)), // Cohere
	jsonscan.At("preamble", jsonscan.Text(invSystem)),
	jsonscan.At("p", jsonscan.Value(askTopP)),
	jsonscan.At("k", jsonscan.Value(askTopK)),
	jsonscan.At("stop_sequences", jsonscan.Array(0, jsonscan.Value(askStop))),
	jsonscan.At("texts", jsonscan.Array(0, jsonscan.Text(invPrompt))),
	jsonscan.At("embedding_types", jsonscan.Array(0, jsonscan.Value(askEncoding))),
	jsonscan.At("output_dimension", jsonscan.Value(askDimensions)),
	jsonscan.At("inputText", jsonscan.Text(invPrompt)), // Titan
	jsonscan.At("textGenerationConfig", jsonscan.Object(0,
		jsonscan.At("maxTokenCount", jsonscan.Value(askMaxTokens)),
		jsonscan.At("temperature", jsonscan.Value(askTemperature)),
		jsonscan.At("topP", jsonscan.Value(askTopP)),
		jsonscan.At("stopSequences", jsonscan.Array(0, jsonscan.Value(askStop))))),
	jsonscan.At("dimensions", jsonscan.Value(askDimensions)),
	jsonscan.At("embeddingTypes", jsonscan.Array(0, jsonscan.Value(askEncoding))),
	jsonscan.At("embeddingConfig", jsonscan.Object(0, jsonscan.At("outputEmbeddingLength", jsonscan.Value(askDimensions)))),
	jsonscan.At("singleEmbeddingParams", jsonscan.Object(0, jsonscan.At("embeddingDimension", jsonscan.Value(askDimensions)))), // Nova
	jsonscan.At("num_generations", jsonscan.Value(askChoices)),                                                                 // Cohere
	jsonscan.At("numResults", jsonscan.Value(askChoices)),                                                                      // AI21
	jsonscan.At("anthropic_version", jsonscan.Value(invVersion)),
}

func invokeAskValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if id == invVersion {
		x.dialect = anthropicsNext // the ARN did not tell; the answer will be read as its
		return
	}
	openAIChat.ask.value(x, id, t, v)
}

func invokeAskText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case invPrompt, invSystem:
		if x.piece == nil {
			x.message = x.content.System()
			if id == invPrompt {
				x.message = x.content.Input("")
			}
		}
		x.prompt(content.Text, piece, last)
	default:
		openAIChat.ask.text(x, id, piece, last)
	}
}

// The IDs of what answers have.
const (
	invChoice jsonscan.ID = ansFormat + iota
	invIndex
	invReason
	invWords
	invThoughts
	invCall
	invCallIndex
	invCallID
	invFunction
	invArguments
	invParameters
	invComplaint
)

var invokeAnswer = func() *jsonscan.Node {
	words, reason := jsonscan.Text(invWords), jsonscan.Value(invReason)
	calls := jsonscan.Array(0, jsonscan.Object(invCall,
		jsonscan.At("index", jsonscan.Value(invCallIndex)),
		jsonscan.At("id", jsonscan.Value(invCallID)),
		jsonscan.At("function", jsonscan.Object(0,
			jsonscan.At("name", jsonscan.Value(invFunction)),
			jsonscan.At("arguments", jsonscan.Text(invArguments)))),
		jsonscan.At("name", jsonscan.Value(invFunction)), // Cohere
		jsonscan.At("parameters", jsonscan.Raw(invParameters))))
	message := jsonscan.Object(0,
		jsonscan.At("content", words),
		jsonscan.At("reasoning_content", jsonscan.Text(invThoughts)),
		jsonscan.At("reasoning", jsonscan.Text(invThoughts)),
		jsonscan.At("tool_calls", calls))
	return jsonscan.Object(0,
		jsonscan.At("id", jsonscan.Value(ansID)),
		jsonscan.At("model", jsonscan.Value(ansModel)),
		jsonscan.At("service_tier", jsonscan.Value(ansTier)),
		jsonscan.At("choices", jsonscan.Array(0, jsonscan.Object(invChoice, // OpenAI, AI21, DeepSeek, Mistral
			jsonscan.At("index", jsonscan.Value(invIndex)),
			jsonscan.At("text", words),
			jsonscan.At("message", message),
			jsonscan.At("delta", message),
			jsonscan.At("finish_reason", reason),
			jsonscan.At("stop_reason", reason)))),
		jsonscan.At("usage", jsonscan.Object(0,
			jsonscan.At("prompt_tokens", count(nInput)),
			jsonscan.At("completion_tokens", count(nOutput)),
			jsonscan.At("prompt_tokens_details", jsonscan.Object(0, jsonscan.At("cached_tokens", count(nCacheRead)))),
			jsonscan.At("completion_tokens_details", jsonscan.Object(0, jsonscan.At("reasoning_tokens", count(nReasoning)))))),
		jsonscan.At("outputs", jsonscan.Array(0, jsonscan.Object(invChoice, // Mistral
			jsonscan.At("text", words),
			jsonscan.At("stop_reason", reason)))),
		jsonscan.At("generation", words), // Llama
		jsonscan.At("prompt_token_count", count(nInput)),
		jsonscan.At("generation_token_count", count(nOutput)),
		jsonscan.At("stop_reason", reason),
		jsonscan.At("results", jsonscan.Array(0, jsonscan.Object(invChoice, // Titan
			jsonscan.At("outputText", words),
			jsonscan.At("tokenCount", count(nOutput)),
			jsonscan.At("completionReason", reason)))),
		jsonscan.At("outputText", words),
		jsonscan.At("completionReason", reason),
		jsonscan.At("inputTextTokenCount", count(nInput)),
		jsonscan.At("totalOutputTextTokenCount", count(nOutput)),
		jsonscan.At("text", words), // Cohere
		jsonscan.At("finish_reason", reason),
		jsonscan.At("generation_id", jsonscan.Value(ansID)),
		jsonscan.At("tool_calls", calls),
		jsonscan.At("generations", jsonscan.Array(0, jsonscan.Object(invChoice,
			jsonscan.At("text", words),
			jsonscan.At("finish_reason", reason)))),
		jsonscan.At("response", jsonscan.Object(0, jsonscan.At("generation_id", jsonscan.Value(ansID)))), // its text was streamed
		jsonscan.At("completions", jsonscan.Array(0, jsonscan.Object(invChoice, // AI21
			jsonscan.At("data", jsonscan.Object(0, jsonscan.At("text", words))),
			jsonscan.At("finishReason", jsonscan.Object(0, jsonscan.At("reason", reason)))))),
		jsonscan.At("message", jsonscan.Value(invComplaint)), // of an error
		invocationMetrics,
	)
}()

func invokeOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case invChoice:
		x.choice = choiceOf(x.seen)
		x.seen++
		x.reason(int(x.choice), "")
	case invCall:
		x.part, x.piece, x.called = -1, nil, true
		x.callID, x.name = x.callID[:0], x.name[:0]
	}
}

func invokeValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case invIndex:
		if n, ok := integer(t, v); ok && n >= 0 && n < maxChoices {
			x.choice = uint8(n)
		}
	case invReason:
		x.finish(int(x.choice), word(v))
	case invComplaint:
		x.refuse(v)
	case invCallIndex:
		if n, ok := integer(t, v); ok && n >= 0 && n <= maxBlocks {
			x.part = int32(n)
		}
	case invCallID:
		x.callID = append(x.callID[:0], v...)
	case invFunction:
		x.semantic = true
		x.name = append(x.name[:0], v...)
	}
}

func invokeClose(x *Exchange, id jsonscan.ID) {
	if id == invCall {
		x.closeCall()
	}
}

func invokeRead(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	if len(piece) == 0 {
		return
	}
	x.said(piece)
	switch id {
	case invWords:
		x.content.Output(int(x.choice)).PartAt(0, content.Text).Append(content.Body, piece)
	case invThoughts:
		x.content.Output(int(x.choice)).PartAt(0, content.Reasoning).Append(content.Body, piece)
	case invArguments:
		x.argue(piece)
	}
}

func invokeRaw(x *Exchange, _ jsonscan.ID, piece []byte, _ bool) {
	x.said(piece)
	x.argue(piece)
}

func invokeDone(x *Exchange) {
	if x.framing == plain || x.got(nBilledOutput) {
		x.Complete = true
	}
}

// invokeLedger knows that these models count the whole input.
func invokeLedger(x *Exchange, u *providers.Usage) {
	c := &x.counts
	c.put(u, providers.ClassInput, nInput)
	c.put(u, providers.ClassOutput, nOutput)
	if c.got(nInput) {
		c.put(u, providers.ClassCacheRead, nCacheRead)
	}
	if c.got(nReasoning) && c.got(nOutput) {
		u.Set(providers.ClassReasoning, min(c.of(nReasoning), c.of(nOutput)))
	}
	billed(x, u)
}
