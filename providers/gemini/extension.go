package gemini

import (
	"maps"
	"slices"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
)

// Options are what only this API has. Put a value into Request.Extensions;
// other vendors' adapters ignore it. Zero fields ask for nothing.
type Options struct {
	// CachedContent names a context cache ("cachedContents/abc").
	CachedContent string
	// SafetySettings replace the service's thresholds.
	SafetySettings []*sdk.SafetySetting
	// Thinking replaces what Request.Reasoning says.
	Thinking *sdk.ThinkingConfig
	// Speech replaces what Request.Voice says.
	Speech *sdk.SpeechConfig
	// Image says how generated images look.
	Image *sdk.ImageConfig
	// MediaResolution is how closely media of the request are looked at.
	MediaResolution sdk.MediaResolution
	// Retrieval holds place and language for grounding tools.
	Retrieval *sdk.RetrievalConfig
	// ModelArmor names templates that screen prompt and answer (Vertex AI).
	ModelArmor *sdk.ModelArmorConfig
	// Labels are sent beside Request.Metadata, and win over it.
	Labels map[string]string
	// TaskType and Title are for embeddings ("RETRIEVAL_DOCUMENT").
	TaskType, Title string
	// ExtraFields are merged into the JSON of the request and win over all
	// other fields: for fields newer than this package. Objects are merged
	// field by field.
	ExtraFields map[string]any
}

var _ providers.Extension = Options{}

// ExtensionOf returns "gcp.gemini".
func (Options) ExtensionOf() string { return Name }

// optionsOf joins the Options among the extensions; later ones win, safety
// settings add up.
func optionsOf(extensions []providers.Extension) Options {
	var out Options
	for _, ext := range extensions {
		switch o := ext.(type) {
		case Options:
			out.join(o)
		case *Options:
			if o != nil {
				out.join(*o)
			}
		}
	}
	return out
}

func (o *Options) join(later Options) {
	set(&o.CachedContent, later.CachedContent)
	o.SafetySettings = append(slices.Clip(o.SafetySettings), later.SafetySettings...)
	set(&o.Thinking, later.Thinking)
	set(&o.Speech, later.Speech)
	set(&o.Image, later.Image)
	set(&o.MediaResolution, later.MediaResolution)
	set(&o.Retrieval, later.Retrieval)
	set(&o.ModelArmor, later.ModelArmor)
	set(&o.TaskType, later.TaskType)
	set(&o.Title, later.Title)
	if len(later.Labels) > 0 {
		labels := make(map[string]string, len(o.Labels)+len(later.Labels))
		maps.Copy(labels, o.Labels)
		maps.Copy(labels, later.Labels)
		o.Labels = labels
	}
	if len(later.ExtraFields) > 0 {
		extra := make(map[string]any, len(o.ExtraFields)+len(later.ExtraFields))
		merge(extra, o.ExtraFields)
		merge(extra, later.ExtraFields)
		o.ExtraFields = extra
	}
}

func set[T comparable](dst *T, v T) {
	var zero T
	if v != zero {
		*dst = v
	}
}

// merge copies fields into an object, objects field by field. What is copied
// shares no map with its source.
func merge(dst, src map[string]any) {
	for name, v := range src {
		from, ok := v.(map[string]any)
		if !ok {
			dst[name] = v
			continue
		}
		into, ok := dst[name].(map[string]any)
		if !ok {
			into = make(map[string]any, len(from))
			dst[name] = into
		}
		merge(into, from)
	}
}
