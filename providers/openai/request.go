package openai

import (
	"fmt"
	"maps"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/shared"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// target is what requests are encoded for.
type target struct {
	adapter.Call
	dialect
	opts Options
}

// encoder turns one request into the parameters of Chat Completions.
type encoder struct{ target }

// encode checks the request and returns its parameters.
func (p *Provider) encode(req *providers.Request, stream bool) (sdk.ChatCompletionNewParams, error) {
	var params sdk.ChatCompletionNewParams
	if err := req.Validate(); err != nil {
		return params, p.call("").Refuse(err)
	}
	e := encoder{target{p.call(req.Model), p.dialect, optionsOf(req.Extensions)}}
	if err := e.refuse(req); err != nil {
		return params, err
	}
	var err error
	if params.Messages, err = e.messages(req); err != nil {
		return params, err
	}
	if params.Tools, err = e.tools(req.Tools); err != nil {
		return params, err
	}
	e.sampling(&params, req)
	e.account(&params, req)
	params.ToolChoice = e.toolChoice(req)
	params.ResponseFormat = format(req.Format)
	e.extras(&params, stream)
	return params, nil
}

// refuse reports the first option that the protocol does not have.
func (e *encoder) refuse(req *providers.Request) error {
	switch {
	case req.TopK != nil:
		return e.Unsupported("topK", "does not exist in Chat Completions; a service that has it takes it from Options.ExtraFields")
	case req.PreviousResponseID != "":
		return e.Unsupported("previousResponseID", "does not exist in Chat Completions; send the conversation")
	case req.Reasoning != nil && req.Reasoning.BudgetTokens > 0:
		return e.Unsupported("reasoning.budgetTokens", "does not exist in Chat Completions; use effort")
	}
	if _, i := responsesOptionsOf(req.Extensions); i >= 0 {
		return e.Unsupported(fmt.Sprintf("extensions[%d]", i), "holds options of the Responses API; this provider uses Chat Completions")
	}
	for i, m := range req.OutputModalities {
		switch {
		case m == providers.ModalityText, m == providers.ModalityAudio:
		case m == providers.ModalityImage && e.name != Name:
		default:
			return e.Unsupported(fmt.Sprintf("outputModalities[%d]", i), "Chat Completions answers with text and audio")
		}
	}
	return nil
}

func (e *encoder) sampling(params *sdk.ChatCompletionNewParams, req *providers.Request) {
	params.Model = req.Model
	params.Temperature = opt(req.Temperature)
	params.TopP = opt(req.TopP)
	params.FrequencyPenalty = opt(req.FrequencyPenalty)
	params.PresencePenalty = opt(req.PresencePenalty)
	params.Seed = opt(req.Seed)
	params.ParallelToolCalls = opt(req.ParallelToolCalls)
	params.LogitBias = req.LogitBias
	params.Stop.OfStringArray = req.StopSequences
	params.Verbosity = sdk.ChatCompletionNewParamsVerbosity(req.Verbosity)
	if req.MaxOutputTokens > 0 {
		if e.legacyMaxTokens {
			params.MaxTokens = sdk.Int(req.MaxOutputTokens)
		} else {
			params.MaxCompletionTokens = sdk.Int(req.MaxOutputTokens)
		}
	}
	if req.Choices > 1 {
		params.N = sdk.Int(int64(req.Choices))
	}
	if req.TopLogprobs != nil {
		params.Logprobs = sdk.Bool(true)
		params.TopLogprobs = sdk.Int(*req.TopLogprobs)
	}
	if r := req.Reasoning; r != nil {
		params.ReasoningEffort = shared.ReasoningEffort(r.Effort)
		if r.Disabled {
			params.ReasoningEffort = shared.ReasoningEffortNone
		}
	}
	for _, m := range req.OutputModalities {
		params.Modalities = append(params.Modalities, string(m))
		if m == providers.ModalityAudio {
			params.Audio.Format = sdk.ChatCompletionAudioParamFormat(req.AudioFormat)
			params.Audio.Voice.OfString = text(req.Voice)
		}
	}
}

func (e *encoder) account(params *sdk.ChatCompletionNewParams, req *providers.Request) {
	params.ServiceTier = sdk.ChatCompletionNewParamsServiceTier(req.ServiceTier)
	params.PromptCacheKey = text(req.PromptCacheKey)
	params.PromptCacheRetention = sdk.ChatCompletionNewParamsPromptCacheRetention(req.PromptCacheRetention)
	params.Store = opt(req.Store)
	params.User = text(req.User)
	params.Metadata = req.Metadata
	params.SafetyIdentifier = text(e.opts.SafetyIdentifier)
	if e.opts.Prediction != "" {
		params.Prediction.Content.OfString = sdk.String(e.opts.Prediction)
	}
	if e.opts.WebSearch != nil {
		params.WebSearchOptions = *e.opts.WebSearch
	}
	if e.opts.Moderation != nil {
		params.Moderation = *e.opts.Moderation
	}
	if e.opts.PromptCache != nil {
		params.PromptCacheOptions = *e.opts.PromptCache
	}
}

func (e *encoder) extras(params *sdk.ChatCompletionNewParams, stream bool) {
	extra := e.opts.ExtraFields
	if stream {
		if !e.noStreamUsage {
			params.StreamOptions.IncludeUsage = sdk.Bool(true)
		}
		params.StreamOptions.IncludeObfuscation = opt(e.opts.IncludeObfuscation)
		with := map[string]any{}
		maps.Copy(with, extra)
		with["stream"] = true
		extra = with
	}
	if len(extra) > 0 {
		params.SetExtraFields(extra)
	}
}

func format(f *providers.Format) (out sdk.ChatCompletionNewParamsResponseFormatUnion) {
	if f == nil {
		return out
	}
	switch f.Type {
	case providers.FormatText:
		out.OfText = &shared.ResponseFormatTextParam{}
	case providers.FormatJSON:
		out.OfJSONObject = &shared.ResponseFormatJSONObjectParam{}
	case providers.FormatJSONSchema:
		out.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
			JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{
				Name: f.Name, Description: text(f.Description), Strict: opt(f.Strict),
				Schema: f.Schema,
			},
		}
	}
	return out
}

func opt[T comparable](p *T) param.Opt[T] {
	if p == nil {
		return param.Opt[T]{}
	}
	return param.NewOpt(*p)
}

// text returns a string parameter that is left out when empty.
func text(s string) param.Opt[string] {
	if s == "" {
		return param.Opt[string]{}
	}
	return param.NewOpt(s)
}
