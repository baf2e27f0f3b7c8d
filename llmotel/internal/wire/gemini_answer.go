package wire

import (
	"bytes"
	"math"
	"time"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// The IDs of Gemini's own fields in answers.
const (
	geminiEvent jsonscan.ID = ansFormat + iota
	geminiCandidate
	geminiIndex
	geminiReason
	geminiPart
	geminiPartText
	geminiPartThought
	geminiPartMIME
	geminiPartData
	geminiCall
	geminiCallID
	geminiCallName
	geminiArguments
	geminiBlocked
	geminiUsage
	geminiTraffic
	geminiModality
	geminiModalityName
	geminiModalityCount
	geminiPromptDetails
	geminiCacheDetails
	geminiCandidateDetails
	geminiRetryDelay
	geminiServerCode
	geminiServerResult
	geminiServerCall
	geminiServerAnswer
	geminiServerOutput
	geminiServerType
	geminiErrorReason
	geminiLimit
)

// geminiError is an error in place of an answer: also within a stream, and in an
// array of one.
var geminiError = []jsonscan.Member{
	jsonscan.At("error", jsonscan.Object(ansError,
		jsonscan.At("code", jsonscan.Value(ansErrorCode)),
		jsonscan.At("status", jsonscan.Value(ansErrorType)),
		jsonscan.At("message", jsonscan.Value(ansErrorMessage)),
		jsonscan.At("details", jsonscan.Array(0, jsonscan.Object(0, // google/rpc/error_details.proto
			jsonscan.At("retryDelay", jsonscan.Value(geminiRetryDelay)),
			jsonscan.At("reason", jsonscan.Value(geminiErrorReason)),
			jsonscan.At("metadata", jsonscan.Object(0, jsonscan.At("quota_limit", jsonscan.Value(geminiLimit)))),
			jsonscan.At("violations", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("quotaId", jsonscan.Value(geminiLimit))))),
			jsonscan.At("requestId", jsonscan.Value(ansRequestID))))))),
}

var geminiAnswer = func() *jsonscan.Node {
	details := jsonscan.Object(geminiModality,
		jsonscan.At("modality", jsonscan.Value(geminiModalityName)),
		jsonscan.At("tokenCount", jsonscan.Value(geminiModalityCount)))
	return jsonscan.Object(geminiEvent,
		jsonscan.At("responseId", jsonscan.Value(ansID)),
		jsonscan.At("modelVersion", jsonscan.Value(ansModel)),
		jsonscan.At("candidates", jsonscan.Array(0, jsonscan.Object(geminiCandidate,
			jsonscan.At("index", jsonscan.Value(geminiIndex)),
			jsonscan.At("finishReason", jsonscan.Value(geminiReason)),
			jsonscan.At("content", jsonscan.Object(0,
				jsonscan.At("parts", jsonscan.Array(0, jsonscan.Object(geminiPart,
					jsonscan.At("text", jsonscan.Text(geminiPartText)),
					jsonscan.At("thought", jsonscan.Value(geminiPartThought)),
					jsonscan.At("inlineData", jsonscan.Object(0,
						jsonscan.At("mimeType", jsonscan.Value(geminiPartMIME)),
						jsonscan.At("data", jsonscan.Text(geminiPartData)))),
					jsonscan.At("functionCall", jsonscan.Object(geminiCall,
						jsonscan.At("id", jsonscan.Value(geminiCallID)),
						jsonscan.At("name", jsonscan.Value(geminiCallName)),
						jsonscan.At("args", jsonscan.Raw(geminiArguments)))),
					jsonscan.At("executableCode", jsonscan.Raw(geminiServerCode)),
					jsonscan.At("codeExecutionResult", jsonscan.Raw(geminiServerResult)),
					jsonscan.At("toolCall", jsonscan.Object(geminiServerCall,
						jsonscan.At("id", jsonscan.Value(geminiCallID)),
						jsonscan.At("toolType", jsonscan.Value(geminiServerType)),
						jsonscan.At("args", jsonscan.Raw(geminiArguments)))),
					jsonscan.At("toolResponse", jsonscan.Object(geminiServerAnswer,
						jsonscan.At("id", jsonscan.Value(geminiCallID)),
						jsonscan.At("toolType", jsonscan.Value(geminiServerType)),
						jsonscan.At("response", jsonscan.Raw(geminiServerOutput)))))))))))),
		jsonscan.At("promptFeedback", jsonscan.Object(0, jsonscan.At("blockReason", jsonscan.Value(geminiBlocked)))),
		jsonscan.At("usageMetadata", jsonscan.Object(geminiUsage,
			jsonscan.At("promptTokenCount", count(nInput)),
			jsonscan.At("candidatesTokenCount", count(nOutput)),
			jsonscan.At("thoughtsTokenCount", count(nReasoning)),
			jsonscan.At("toolUsePromptTokenCount", count(nToolUse)),
			jsonscan.At("cachedContentTokenCount", count(nCacheRead)),
			jsonscan.At("totalTokenCount", count(nTotal)),
			jsonscan.At("trafficType", jsonscan.Value(geminiTraffic)),
			jsonscan.At("serviceTier", jsonscan.Value(ansTier)),
			jsonscan.At("promptTokensDetails", jsonscan.Array(geminiPromptDetails, details)),
			jsonscan.At("toolUsePromptTokensDetails", jsonscan.Array(geminiPromptDetails, details)),
			jsonscan.At("cacheTokensDetails", jsonscan.Array(geminiCacheDetails, details)),
			jsonscan.At("candidatesTokensDetails", jsonscan.Array(geminiCandidateDetails, details)))),
	).Add(geminiError...)
}()

func geminiOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case geminiCandidate:
		x.choice = choiceOf(x.seen) // until its index is known, which comes last
		x.seen++
		x.word = nil
		if x.content != nil {
			x.items.first = len(x.content.Output(int(x.choice)).Parts())
		}
	case geminiPart:
		x.mark = 0
		x.piece = nil
	case geminiCall:
		x.semantic, x.called = true, true
		x.piece = x.content.Output(int(x.choice)).Part(content.ToolCall)
	case geminiServerCall:
		x.semantic = true
		x.piece = x.content.Output(int(x.choice)).Part(content.ServerCall)
	case geminiServerAnswer:
		x.semantic = true
		x.piece = x.content.Output(int(x.choice)).Part(content.ServerResult)
	case geminiUsage:
		// Counts are cumulative: the last ones hold, each on its own. Those by
		// modality are sums over a list.
		x.forget(nTextInput, nTextCached, nTextOutput, nAudioInput, nAudioCached, nAudioOutput, nImageInput, nImageCached, nImageOutput)
	case geminiPromptDetails, geminiCacheDetails, geminiCandidateDetails:
		x.part = int32(id)
	case geminiModality:
		x.word, x.detail = nil, noDetail
	}
}

func geminiClose(x *Exchange, id jsonscan.ID) {
	switch id {
	case geminiPart:
		if x.mark == geminiThought && x.piece != nil && x.piece.Kind() == content.Text {
			x.piece.SetKind(content.Reasoning)
		}
	case geminiCandidate:
		x.geminiCandidate()
	case geminiModality:
		x.geminiDetail()
	case geminiEvent:
		x.eventEnd()
	}
}

// geminiIndex files what a candidate has said by now with that of its index.
func (x *Exchange) geminiIndex(n uint8) {
	if x.content != nil && n != x.choice {
		from, to := x.content.Output(int(x.choice)), x.content.Output(int(n))
		first := x.items.first
		x.items.first = len(to.Parts())
		from.Give(first, to)
	}
	x.choice = n
}

// geminiCandidate files what a candidate has said, now that it is over.
func (x *Exchange) geminiCandidate() {
	if x.content != nil {
		x.content.Output(int(x.choice)).Join(x.items.first)
	}
	if x.word != nil {
		x.finish(int(x.choice), text(x.word))
	} else {
		x.reason(int(x.choice), "")
	}
}

// noDetail is more than any count.
const noDetail = math.MaxUint32

// geminiDetail files the count of one modality.
func (x *Exchange) geminiDetail() {
	if x.detail == noDetail {
		return
	}
	n := int64(x.detail)
	var group [3]counter
	switch text(x.word) {
	case "TEXT", "DOCUMENT":
		group = [3]counter{nTextInput, nTextCached, nTextOutput}
	case "AUDIO":
		group = [3]counter{nAudioInput, nAudioCached, nAudioOutput}
	case "IMAGE", "VIDEO":
		group = [3]counter{nImageInput, nImageCached, nImageOutput}
	default:
		return
	}
	switch x.part {
	case int32(geminiPromptDetails):
		x.add(group[0], n)
	case int32(geminiCacheDetails):
		x.add(group[1], n)
	case int32(geminiCandidateDetails):
		x.add(group[2], n)
	}
}

func geminiValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case geminiIndex:
		if n, ok := integer(t, v); ok && n >= 0 && n < maxChoices {
			x.geminiIndex(uint8(n))
		}
	case geminiReason:
		x.word = nameOf(v)
	case geminiPartThought:
		if t == jsonscan.True {
			x.mark = geminiThought
		}
	case geminiPartMIME:
		x.semantic = true
		x.answerMedia().Append(content.MIMEType, v)
	case geminiCallID:
		x.piece.Append(content.ID, v)
	case geminiCallName:
		x.piece.Append(content.Name, v)
	case geminiServerType:
		x.piece.Append(content.Type, v)
	case geminiBlocked:
		// The prompt was blocked: there is no answer, and status 200.
		x.Failed, x.blame().ErrorType = true, word(v)
		x.blame().Blocked = true
	case geminiRetryDelay:
		if d, err := time.ParseDuration(string(v)); err == nil && d > 0 {
			x.blame().RetryDelay = d
		}
	case geminiErrorReason:
		if kind, ok := googleReasons[string(v)]; ok {
			x.blame().told, x.blame().why = kind, word(v)
		}
	case geminiLimit: // waiting for the delay does not end one of a day
		if x.why == "" && bytes.Contains(v, []byte("PerDay")) {
			x.blame().told = providers.KindQuotaExhausted
		}
	case geminiTraffic:
		x.tier = nameOf([]byte(geminiTier(v)))
	case geminiModalityName:
		x.word = words[string(v)] // others tell nothing
	case geminiModalityCount:
		if n, ok := integer(t, v); ok && n >= 0 && n <= maxTokens {
			x.detail = uint32(n)
		} else {
			x.refused++
		}
	}
}

// geminiTier is the service tier behind Vertex AI's traffic type.
func geminiTier(v []byte) string {
	switch string(v) {
	case "ON_DEMAND_FLEX":
		return "flex"
	case "ON_DEMAND_PRIORITY":
		return "priority"
	case "ON_DEMAND":
		return "standard"
	}
	return word(v)
}

func (x *Exchange) answerMedia() *content.Part {
	if x.piece == nil {
		x.piece = x.content.Output(int(x.choice)).Part(content.Blob)
	}
	return x.piece
}

func geminiText(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	switch id {
	case geminiPartText:
		x.said(piece)
		if x.content != nil && len(piece) > 0 {
			if x.piece == nil {
				x.piece = x.content.Output(int(x.choice)).Part(content.Text)
			}
			x.piece.Append(content.Body, piece)
		}
	case geminiPartData:
		x.semantic = true
		x.answerMedia().Append(content.Body, piece)
	}
}

func geminiRaw(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	switch id {
	case geminiArguments:
		x.said(piece)
		x.piece.Append(content.Body, piece)
	case geminiServerCode:
		x.said(piece)
		x.geminiServer(x.content.Output(int(x.choice)), content.ServerCall, piece)
	case geminiServerOutput: // is not the model's
		x.piece.Append(content.Body, piece)
	case geminiServerResult:
		x.semantic = true
		x.geminiServer(x.content.Output(int(x.choice)), content.ServerResult, piece)
	}
}

// geminiLedger: the prompt includes what was cached, tool use is beside the
// prompt, thinking beside the candidates. Since September 2026 Vertex AI has
// been seen to leave the cached part out of the prompt
// (github.com/BerriAI/litellm/issues/39125).
func geminiLedger(x *Exchange, u *providers.Usage) {
	c := &x.counts
	if c.got(nInput) || c.got(nToolUse) {
		input := c.of(nInput) + c.of(nToolUse)
		if c.of(nCacheRead) > c.of(nInput) {
			input += c.of(nCacheRead)
			c.include(nTextInput, nTextCached)
			c.include(nAudioInput, nAudioCached)
			c.include(nImageInput, nImageCached)
		}
		u.Set(providers.ClassInput, input)
	}
	if c.got(nOutput) || c.got(nReasoning) {
		u.Set(providers.ClassOutput, c.of(nOutput)+c.of(nReasoning))
	}
	c.put(u, providers.ClassCacheRead, nCacheRead)
	c.put(u, providers.ClassReasoning, nReasoning)
	c.put(u, providers.ClassTextInput, nTextInput)
	c.put(u, providers.ClassTextCacheRead, nTextCached)
	c.put(u, providers.ClassTextOutput, nTextOutput)
	c.put(u, providers.ClassAudioInput, nAudioInput)
	c.put(u, providers.ClassAudioCacheRead, nAudioCached)
	c.put(u, providers.ClassAudioOutput, nAudioOutput)
	c.put(u, providers.ClassImageInput, nImageInput)
	c.put(u, providers.ClassImageCacheRead, nImageCached)
	c.put(u, providers.ClassImageOutput, nImageOutput)
	if c.got(nReasoning) && (c.got(nTextOutput) || c.got(nAudioOutput) || c.got(nImageOutput)) {
		u.Set(providers.ClassTextOutput, c.of(nTextOutput)+c.of(nReasoning)) // thoughts are text, and stand apart
	}
}
