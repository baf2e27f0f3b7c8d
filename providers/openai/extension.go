package openai

import (
	"maps"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
)

// Options are what only this protocol has. Put a value into
// Request.Extensions; other vendors' adapters ignore it. Zero fields ask for
// nothing. Prediction, WebSearch and ToolChoice are of Chat Completions alone;
// the Responses API refuses them.
type Options struct {
	// Prediction is text that much of the answer is expected to repeat.
	Prediction string
	// WebSearch lets the model search, where it can. The Responses API has a
	// tool for that.
	WebSearch *sdk.ChatCompletionNewParamsWebSearchOptions
	// Moderation has input and output classified on the way.
	Moderation *sdk.ChatCompletionNewParamsModeration
	// PromptCache sets mode and least lifetime of the prompt cache.
	PromptCache *sdk.ChatCompletionNewParamsPromptCacheOptions
	// CacheBreakpoints sends the cache hints of system texts and user parts
	// as explicit breakpoints, which older models refuse.
	CacheBreakpoints bool
	// SafetyIdentifier is the successor of Request.User.
	SafetyIdentifier string
	// IncludeObfuscation pads the chunks of a stream against eavesdroppers
	// that measure lengths.
	IncludeObfuscation *bool
	// ToolChoice replaces Request.ToolChoice, for the forms that only this
	// protocol has: a set of allowed tools, or a custom tool.
	ToolChoice *sdk.ChatCompletionToolChoiceOptionUnionParam
	// ExtraFields are set in the JSON of the request as they are and win
	// over all other fields: for fields newer than this package or of one
	// service. The only field that EmbedRequests use.
	ExtraFields map[string]any
}

// ResponsesOptions are what only the Responses API has, to be used beside
// Options. Chat Completions refuses them. Zero fields ask for nothing.
type ResponsesOptions struct {
	// Summary is how much of its thinking the model tells when
	// Request.Reasoning asks for it: "auto", which is the default, "concise"
	// or "detailed".
	Summary string
	// Include asks for further output, such as
	// responses.ResponseIncludableWebSearchCallActionSources.
	Include []responses.ResponseIncludable
	// Conversation is the id of a conversation that the service stores.
	Conversation string
	// MaxToolCalls limits the calls of tools that the service runs.
	MaxToolCalls int64
	// Truncation "auto" drops the oldest input if all is too long.
	Truncation string
	// ToolChoice replaces Request.ToolChoice, for the forms that only this
	// API has.
	ToolChoice *responses.ResponseNewParamsToolChoiceUnion
}

var (
	_ providers.Extension = Options{}
	_ providers.Extension = ResponsesOptions{}
)

// ExtensionOf returns "openai".
func (Options) ExtensionOf() string { return Name }

// ExtensionOf returns "openai".
func (ResponsesOptions) ExtensionOf() string { return Name }

// optionsOf joins the Options among the extensions; later ones win.
func optionsOf(extensions []providers.Extension) Options {
	var out Options
	for _, ext := range extensions {
		switch o := ext.(type) {
		case Options:
			out.merge(o)
		case *Options:
			if o != nil {
				out.merge(*o)
			}
		}
	}
	return out
}

func (o *Options) merge(later Options) {
	extra := o.ExtraFields
	if len(later.ExtraFields) > 0 {
		extra = maps.Clone(extra)
		if extra == nil {
			extra = make(map[string]any, len(later.ExtraFields))
		}
		maps.Copy(extra, later.ExtraFields)
	}
	set(&o.Prediction, later.Prediction)
	set(&o.WebSearch, later.WebSearch)
	set(&o.Moderation, later.Moderation)
	set(&o.PromptCache, later.PromptCache)
	set(&o.CacheBreakpoints, later.CacheBreakpoints)
	set(&o.SafetyIdentifier, later.SafetyIdentifier)
	set(&o.IncludeObfuscation, later.IncludeObfuscation)
	set(&o.ToolChoice, later.ToolChoice)
	o.ExtraFields = extra
}

// responsesOptionsOf joins the ResponsesOptions among the extensions; later ones
// win. The index is that of the first, or -1.
func responsesOptionsOf(extensions []providers.Extension) (out ResponsesOptions, index int) {
	index = -1
	for i, ext := range extensions {
		var o ResponsesOptions
		switch ext := ext.(type) {
		case ResponsesOptions:
			o = ext
		case *ResponsesOptions:
			if ext == nil {
				continue
			}
			o = *ext
		default:
			continue
		}
		if index < 0 {
			index = i
		}
		set(&out.Summary, o.Summary)
		set(&out.Conversation, o.Conversation)
		set(&out.MaxToolCalls, o.MaxToolCalls)
		set(&out.Truncation, o.Truncation)
		set(&out.ToolChoice, o.ToolChoice)
		out.Include = append(out.Include, o.Include...)
	}
	return out, index
}

func set[T comparable](dst *T, v T) {
	var zero T
	if v != zero {
		*dst = v
	}
}
