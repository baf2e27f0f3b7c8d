package failover

import "github.com/llmotel/sdk/providers"

// What is assumed of a call before it is made, see [WithTokensPerMinute],
// [WithContextWindow] and [OrderLowestCost].
const (
	bytesPerToken  = 4
	tokensPerMedia = 1000
	outputTokens   = 1000
)

// estimate guesses how many tokens a request will use: cheaply, since the
// answer's usage corrects it.
func estimate(req *providers.Request) int64 {
	if req == nil {
		return 0
	}
	p := promptOf(req)
	return p.tokens() + int64(p.media)*tokensPerMedia + outputOf(req)*int64(max(1, req.Choices))
}

// promptTokens estimates the tokens of a request's texts, rather low than high:
// what a target could serve is not to be kept from it.
func promptTokens(req *providers.Request) int64 {
	p := promptOf(req)
	return p.tokens()
}

func outputOf(req *providers.Request) int64 {
	if req.MaxOutputTokens > 0 {
		return req.MaxOutputTokens
	}
	return outputTokens
}

func promptOf(req *providers.Request) prompt {
	var p prompt
	for i := range req.System {
		p.bytes += len(req.System[i].Text)
	}
	for i := range req.Messages {
		p.add(req.Messages[i].Parts)
	}
	for i := range req.Tools {
		t := &req.Tools[i]
		p.bytes += len(t.Name) + len(t.Description) + len(t.Parameters)
	}
	if req.Format != nil {
		p.bytes += len(req.Format.Schema)
	}
	return p
}

type prompt struct{ bytes, media int }

func (p *prompt) tokens() int64 { return int64(p.bytes) / bytesPerToken }

func (p *prompt) add(parts []providers.Part) {
	for _, part := range parts {
		switch part := part.(type) {
		case providers.Text:
			p.bytes += len(part.Text)
		case providers.Reasoning:
			p.bytes += len(part.Text)
		case providers.Refusal:
			p.bytes += len(part.Text)
		case providers.ToolCall:
			p.bytes += len(part.Name) + len(part.Arguments)
		case providers.ToolResult:
			p.add(part.Parts)
		case providers.Opaque:
			p.bytes += len(part.JSON)
		case providers.Image, providers.Audio, providers.File:
			p.media++
		}
	}
}

// used is what a finished attempt has used, as far as it is known: what the
// provider reported, nothing if it refused the request, else the estimate. A
// ledger that is not whole does not lower it.
func used(u *providers.Usage, r *result, estimate int64) int64 {
	switch {
	case u != nil && u.Completeness == providers.UsagePartial:
		return max(u.Total(), estimate)
	case u != nil && u.Completeness != providers.UsageMissing:
		return u.Total()
	case r.kind != "" && (r.verdict == Alive || r.isolate > 0 || r.kind == providers.KindRejected):
		return 0
	}
	return estimate
}
