package llmotel

import (
	"os"
	"strings"
)

// Conventions is a revision of the GenAI semantic conventions, or several. They
// are in development and rename things; dashboards and other instrumentations
// may still expect the older names.
type Conventions uint8

// The revisions. They differ in the names of metrics for inference (the older
// one has gen_ai.client.operation.duration for every operation and the histogram
// gen_ai.client.token.usage), in gen_ai.usage.cache_creation.input_tokens, which
// became cache_write, and in token counts by modality, which the older one lacks.
const (
	// ConventionsNewest is upstream's commit 06ec68e7 of October 2026. It is the
	// default.
	ConventionsNewest Conventions = 1 << iota
	// ConventionsOlder is upstream's commit 4a39b6ef of August 2026, the one
	// that the conformance suite pins and most backends know.
	ConventionsOlder
	// ConventionsBoth has the attributes of both on spans and the metrics of
	// both, to move from one to the other.
	ConventionsBoth = ConventionsNewest | ConventionsOlder
)

// conventionsVariable is OpenTelemetry's switch between revisions: a list of
// values separated by commas, most of which are for other instrumentations.
const conventionsVariable = "OTEL_SEMCONV_STABILITY_OPT_IN"

// conventionsValues are the values that apply here. Several add up.
var conventionsValues = map[string]Conventions{
	"gen_ai_latest_experimental": ConventionsNewest,
	"gen_ai/4a39b6ef":            ConventionsOlder,
	"gen_ai/dup":                 ConventionsBoth,
}

// conventionsFromEnv returns what the environment asks for; 0 if nothing.
func conventionsFromEnv() Conventions {
	var c Conventions
	for value := range strings.SplitSeq(os.Getenv(conventionsVariable), ",") {
		c |= conventionsValues[strings.TrimSpace(value)]
	}
	return c
}

// WithConventions selects the revision of the GenAI semantic conventions. The
// default is what the environment variable OTEL_SEMCONV_STABILITY_OPT_IN lists:
// gen_ai_latest_experimental is ConventionsNewest, gen_ai/4a39b6ef
// ConventionsOlder, gen_ai/dup ConventionsBoth; without any of them it is
// ConventionsNewest.
func WithConventions(c Conventions) Option {
	return optionFunc(func(cfg config) config {
		cfg.conventions = c
		return cfg
	})
}

// has tells whether revision r is among those selected.
func (c Conventions) has(r Conventions) bool { return c&r != 0 }
