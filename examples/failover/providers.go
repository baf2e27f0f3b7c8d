package main

import (
	"github.com/llmotel/sdk/failover/config"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/gemini"
	"github.com/llmotel/sdk/providers/mock"
	"github.com/llmotel/sdk/providers/openai"
)

// factories are the providers that a file may name. A program registers those
// that it has imported.
func factories(plugs plugs) config.Factories {
	f := config.Factories{
		"openai":         newOpenAI,
		"anthropic":      newAnthropic,
		"gemini":         newGemini,
		"mock-openai":    newMock(mock.NewOpenAI),
		"mock-anthropic": newMock(mock.NewAnthropic),
	}
	for name, factory := range f {
		f[name] = plugs.between(factory) // for the outages of the story
	}
	return f
}

func newOpenAI(p config.Provider) (providers.Provider, error) {
	var options struct {
		ResponsesAPI bool `json:"responses_api"`
	}
	if err := p.Decode(&options); err != nil {
		return nil, err
	}
	var o []openai.Option
	if p.APIKey != "" {
		o = append(o, openai.WithAPIKey(string(p.APIKey)))
	}
	if p.BaseURL != "" {
		o = append(o, openai.WithBaseURL(p.BaseURL))
	}
	if options.ResponsesAPI {
		o = append(o, openai.WithResponsesAPI())
	}
	return openai.New(o...)
}

func newAnthropic(p config.Provider) (providers.Provider, error) {
	var options struct {
		MaxTokens int64 `json:"max_tokens"` // of answers to requests that set no limit
	}
	if err := p.Decode(&options); err != nil {
		return nil, err
	}
	var o []anthropic.Option
	if p.APIKey != "" {
		o = append(o, anthropic.WithAPIKey(string(p.APIKey)))
	}
	if p.BaseURL != "" {
		o = append(o, anthropic.WithBaseURL(p.BaseURL))
	}
	if options.MaxTokens > 0 {
		o = append(o, anthropic.WithDefaultMaxTokens(options.MaxTokens))
	}
	return anthropic.New(o...)
}

func newGemini(p config.Provider) (providers.Provider, error) {
	var options struct {
		Project string `json:"project"` // of Google Cloud: Vertex AI, in the file's region
	}
	if err := p.Decode(&options); err != nil {
		return nil, err
	}
	var o []gemini.Option
	if p.APIKey != "" {
		o = append(o, gemini.WithAPIKey(string(p.APIKey)))
	}
	if p.BaseURL != "" {
		o = append(o, gemini.WithBaseURL(p.BaseURL))
	}
	if options.Project != "" {
		o = append(o, gemini.WithVertexAI(options.Project, p.Region))
	}
	return gemini.New(o...)
}

// newMock makes providers that need no key.
func newMock(create func(...mock.Option) (*mock.Provider, error)) config.Factory {
	return func(p config.Provider) (providers.Provider, error) {
		options := struct {
			Seed      uint64  `json:"seed"`
			TimeScale float64 `json:"time_scale"` // 1: as slow as the real ones
		}{1, 1}
		if err := p.Decode(&options); err != nil {
			return nil, err
		}
		return create(mock.WithSeed(options.Seed), mock.WithTimeScale(options.TimeScale))
	}
}
