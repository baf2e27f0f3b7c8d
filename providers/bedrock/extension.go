package bedrock

import (
	"maps"

	"github.com/llmotel/sdk/providers"
)

// Options are what only Bedrock has. Put a value into Request.Extensions; other
// vendors' adapters ignore it. Zero fields ask for nothing.
type Options struct {
	// Guardrail checks the prompt and the answer.
	Guardrail Guardrail
	// Latency is "standard" or "optimized".
	Latency string
	// ModelFields are sent to the model as they are, beside the fields that
	// Converse knows (additionalModelRequestFields), and win over those that
	// the request's own options set there. In embedding requests they are
	// fields of the body ("input_type", "normalize").
	ModelFields map[string]any
	// ResponseFields are JSON pointers to fields of the model's own answer
	// that Response.Raw shall have. With "/stop_sequence" models of Anthropic
	// tell which stop sequence ended the answer.
	ResponseFields []string
	// Citations asks for citations from all documents of the request.
	Citations bool
	// PromptVariables fill in a prompt of the prompt management, whose ARN is
	// then the model.
	PromptVariables map[string]string
}

// Guardrail is a guardrail of the account.
type Guardrail struct {
	// ID is the guardrail's id or ARN, Version a number or "DRAFT".
	ID, Version string
	// Trace is "enabled", "enabled_full" or "disabled": whether Response.Raw
	// tells what the guardrail found.
	Trace string
	// StreamMode is "sync", which holds text back until it is checked, or
	// "async". It applies to streams alone.
	StreamMode string
}

var _ providers.Extension = Options{}

// ExtensionOf returns "aws.bedrock".
func (Options) ExtensionOf() string { return Name }

// GuardrailID returns the guardrail's id, for telemetry, which does not know this
// package (aws.bedrock.guardrail.id).
func (o Options) GuardrailID() string { return o.Guardrail.ID }

// optionsOf joins the Options among the extensions; later ones win, field by
// field in maps.
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
	set(&o.Guardrail, later.Guardrail)
	set(&o.Latency, later.Latency)
	set(&o.Citations, later.Citations)
	if len(later.ResponseFields) > 0 {
		o.ResponseFields = later.ResponseFields
	}
	o.ModelFields = join(o.ModelFields, later.ModelFields)
	o.PromptVariables = join(o.PromptVariables, later.PromptVariables)
}

// join returns the fields of both maps without changing either.
func join[V any](first, later map[string]V) map[string]V {
	if len(first) == 0 {
		return later
	}
	if len(later) == 0 {
		return first
	}
	out := maps.Clone(first)
	maps.Copy(out, later)
	return out
}

func set[T comparable](dst *T, v T) {
	var zero T
	if v != zero {
		*dst = v
	}
}
