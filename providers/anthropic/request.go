package anthropic

import (
	"encoding/json"
	"fmt"
	"maps"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/anthropics/anthropic-sdk-go/packages/param"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// parameters are the SDK's parameters of one request.
type parameters struct {
	body    sdk.MessageNewParams
	headers []option.RequestOption
}

// encoder turns one request into parameters.
type encoder struct {
	adapter.Call
	defaults
	opts Options
}

// encode checks the request and returns its parameters.
func (p *Provider) encode(req *providers.Request, stream bool) (parameters, error) {
	var out parameters
	if err := req.Validate(); err != nil {
		return out, p.call("").Refuse(err)
	}
	e := encoder{p.call(req.Model), p.defaults, optionsOf(req.Extensions)}
	if err := e.refuse(req); err != nil {
		return out, err
	}
	if err := e.messages(&out.body, req); err != nil {
		return out, err
	}
	var err error
	if out.body.Tools, err = e.tools(req.Tools); err != nil {
		return out, err
	}
	e.sampling(&out.body, req)
	e.reasoning(&out.body, req.Reasoning)
	e.extras(&out, stream)
	out.body.ToolChoice = toolChoice(req)
	if f := req.Format; f != nil && f.Type == providers.FormatJSONSchema {
		out.body.OutputConfig.Format = param.Override[sdk.JSONOutputFormatParam](map[string]any{
			"type": "json_schema", "schema": f.Schema, // not by the typed field, whose map would reorder the schema
		})
	}
	return out, nil
}

// refuse reports the first option that the API does not have.
func (e *encoder) refuse(req *providers.Request) error {
	for _, missing := range []struct {
		field string
		used  bool
	}{
		{"frequencyPenalty", req.FrequencyPenalty != nil},
		{"presencePenalty", req.PresencePenalty != nil},
		{"seed", req.Seed != nil},
		{"logitBias", len(req.LogitBias) > 0},
		{"topLogprobs", req.TopLogprobs != nil},
		{"choices", req.Choices > 1},
		{"previousResponseID", req.PreviousResponseID != ""},
		{"store", req.Store != nil && *req.Store},
	} {
		if missing.used {
			return e.Unsupported(missing.field, "does not exist in the Messages API")
		}
	}
	for i, m := range req.OutputModalities {
		if m != providers.ModalityText {
			return e.Unsupported(fmt.Sprintf("outputModalities[%d]", i), "the Messages API answers with text")
		}
	}
	if req.Format != nil && req.Format.Type == providers.FormatJSON {
		return e.Unsupported("format.type", "JSON needs a schema here; use json_schema")
	}
	return nil
}

func (e *encoder) sampling(body *sdk.MessageNewParams, req *providers.Request) {
	body.Model = req.Model
	body.MaxTokens = req.MaxOutputTokens
	if body.MaxTokens == 0 {
		body.MaxTokens = e.maxTokens
		if req.Reasoning != nil {
			body.MaxTokens += req.Reasoning.BudgetTokens // which max_tokens must exceed
		}
	}
	body.Temperature = opt(req.Temperature)
	body.TopP = opt(req.TopP)
	body.TopK = opt(req.TopK)
	body.StopSequences = req.StopSequences
	body.ServiceTier = sdk.MessageNewParamsServiceTier(req.ServiceTier)
	body.Metadata.UserID = text(req.User)
}

func (e *encoder) reasoning(body *sdk.MessageNewParams, r *providers.Reasoner) {
	switch {
	case r == nil:
	case r.Disabled:
		disabled := sdk.NewThinkingConfigDisabledParam()
		body.Thinking.OfDisabled = &disabled
	case r.BudgetTokens > 0:
		body.Thinking.OfEnabled = &sdk.ThinkingConfigEnabledParam{BudgetTokens: r.BudgetTokens}
		if r.Include {
			body.Thinking.OfEnabled.Display = sdk.ThinkingConfigEnabledDisplaySummarized
		}
	case r.Include:
		body.Thinking.OfAdaptive = &sdk.ThinkingConfigAdaptiveParam{Display: sdk.ThinkingConfigAdaptiveDisplaySummarized}
	}
	if r != nil {
		body.OutputConfig.Effort = sdk.OutputConfigEffort(r.Effort)
	}
	if e.opts.Thinking != nil {
		body.Thinking = *e.opts.Thinking
	}
}

func (e *encoder) extras(out *parameters, stream bool) {
	o, body := &e.opts, &out.body
	body.InferenceGeo = text(o.InferenceGeo)
	body.Speed = sdk.MessageNewParamsSpeed(o.Speed)
	if o.CacheControl != nil {
		body.CacheControl = *o.CacheControl
	}
	if o.Container != nil {
		body.Container = *o.Container
	}
	if o.Diagnostics != nil {
		body.Diagnostics = *o.Diagnostics
	}
	for _, beta := range o.Betas {
		out.headers = append(out.headers, option.WithHeaderAdd("anthropic-beta", beta))
	}
	if o.UserProfileID != "" {
		out.headers = append(out.headers, option.WithHeader("anthropic-user-profile-id", o.UserProfileID))
	}
	if o.WorkspaceID != "" {
		out.headers = append(out.headers, option.WithHeader("anthropic-workspace-id", o.WorkspaceID))
	}
	extra := o.ExtraFields
	if stream {
		with := map[string]any{}
		maps.Copy(with, extra)
		with["stream"] = true
		extra = with
	}
	if len(extra) > 0 {
		body.SetExtraFields(extra)
	}
}

func (e *encoder) tools(tools []providers.Tool) ([]sdk.ToolUnionParam, error) {
	if len(tools) == 0 {
		return nil, nil
	}
	out := make([]sdk.ToolUnionParam, len(tools))
	for i := range tools {
		t := &tools[i]
		if t.Builtin != nil {
			if !e.mine(t.Builtin.Provider) {
				return nil, e.Unsupported(fmt.Sprintf("tools[%d].builtin", i), "is a tool of another vendor")
			}
			out[i] = param.Override[sdk.ToolUnionParam](t.Builtin.JSON)
			continue
		}
		schema := json.RawMessage(`{"type":"object"}`)
		if len(t.Parameters) > 0 {
			schema = t.Parameters
		}
		out[i].OfTool = &sdk.ToolParam{
			Name: t.Name, Description: text(t.Description), Strict: opt(t.Strict),
			InputSchema: param.Override[sdk.ToolInputSchemaParam](schema), CacheControl: cacheControl(t.Cache),
		}
	}
	return out, nil
}

// mine reports whether opaque values of that vendor can be sent here: the
// service's own, and Anthropic's, whose protocol it is.
func (e *encoder) mine(vendor string) bool { return vendor == e.name || vendor == Name }

func toolChoice(req *providers.Request) (out sdk.ToolChoiceUnionParam) {
	var single param.Opt[bool]
	if req.ParallelToolCalls != nil {
		single = sdk.Bool(!*req.ParallelToolCalls)
	}
	switch req.ToolChoice.Mode {
	case providers.ToolChoiceAuto:
		if req.ParallelToolCalls != nil && len(req.Tools) > 0 {
			out.OfAuto = &sdk.ToolChoiceAutoParam{DisableParallelToolUse: single}
		}
	case providers.ToolChoiceNone:
		none := sdk.NewToolChoiceNoneParam()
		out.OfNone = &none
	case providers.ToolChoiceRequired:
		out.OfAny = &sdk.ToolChoiceAnyParam{DisableParallelToolUse: single}
	case providers.ToolChoiceNamed:
		out.OfTool = &sdk.ToolChoiceToolParam{Name: req.ToolChoice.Name, DisableParallelToolUse: single}
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
