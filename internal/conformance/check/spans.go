package check

import (
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/llmotel/sdk/internal/conformance/registry"
)

const (
	operationKey = "gen_ai.operation.name"
	providerKey  = "gen_ai.provider.name"
	errorTypeKey = "error.type"
)

// notExpected are recommended attributes that an answer may lack though all
// went well: what the request did not set (found by prefix as well), and what
// vendors leave out. The first line is that of upstream's conformance suite.
var notExpected = map[string]bool{
	"gen_ai.tool.description": true, "gen_ai.usage.cache_read.input_tokens": true, "gen_ai.usage.cache_creation.input_tokens": true,
	"gen_ai.embeddings.dimension.count": true, "gen_ai.retrieval.top_k": true,
	"openai.response.system_fingerprint": true, "openai.response.service_tier": true, "aws.bedrock.knowledge_base.id": true, "azure.resource_provider.namespace": true,
	"gen_ai.agent.name":    true, // of metrics; an agent may have none
	"exception.stacktrace": true, "gen_ai.evaluation.explanation": true,
}

func (r *run) span(s sdktrace.ReadOnlySpan) {
	context, v := "span "+s.Name(), valuesOf(s.Attributes())
	r.schemaURL(context, s.InstrumentationScope().SchemaURL)
	r.status(context, s, v)
	for _, e := range s.Events() {
		r.spanEvent(context, e)
	}
	operation := v.text(operationKey)
	if operation == "" {
		r.plain(context, v)
		return
	}
	kind := s.SpanKind().String()
	def := r.reg.SpanFor(operation, kind)
	if def == nil {
		r.found.add(UnknownOperation, context, "no span has the operation %q", operation)
		return
	}
	if kind != def.Kind {
		r.found.add(SpanKind, context, "%s, want %s", kind, def.Kind)
	}
	if want := spanName(def, v); s.Name() != want {
		r.found.add(SpanName, context, "want %q", want)
	}
	uses := def.Uses(v.text(providerKey))
	r.attributes(context, v, uses, false)
	r.expected(context, v, uses)
	r.sampling(context, s, v, uses)
	if v.has("gen_ai.response.time_to_first_chunk") && !v.has("gen_ai.request.stream") {
		r.found.add(ValueRule, context+": gen_ai.response.time_to_first_chunk", "on a call that is no stream")
	}
}

// plain checks a span that is none of the conventions'.
func (r *run) plain(context string, v values) {
	for key, value := range v {
		at := context + ": " + key
		known := r.reg.Find(key)
		switch {
		case strings.HasPrefix(key, ownPrefix):
		case known == nil:
			r.found.add(MissingAttribute, at, "is not in the registry")
		case !known.Core:
			r.found.add(RequiredAbsent, context+": "+operationKey, "is required beside %s", key)
		default:
			r.value(at, known, value, false)
		}
	}
}

// status checks the rules of core docs/general/recording-errors.md.
func (r *run) status(context string, s sdktrace.ReadOnlySpan, v values) {
	status, errorType := s.Status(), v.text(errorTypeKey)
	switch {
	case status.Code == codes.Ok:
		r.found.add(StatusOK, context, "instrumentation leaves the status of a success unset")
	case status.Code == codes.Error && errorType == "":
		r.found.add(ErrorTypeAbsent, context, "the status is an error")
	case status.Code != codes.Error && errorType != "":
		r.found.add(ErrorStatusAbsent, context, "error.type is %q and the status is not an error", errorType)
	}
	if status.Code == codes.Error && status.Description == errorType && errorType != "" {
		r.found.add(StatusDescription, context, "%q repeats error.type", status.Description)
	}
}

func (r *run) spanEvent(context string, e sdktrace.Event) {
	at := context + ": event " + e.Name
	if !strings.HasPrefix(e.Name, ownPrefix) {
		r.found.add(MissingEvent, at, "is no event of a span in the conventions")
	}
	r.plain(at, valuesOf(e.Attributes))
}

// spanName fills the format of the name in: its placeholders in braces with
// attributes, or nothing from the first one on that is unknown.
func spanName(def *registry.Span, v values) string {
	var name []string
	for word := range strings.FieldsSeq(def.Name) {
		if key, ok := strings.CutPrefix(word, "{"); ok {
			word = v.text(strings.TrimSuffix(key, "}"))
		}
		if word == "" {
			break
		}
		name = append(name, word)
	}
	return strings.Join(name, " ")
}

// expected checks for recommended attributes without a condition, where a whole
// answer came.
func (r *run) expected(context string, v values, uses registry.Uses) {
	if v.has(errorTypeKey) || slices.Contains(v["gen_ai.response.finish_reasons"].AsStringSlice(), "error") {
		return
	}
	for _, key := range uses.Keys() {
		use := uses[key]
		if use.Level == registry.Recommended && use.Condition == "" && !v.has(key) &&
			!notExpected[key] && !slices.Contains(r.Untold, key) && !strings.HasPrefix(key, "gen_ai.request.") && r.possible(key, v) {
			r.found.add(RecommendedAbsent, context+": "+key, "is recommended")
		}
	}
}

// possible tells whether operations like this one have the attribute at all:
// metrics for several operations name what only some of their spans have.
func (r *run) possible(key string, v values) bool {
	operation := v.text(operationKey)
	if operation == "" {
		return true
	}
	def := r.reg.SpanFor(operation, "client")
	return def == nil || def.Uses(v.text(providerKey)).Find(key) != nil || !strings.HasPrefix(key, "gen_ai.response.")
}

// sampling checks that samplers saw what they SHOULD see.
func (r *run) sampling(context string, s sdktrace.ReadOnlySpan, v values, uses registry.Uses) {
	started := valuesOf(r.telemetry.Started[s.SpanContext().SpanID()])
	for _, key := range uses.Keys() {
		if uses[key].Sampling && v.has(key) && !started.has(key) {
			r.found.add(LateAttribute, context+": "+key, "was not there when the span started")
		}
	}
}

// operations returns the spans of one type.
func (r *run) spansOf(def *registry.Span) []values {
	var out []values
	for _, s := range r.telemetry.Spans {
		v := valuesOf(s.Attributes())
		if op := v.text(operationKey); op != "" && r.reg.SpanFor(op, s.SpanKind().String()) == def {
			out = append(out, v)
		}
	}
	return out
}

func sum(spans []values, key string) (total int64) {
	for _, v := range spans {
		if x, ok := v[key]; ok && x.Type() == attribute.INT64 {
			total += x.AsInt64()
		}
	}
	return total
}
