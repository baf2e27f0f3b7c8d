package llmotel

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// CallText is what was said in a call, for a UsageEstimator. Nothing of it may
// be kept or changed.
type CallText struct {
	// Provider and Model are those that answered, as far as they are known.
	Provider, Model string
	// Messages counts the messages of the prompt, the system's included.
	Messages int
	// Input are the texts of the prompt: messages, calls and results of tools;
	// Tools are the tools' names, descriptions and parameters. Output are the
	// texts of the answer as far as it came, with its reasoning where that is shown.
	Input, Tools, Output []string
	// Media counts the images, sounds and files, of which there is no text.
	Media int
	// Truncated tells that there was more than is kept: 1 MiB, or four times
	// WithContentLimit if that is more.
	Truncated bool
}

// UsageEstimator counts tokens where the provider did not. The package
// llmotel/tokenest has one.
type UsageEstimator interface {
	// EstimateUsage returns how many tokens the texts are; ok is false if it
	// cannot tell. It is called on the goroutine of the call when that ends. A panic
	// is contained and counted in llmotel.telemetry.dropped.
	EstimateUsage(t *CallText) (input, output int64, ok bool)
}

// WithUsageEstimator estimates the tokens of inference calls that have none
// reported: of answers and streams without usage, and of streams that were cut,
// cancelled or left before it came. What was reported stays, so only the rest is
// estimated. Such usage is marked: its completeness is "estimated", and its cost
// is partial. Calls that failed before anything came back are not estimated:
// nobody knows that they used anything.
//
// The default, also for nil, is no estimate: such usage is missing or partial.
// With an estimator the texts of every call are collected in memory, as content
// is, since only its end tells whether they are needed. They go nowhere else.
func WithUsageEstimator(e UsageEstimator) Option {
	return optionFunc(func(c config) config {
		if e != nil {
			c.estimator = e
		}
		return c
	})
}

// estimate completes the usage of a call that has ended, where that is wanted
// and something is missing.
func (s *Span) estimate(e *ending) {
	if s.capturing&toEstimate == 0 || s.into != nil || e.Usage.Completeness >= providers.UsageReported {
		return
	}
	if p := s.parts; p != nil && p.inner.calls > 0 && p.inner.usage.Completeness != providers.UsageMissing {
		return // a layer inside knows better
	}
	if e.err != nil && s.streamed().chunks == 0 {
		return
	}
	e.content, e.collected = s.collect(e.content, &e.Result), true
	input, output, ok := s.count(e)
	if !ok {
		return
	}
	u := &e.Usage
	if !u.Has(providers.ClassInput) {
		u.Set(providers.ClassInput, max(input, u.CacheRead+u.CacheWrite))
	}
	// What a stream says of its output before the end is a beginning.
	u.Set(providers.ClassOutput, max(output, u.Output, u.Reasoning))
	u.Completeness = providers.UsageEstimated
	if u.Validate() != nil {
		*u = providers.Usage{}
	}
}

// count asks the estimator.
func (s *Span) count(e *ending) (input, output int64, ok bool) {
	defer func() {
		if recover() != nil {
			s.inst.drop(s.detached(), "usage estimator", genai.ReasonPanic)
			input, output, ok = 0, 0, false
		}
	}()
	provider, model := s.served(e.Provider, e.Model)
	t := content.TextsOf(e.content)
	return s.inst.estimator.EstimateUsage(&CallText{
		Provider: provider, Model: model, Messages: t.Messages, Input: t.Input, Tools: t.Tools, Output: t.Output,
		Media: t.Media, Truncated: e.content.Truncated(),
	})
}
