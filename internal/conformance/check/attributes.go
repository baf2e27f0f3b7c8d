package check

import (
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/internal/conformance/registry"
)

// ownPrefix is the namespace of what the conventions lack.
const ownPrefix = "llmotel."

// openEnums are enums whose values may be others than the listed ones. The
// registry's notes allow it for error.type; there are more providers than it
// lists, and of service tiers the vendor has more.
var openEnums = []string{"error.type", "gen_ai.provider.name", "openai.request.service_tier"}

// values are attributes by key.
type values map[string]attribute.Value

func valuesOf(kvs []attribute.KeyValue) values {
	out := make(values, len(kvs))
	for _, kv := range kvs {
		out[string(kv.Key)] = kv.Value
	}
	return out
}

func (v values) text(key string) string {
	if x, ok := v[key]; ok {
		return x.AsString()
	}
	return ""
}

func (v values) has(key string) bool { _, ok := v[key]; return ok }

// attributes checks what a signal carries against what it may and must carry.
// Structured tells that the signal can hold structured values, as events can.
func (r *run) attributes(context string, v values, uses registry.Uses, structured bool) {
	for key, value := range v {
		at := context + ": " + key
		use, known := uses.Find(key), r.reg.Find(key)
		switch {
		case use != nil:
			r.value(at, use.Attribute, value, structured)
			if use.Level == registry.OptIn && !r.Content {
				r.found.add(ContentUninvited, at, "is opt-in and nobody opted in")
			}
		case strings.HasPrefix(key, ownPrefix):
		case known == nil:
			r.found.add(MissingAttribute, at, "is not in the registry")
		case known.Core: // general attributes may stand on any signal
			r.value(at, known, value, structured)
		default:
			r.found.add(Undeclared, at, "is not declared for this signal")
		}
	}
	for _, key := range uses.Keys() {
		if use := uses[key]; use.Level == registry.Required && !v.has(key) {
			r.found.add(RequiredAbsent, context+": "+key, "is required")
		}
	}
	r.rules(context, v, uses)
}

func (r *run) value(at string, a *registry.Attribute, v attribute.Value, structured bool) {
	if !typeFits(a.ValueType(), v.Type()) {
		r.found.add(TypeMismatch, at, "is a %s, want %s", v.Type(), a.ValueType())
		return
	}
	if v.Type() == attribute.STRING && v.AsString() == "" {
		r.found.add(ValueRule, at, "is empty")
	}
	if len(a.Members) > 0 && !slices.Contains(openEnums, a.Key) && !slices.Contains(a.Members, v.AsString()) {
		r.found.add(UndefinedVariant, at, "%q is not among %q", v.AsString(), a.Members)
	}
	if a.ValueType() == "any" {
		if structured && v.Type() == attribute.STRING {
			r.found.add(ContentFlat, at, "is a string, want a structured value")
		}
		r.content(at, a.Key, v)
	}
}

func typeFits(want string, got attribute.Type) bool {
	switch want {
	case "string":
		return got == attribute.STRING
	case "int":
		return got == attribute.INT64
	case "double":
		return got == attribute.FLOAT64
	case "boolean":
		return got == attribute.BOOL
	case "string[]":
		return got == attribute.STRINGSLICE
	case "any":
		return got == attribute.STRING || got == attribute.SLICE || got == attribute.MAP
	}
	return false
}

// subsets are token counts that are part of another. Source: registry.yaml,
// notes of gen_ai.usage.*: each part SHOULD be included in the whole.
var subsets = []struct {
	whole string
	parts []string // that do not overlap
}{
	{"gen_ai.usage.input_tokens", []string{"gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"}},
	{"gen_ai.usage.input_tokens", []string{"gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens"}},
	{"gen_ai.usage.input_tokens", []string{"gen_ai.usage.text.input_tokens", "gen_ai.usage.image.input_tokens", "gen_ai.usage.audio.input_tokens"}},
	{"gen_ai.usage.output_tokens", []string{"gen_ai.usage.reasoning.output_tokens"}},
	{"gen_ai.usage.output_tokens", []string{"gen_ai.usage.text.output_tokens", "gen_ai.usage.image.output_tokens", "gen_ai.usage.audio.output_tokens"}},
	{"gen_ai.usage.cache_read.input_tokens", []string{"gen_ai.usage.text.cache_read.input_tokens", "gen_ai.usage.image.cache_read.input_tokens", "gen_ai.usage.audio.cache_read.input_tokens"}},
	{"gen_ai.usage.text.input_tokens", []string{"gen_ai.usage.text.cache_read.input_tokens"}},
	{"gen_ai.usage.image.input_tokens", []string{"gen_ai.usage.image.cache_read.input_tokens"}},
	{"gen_ai.usage.audio.input_tokens", []string{"gen_ai.usage.audio.cache_read.input_tokens"}},
}

// rules checks values that the registry's notes bind together.
func (r *run) rules(context string, v values, uses registry.Uses) {
	for _, key := range []string{"gen_ai.request.stream", "gen_ai.conversation.compacted"} {
		if x, ok := v[key]; ok && !x.AsBool() {
			r.found.add(ValueRule, context+": "+key, "is false, which is said by leaving it out")
		}
	}
	if x, ok := v["gen_ai.request.choice.count"]; ok && x.AsInt64() == 1 {
		r.found.add(ValueRule, context+": gen_ai.request.choice.count", "is 1, which is said by leaving it out")
	}
	if use := uses["server.port"]; use != nil && v.has("server.address") && !v.has("server.port") && !strings.Contains(use.Condition, "443") {
		r.found.add(RequiredAbsent, context+": server.port", "is required where server.address is set")
	}
	if v.has("server.port") && !v.has("server.address") {
		r.found.add(ValueRule, context+": server.port", "stands without server.address")
	}
	if v.has("gen_ai.prompt.version") && !v.has("gen_ai.prompt.name") {
		r.found.add(ValueRule, context+": gen_ai.prompt.version", "stands without gen_ai.prompt.name")
	}
	for key, x := range v {
		if strings.HasPrefix(key, "gen_ai.usage.") && x.AsInt64() < 0 {
			r.found.add(ValueRule, context+": "+key, "is negative")
		}
	}
	for _, s := range subsets {
		var sum int64
		for _, part := range s.parts {
			sum += v[part].AsInt64()
		}
		if whole := v[s.whole].AsInt64(); sum > whole {
			r.found.add(TokenSubset, context+": "+s.whole, "is %d, less than %d of %q", whole, sum, s.parts)
		}
	}
}
