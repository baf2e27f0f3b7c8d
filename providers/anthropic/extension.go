package anthropic

import (
	"maps"
	"slices"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmotel/sdk/providers"
)

// Options are what only this API has. Put a value into Request.Extensions;
// other vendors' adapters ignore it. Zero fields ask for nothing.
type Options struct {
	// Betas are names of beta features, for the header anthropic-beta.
	Betas []string
	// Thinking replaces what Request.Reasoning says of thinking, for the
	// forms that only this API has.
	Thinking *sdk.ThinkingConfigParamUnion
	// CacheControl caches the prompt up to its last cacheable block.
	CacheControl *sdk.CacheControlEphemeralParam
	// Citations asks for citations from all documents of the request.
	Citations bool
	// Container is the container to reuse, or its skills.
	Container *sdk.MessageCreateParamsContainerUnion
	// InferenceGeo says where the model may run ("us").
	InferenceGeo string
	// Speed is "standard" or "fast".
	Speed string
	// Diagnostics names the message to compare with, to explain cache
	// misses.
	Diagnostics *sdk.DiagnosticsParam
	// UserProfileID and WorkspaceID are sent as headers.
	UserProfileID, WorkspaceID string
	// ExtraFields are set in the JSON of the request as they are and win
	// over all other fields: for fields newer than this package or in beta
	// (context_management, mcp_servers).
	ExtraFields map[string]any
}

var _ providers.Extension = Options{}

// ExtensionOf returns "anthropic".
func (Options) ExtensionOf() string { return Name }

// optionsOf joins the Options among the extensions; later ones win, betas add
// up.
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
	o.Betas = append(slices.Clip(o.Betas), later.Betas...)
	set(&o.Thinking, later.Thinking)
	set(&o.CacheControl, later.CacheControl)
	set(&o.Citations, later.Citations)
	set(&o.Container, later.Container)
	set(&o.InferenceGeo, later.InferenceGeo)
	set(&o.Speed, later.Speed)
	set(&o.Diagnostics, later.Diagnostics)
	set(&o.UserProfileID, later.UserProfileID)
	set(&o.WorkspaceID, later.WorkspaceID)
	if len(later.ExtraFields) > 0 {
		extra := maps.Clone(o.ExtraFields)
		if extra == nil {
			extra = make(map[string]any, len(later.ExtraFields))
		}
		maps.Copy(extra, later.ExtraFields)
		o.ExtraFields = extra
	}
}

func set[T comparable](dst *T, v T) {
	var zero T
	if v != zero {
		*dst = v
	}
}
