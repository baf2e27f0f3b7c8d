package failover

import (
	"strings"

	"github.com/llmotel/sdk/providers"
)

// Capability is something that a request may need and a target may lack.
// Values combine as bits.
type Capability uint16

// The capabilities.
const (
	// Tools: the request offers tools, or holds tool calls or results.
	Tools Capability = 1 << iota
	// Images, Audio and Files: the request holds such a part, or asks for
	// such an answer.
	Images
	Audio
	Files
	// StructuredOutput: the request asks for JSON that follows a schema.
	StructuredOutput
	// Choices: the request asks for several answers.
	Choices

	capabilities = iota
)

var capabilityNames = [capabilities]string{"tools", "images", "audio", "files", "structured output", "several choices"}

// String names the capabilities, separated by commas.
func (c Capability) String() string {
	var names []string
	for i, name := range capabilityNames {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// WithoutCapabilities declares what the target cannot do. Requests that need
// it pass the target over (SkipCapability). By default a target is taken to be
// capable of everything.
func WithoutCapabilities(lacks ...Capability) TargetOption {
	return targetOptionFunc(func(s settings) settings {
		s.lacks = 0
		for _, c := range lacks {
			s.lacks |= c
		}
		return s
	})
}

// WithContextWindow declares how many tokens of input and output together the
// target's model can hold. Requests whose estimated prompt alone is larger pass
// the target over (SkipContext), and a prompt that was too long for one target
// moves on to those with a larger window. The default 0 means unknown: such a
// target is asked, but nothing that was too long elsewhere is moved to it.
func WithContextWindow(tokens int64) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.window = tokens; return s })
}

// unfit says why a request is not for the target; empty if it is.
func (k *call) unfit(t *target) SkipReason {
	switch {
	case k.resume != nil && !t.s.continues:
		return SkipNoContinuation
	case !k.chain.selective:
		return ""
	case t.s.lacks&k.needs != 0:
		return SkipCapability
	case k.tooLongFor > 0 && t.s.window <= k.tooLongFor, t.s.window > 0 && k.prompt > t.s.window:
		return SkipContext
	}
	return ""
}

// larger tells whether a target that is still ahead is known to hold more.
func (k *call) larger(window int64) bool {
	if window <= 0 {
		return false
	}
	for _, t := range k.ahead() {
		if t.s.window > window && t.s.lacks&k.needs == 0 {
			return true
		}
	}
	return false
}

// needsOf collects what a request needs.
func needsOf(req *providers.Request) Capability {
	var c Capability
	if len(req.Tools) > 0 {
		c |= Tools
	}
	if req.Format != nil && req.Format.Type == providers.FormatJSONSchema {
		c |= StructuredOutput
	}
	if req.Choices > 1 {
		c |= Choices
	}
	for _, m := range req.OutputModalities {
		switch m {
		case providers.ModalityImage:
			c |= Images
		case providers.ModalityAudio:
			c |= Audio
		}
	}
	for i := range req.Messages {
		c |= needsOfParts(req.Messages[i].Parts)
	}
	return c
}

func needsOfParts(parts []providers.Part) Capability {
	var c Capability
	for _, p := range parts {
		switch p := p.(type) {
		case providers.Image:
			c |= Images
		case providers.Audio:
			c |= Audio
		case providers.File:
			c |= Files
		case providers.ToolCall:
			c |= Tools
		case providers.ToolResult:
			c |= Tools | needsOfParts(p.Parts)
		}
	}
	return c
}
