package mock

import (
	"strings"

	"github.com/llmotel/sdk/providers"
)

// Rules of the estimator, in tokens.
const (
	bytesPerToken  = 4
	messageTokens  = 4 // role and separators of each message
	answerTokens   = 3 // the beginning of the answer
	toolTokens     = 8 // frame of each tool definition
	callTokens     = 6 // frame of each tool call or result
	imageTokens    = 765
	lowImageTokens = 85  // an image with Detail "low"
	remoteTokens   = 500 // audio or a file known by URI or id alone
	audioBytes     = 1600
	fileBytes      = 16
)

// EstimateTokens counts the input tokens of a request, about as a provider
// would: one token for four bytes of text, tool definitions and schemas, rounded
// up for each piece; 4 for each message and 3 for the answer's beginning; 8 for
// each tool and 6 for each tool call and result; 765 for an image, 85 with
// Detail "low"; one for 1600 bytes of audio and for 16 bytes of another file, or
// 500 if only a reference is given; the length of an opaque part's JSON as text.
// Against real tokenizers English prose is within about 15 %; code and other
// languages are further off.
func EstimateTokens(req *providers.Request) int64 {
	if req == nil {
		return 0
	}
	n := int64(answerTokens)
	for u := range units(req) {
		n += u.tokens
	}
	return n
}

// EstimateTextTokens counts the tokens of a text: its bytes divided by four,
// rounded up.
func EstimateTextTokens(text string) int64 { return int64(len(text)+bytesPerToken-1) / bytesPerToken }

func bytesTokens(n, each int) int64 { return int64((n + each - 1) / each) }

func partTokens(part providers.Part) int64 {
	switch p := part.(type) {
	case providers.Text:
		return EstimateTextTokens(p.Text)
	case providers.Image:
		if p.Detail == "low" {
			return lowImageTokens
		}
		return imageTokens
	case providers.Audio:
		return mediaTokens(p.Media, audioBytes)
	case providers.File:
		if strings.HasPrefix(p.MIMEType, "text/") {
			return mediaTokens(p.Media, bytesPerToken)
		}
		return mediaTokens(p.Media, fileBytes)
	case providers.ToolCall:
		return callTokens + EstimateTextTokens(p.Name) + EstimateTextTokens(p.Arguments)
	case providers.ToolResult:
		n := int64(callTokens)
		for _, sub := range p.Parts {
			n += partTokens(sub)
		}
		return n
	case providers.Reasoning:
		return EstimateTextTokens(p.Text)
	case providers.Refusal:
		return EstimateTextTokens(p.Text)
	case providers.Opaque:
		return EstimateTextTokens(string(p.JSON))
	}
	return 0
}

func mediaTokens(m providers.Media, each int) int64 {
	if len(m.Data) == 0 {
		return remoteTokens
	}
	return bytesTokens(len(m.Data), each)
}
