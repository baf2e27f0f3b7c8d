package check

import (
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

const (
	detailsEvent    = "gen_ai.client.inference.operation.details"
	exceptionEvent  = "gen_ai.client.operation.exception"
	evaluationEvent = "gen_ai.evaluation.result"
)

// severities of events. Source: events.yaml, notes.
var severities = map[string]log.Severity{
	detailsEvent:   log.SeverityDebug,
	exceptionEvent: log.SeverityWarn,
}

func (r *run) event(e *sdklog.Record) {
	context := "event " + e.EventName()
	r.schemaURL(context, e.InstrumentationScope().SchemaURL)
	v := values{}
	e.WalkAttributes(func(kv attribute.KeyValue) bool {
		v[string(kv.Key)] = kv.Value
		return true
	})
	def := r.reg.Events[e.EventName()]
	if def == nil {
		if !strings.HasPrefix(e.EventName(), ownPrefix) {
			r.found.add(MissingEvent, context, "is not in the registry")
		}
		r.plain(context, v)
		return
	}
	if want, ok := severities[e.EventName()]; ok && e.Severity() != want {
		r.found.add(Severity, context, "%s, want %s", e.Severity(), want)
	}
	uses := def.Uses(v.text(providerKey))
	r.attributes(context, v, uses, true)
	r.expected(context, v, uses)
	switch e.EventName() {
	case exceptionEvent:
		if !v.has("exception.type") && !v.has("exception.message") {
			r.found.add(RequiredAbsent, context+": exception.type", "is required without exception.message")
		}
		r.parent(context, e)
	case evaluationEvent:
		if !e.SpanID().IsValid() && !v.has("gen_ai.response.id") {
			r.found.add(EventParent, context, "neither parent nor gen_ai.response.id")
		}
	case detailsEvent:
		r.parent(context, e)
		r.sameAsSpan(context, e, v)
	}
}

func (r *run) parent(context string, e *sdklog.Record) {
	if !e.SpanID().IsValid() {
		r.found.add(EventParent, context, "is not part of a span")
	}
}

// sameAsSpan checks that the details of a call are those of its span. Content
// may be on either of them alone.
func (r *run) sameAsSpan(context string, e *sdklog.Record, v values) {
	for _, s := range r.telemetry.Spans {
		if s.SpanContext().SpanID() != e.SpanID() {
			continue
		}
		for key, want := range valuesOf(s.Attributes()) {
			use := r.reg.Inference().Uses(v.text(providerKey)).Find(key)
			if use == nil || use.ValueType() == "any" {
				continue
			}
			if got, ok := v[key]; !ok || got.String() != want.String() {
				r.found.add(SpanMetric, context+": "+key, "is %q, on the span %q", got.String(), want.String())
			}
		}
		return
	}
	r.found.add(EventParent, context, "there is no such span")
}
