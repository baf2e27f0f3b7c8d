package openai

import (
	"encoding/json"
	"errors"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// wireUsage is usage as services send it: the SDK's type shows neither which
// counts are there nor what other services call theirs.
type wireUsage struct {
	Prompt     adapter.Count `json:"prompt_tokens"`
	Completion adapter.Count `json:"completion_tokens"`
	Total      adapter.Count `json:"total_tokens"`

	PromptDetails     inputDetails  `json:"prompt_tokens_details"`
	CompletionDetails outputDetails `json:"completion_tokens_details"`

	// The names of the Responses API.
	Input         adapter.Count `json:"input_tokens"`
	Output        adapter.Count `json:"output_tokens"`
	InputDetails  inputDetails  `json:"input_tokens_details"`
	OutputDetails outputDetails `json:"output_tokens_details"`

	// CacheHit is DeepSeek's name, NumCached Mistral's older one.
	CacheHit  adapter.Count `json:"prompt_cache_hit_tokens"`
	NumCached adapter.Count `json:"num_cached_tokens"`
}

type inputDetails struct {
	Cached     adapter.Count `json:"cached_tokens"`
	CacheWrite adapter.Count `json:"cache_write_tokens"`
	Text       adapter.Count `json:"text_tokens"`
	Audio      adapter.Count `json:"audio_tokens"`
	Image      adapter.Count `json:"image_tokens"`
}

type outputDetails struct {
	Reasoning adapter.Count `json:"reasoning_tokens"`
	Text      adapter.Count `json:"text_tokens"`
	Audio     adapter.Count `json:"audio_tokens"`
	Image     adapter.Count `json:"image_tokens"`
}

// unify brings the names of the Responses API to those of Chat Completions,
// whose own win where an object holds both.
func (w *wireUsage) unify() {
	if !w.Prompt.Set {
		w.Prompt = w.Input
	}
	if !w.Completion.Set {
		w.Completion = w.Output
	}
	if w.PromptDetails == (inputDetails{}) {
		w.PromptDetails = w.InputDetails
	}
	if w.CompletionDetails == (outputDetails{}) {
		w.CompletionDetails = w.OutputDetails
	}
}

// ledger reads a usage object. What is absent, null or impossible is missing.
func ledger(raw string) providers.Usage {
	var w wireUsage
	if err := json.Unmarshal([]byte(raw), &w); err != nil {
		// A detail of another type than expected leaves the rest readable.
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
			return providers.Usage{}
		}
	}
	w.unify()
	u := providers.Usage{Completeness: providers.UsageReported}
	in, out := &w.PromptDetails, &w.CompletionDetails
	w.Prompt.Into(&u, providers.ClassInput)
	w.completion().Into(&u, providers.ClassOutput)
	for _, cached := range []adapter.Count{w.NumCached, w.CacheHit, in.Cached} { // the last one set wins
		cached.Into(&u, providers.ClassCacheRead)
	}
	in.CacheWrite.Into(&u, providers.ClassCacheWrite)
	in.Text.Into(&u, providers.ClassTextInput)
	in.Audio.Into(&u, providers.ClassAudioInput)
	in.Image.Into(&u, providers.ClassImageInput)
	out.Reasoning.Into(&u, providers.ClassReasoning)
	out.Text.Into(&u, providers.ClassTextOutput)
	out.Audio.Into(&u, providers.ClassAudioOutput)
	out.Image.Into(&u, providers.ClassImageOutput)
	return adapter.Tidy(u)
}

// completion returns the output with reasoning in it. xAI counts reasoning
// beside completion_tokens; its total says so.
func (w *wireUsage) completion() adapter.Count {
	n, r := w.Completion, w.CompletionDetails.Reasoning
	if n.Set && r.Set && r.N > 0 && w.Prompt.Set && w.Total.Set && w.Total.N == w.Prompt.N+n.N+r.N {
		n.N += r.N
	}
	return n
}
