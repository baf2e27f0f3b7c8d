package llmotel

import (
	"context"
	"maps"
	"slices"

	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/genai"
)

type promptVariablesKey struct{}

// WithPromptVariables returns a context under which inference calls carry the
// values that were put into a prompt template, as gen_ai.prompt.variable.{name}.
// They are content: recorded, redacted, where WithContentCapture says. The
// template's name belongs into WithAttribution. The map is copied.
func WithPromptVariables(ctx context.Context, variables map[string]string) context.Context {
	return context.WithValue(ctx, promptVariablesKey{}, maps.Clone(variables))
}

func (i *Instrumentation) appendPromptVariables(kvs []attribute.KeyValue, ctx context.Context) []attribute.KeyValue { //nolint:revive // as all append functions
	variables, _ := ctx.Value(promptVariablesKey{}).(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if value := i.captured(ctx, variables[name]); value != "" {
			kvs = append(kvs, genai.PromptVariableKey(utf8Text(name)).String(value))
		}
	}
	return kvs
}
