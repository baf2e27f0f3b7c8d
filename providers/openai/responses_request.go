package openai

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"github.com/llmotel/sdk/providers"
)

// itemEncoder turns one request into the parameters of the Responses API.
type itemEncoder struct {
	target
	own ResponsesOptions
	// store is false if the service is told to keep nothing, so that nothing
	// can be referred to by its id.
	store bool
	// custom holds the ids of the calls of custom tools so far.
	custom map[string]bool
}

// encodeResponse checks the request and returns its parameters.
func (p *Provider) encodeResponse(req *providers.Request, stream bool) (responses.ResponseNewParams, error) {
	var params responses.ResponseNewParams
	if err := req.Validate(); err != nil {
		return params, p.call("").Refuse(err)
	}
	e := itemEncoder{
		target: target{p.call(req.Model), p.dialect, optionsOf(req.Extensions)},
		store:  req.Store == nil || *req.Store,
	}
	e.own, _ = responsesOptionsOf(req.Extensions)
	if err := e.refuse(req); err != nil {
		return params, err
	}
	var err error
	if params.Input.OfInputItemList, err = e.input(req); err != nil {
		return params, err
	}
	if params.Tools, err = e.tools(req.Tools); err != nil {
		return params, err
	}
	params.Instructions = e.instructions(req.System)
	e.sampling(&params, req)
	e.reasoning(&params, req)
	e.account(&params, req)
	params.ToolChoice = e.toolChoice(req)
	params.Text.Verbosity = responses.ResponseTextConfigVerbosity(req.Verbosity)
	params.Text.Format = textFormat(req.Format)
	e.extras(&params, stream)
	return params, nil
}

// refuse reports the first option that the API does not have.
func (e *itemEncoder) refuse(req *providers.Request) error {
	const absent = "does not exist in the Responses API; a service that has it takes it from Options.ExtraFields"
	for _, f := range []struct {
		set     bool
		field   string
		problem string
	}{
		{req.TopK != nil, "topK", absent},
		{req.FrequencyPenalty != nil, "frequencyPenalty", absent},
		{req.PresencePenalty != nil, "presencePenalty", absent},
		{req.Seed != nil, "seed", absent},
		{len(req.StopSequences) > 0, "stopSequences", absent},
		{len(req.LogitBias) > 0, "logitBias", absent},
		{req.Choices > 1, "choices", "the Responses API gives one answer; make several calls"},
		{
			req.Reasoning != nil && req.Reasoning.BudgetTokens > 0,
			"reasoning.budgetTokens", "does not exist in the Responses API; use effort",
		},
		{e.opts.Prediction != "", "extensions.prediction", "does not exist in the Responses API"},
		{e.opts.WebSearch != nil, "extensions.webSearch", "does not exist in the Responses API; use its web search tool"},
		{e.opts.ToolChoice != nil, "extensions.toolChoice", "is that of Chat Completions; use ResponsesOptions.ToolChoice"},
	} {
		if f.set {
			return e.Unsupported(f.field, f.problem)
		}
	}
	for i, m := range req.OutputModalities {
		if m != providers.ModalityText {
			return e.Unsupported(fmt.Sprintf("outputModalities[%d]", i), "the Responses API answers with text; images come from its image generation tool")
		}
	}
	return nil
}

// instructions joins the system texts, unless input has them as a message.
func (e *itemEncoder) instructions(system []providers.Text) (out param.Opt[string]) {
	if len(system) == 0 || e.marked(system) {
		return out
	}
	texts := make([]string, len(system))
	for i := range system {
		texts[i] = system[i].Text
	}
	return sdk.String(strings.Join(texts, "\n\n"))
}

// marked reports whether cache breakpoints stand in the texts, which
// instructions cannot hold.
func (e *itemEncoder) marked(texts []providers.Text) bool {
	return e.opts.CacheBreakpoints && slices.ContainsFunc(texts, func(t providers.Text) bool { return t.Cache != nil })
}

func (e *itemEncoder) sampling(params *responses.ResponseNewParams, req *providers.Request) {
	params.Model = req.Model
	params.Temperature = opt(req.Temperature)
	params.TopP = opt(req.TopP)
	params.ParallelToolCalls = opt(req.ParallelToolCalls)
	params.Include = slices.Clone(e.own.Include)
	if req.MaxOutputTokens > 0 {
		params.MaxOutputTokens = sdk.Int(req.MaxOutputTokens)
	}
	if e.own.MaxToolCalls > 0 {
		params.MaxToolCalls = sdk.Int(e.own.MaxToolCalls)
	}
	if req.TopLogprobs != nil {
		params.TopLogprobs = sdk.Int(*req.TopLogprobs)
		params.Include = also(params.Include, responses.ResponseIncludableMessageOutputTextLogprobs)
	}
}

// reasoning asks for the thinking in encrypted form where the service will not
// keep it. Models that do not think refuse that, so that it takes more than
// Store to ask for it.
func (e *itemEncoder) reasoning(params *responses.ResponseNewParams, req *providers.Request) {
	r := req.Reasoning
	if r == nil {
		return
	}
	params.Reasoning.Effort = shared.ReasoningEffort(r.Effort)
	if r.Disabled {
		params.Reasoning.Effort = shared.ReasoningEffortNone
		return
	}
	if r.Include {
		params.Reasoning.Summary = shared.ReasoningSummary(first(e.own.Summary, "auto"))
	}
	if !e.store {
		params.Include = also(params.Include, responses.ResponseIncludableReasoningEncryptedContent)
	}
}

func (e *itemEncoder) account(params *responses.ResponseNewParams, req *providers.Request) {
	params.ServiceTier = responses.ResponseNewParamsServiceTier(req.ServiceTier)
	params.PromptCacheKey = text(req.PromptCacheKey)
	params.PromptCacheRetention = responses.ResponseNewParamsPromptCacheRetention(req.PromptCacheRetention)
	params.PreviousResponseID = text(req.PreviousResponseID)
	params.Conversation.OfString = text(e.own.Conversation)
	params.Store = opt(req.Store)
	params.User = text(req.User)
	params.Metadata = req.Metadata
	params.Truncation = responses.ResponseNewParamsTruncation(e.own.Truncation)
	params.SafetyIdentifier = text(e.opts.SafetyIdentifier)
	if m := e.opts.Moderation; m != nil {
		params.Moderation.Model = m.Model
		params.Moderation.Policy.Input.Mode = m.Policy.Input.Mode
		params.Moderation.Policy.Output.Mode = m.Policy.Output.Mode
	}
	if c := e.opts.PromptCache; c != nil {
		params.PromptCacheOptions.Mode, params.PromptCacheOptions.Ttl = c.Mode, c.Ttl
	}
}

func (e *itemEncoder) extras(params *responses.ResponseNewParams, stream bool) {
	extra := e.opts.ExtraFields
	if stream {
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

func textFormat(f *providers.Format) (out responses.ResponseFormatTextConfigUnionParam) {
	if f == nil {
		return out
	}
	switch f.Type {
	case providers.FormatText:
		out.OfText = &shared.ResponseFormatTextParam{}
	case providers.FormatJSON:
		out.OfJSONObject = &shared.ResponseFormatJSONObjectParam{}
	case providers.FormatJSONSchema:
		out.OfJSONSchema = &responses.ResponseFormatTextJSONSchemaConfigParam{
			Name: f.Name, Description: text(f.Description), Strict: opt(f.Strict),
		}
		// Not by the Schema field, whose map would reorder the schema.
		out.OfJSONSchema.SetExtraFields(map[string]any{"schema": f.Schema})
	}
	return out
}

// also adds a value that is not yet there.
func also[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}
