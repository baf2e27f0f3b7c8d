package llmotel

import (
	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/cow"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

// maxReasons bounds the finish reasons made up for an answer that did not end.
const maxReasons = 128

// singleReasons holds the slices for answers with one choice, which nearly all
// are, so that they need no allocation. They are never written to.
var singleReasons = map[providers.FinishReason][]providers.FinishReason{
	providers.FinishStop:          {providers.FinishStop},
	providers.FinishLength:        {providers.FinishLength},
	providers.FinishToolCall:      {providers.FinishToolCall},
	providers.FinishContentFilter: {providers.FinishContentFilter},
	providers.FinishError:         {providers.FinishError},
}

func reasonsOf(choices []providers.Choice) []providers.FinishReason {
	switch len(choices) {
	case 0:
		return nil
	case 1:
		if one := singleReasons[choices[0].FinishReason]; one != nil {
			return one
		}
	}
	out := make([]providers.FinishReason, len(choices))
	for i := range choices {
		out[i] = choices[i].FinishReason
	}
	return out
}

// rawReasonsOf are the finish reasons in the provider's words; nil if it did not
// tell them all.
func rawReasonsOf(choices []providers.Choice) []string {
	if len(choices) == 1 && choices[0].RawFinishReason != "" {
		return theReason(choices[0].RawFinishReason).raw
	}
	out := make([]string, 0, len(choices))
	for i := range choices {
		if choices[i].RawFinishReason == "" {
			return nil
		}
		out = append(out, choices[i].RawFinishReason)
	}
	return out
}

// rawReasons is a copy of reasons.
func rawReasons(reasons []string) []string {
	if len(reasons) == 1 && reasons[0] != "" {
		return theReason(reasons[0]).raw
	}
	return append([]string(nil), reasons...)
}

// normalReasons are finish reasons in the words of the conventions. The end of an
// answer that calls a tool is a call, whatever the vendor says.
func normalReasons(raw []string, calls bool) []providers.FinishReason {
	if len(raw) == 1 {
		if calls && wire.FinishReason(raw[0]) == providers.FinishStop {
			return singleReasons[providers.FinishToolCall]
		}
		if one := singleReasons[wire.FinishReason(raw[0])]; one != nil {
			return one
		}
	}
	out := make([]providers.FinishReason, len(raw))
	for i, r := range raw {
		out[i] = wire.FinishReason(r)
	}
	return out
}

// oneReason is what an answer with one choice needs of its reason.
type oneReason struct {
	raw  []string
	attr attribute.KeyValue
}

// theReasons has the reasons that have been seen: few, unless a provider makes
// up new ones.
var theReasons cow.Map[string, *oneReason]

func theReason(r string) *oneReason {
	one, ok := theReasons.Get(r)
	if ok {
		return one
	}
	one = &oneReason{raw: []string{r}, attr: genai.ResponseFinishReasonsKey.StringSlice([]string{utf8Text(r)})}
	if theReasons.Len() < maxReasons {
		one = theReasons.Put(r, one)
	}
	return one
}

// finishReasons is the attribute: the provider's words where it has told them.
// OpenAI's Responses API has none; they are those of its chat completions.
func finishReasons(r *Result) attribute.KeyValue {
	if r.API == providers.APIResponses && len(r.FinishReasons) == 1 {
		if r.FinishReasons[0] == providers.FinishToolCall {
			return theReason("tool_calls").attr
		}
		return theReason(string(r.FinishReasons[0])).attr
	}
	if len(r.FinishReasons) == 1 {
		if len(r.RawFinishReasons) == 1 && r.RawFinishReasons[0] != "" {
			return theReason(r.RawFinishReasons[0]).attr
		}
		return theReason(string(r.FinishReasons[0])).attr
	}
	s := make([]string, len(r.FinishReasons))
	for i, reason := range r.FinishReasons {
		s[i] = string(reason)
		if i < len(r.RawFinishReasons) && r.RawFinishReasons[i] != "" {
			s[i] = r.RawFinishReasons[i]
		}
	}
	return genai.ResponseFinishReasonsKey.StringSlice(utf8Texts(s))
}
