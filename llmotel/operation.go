package llmotel

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// operation is a span around calls: what those of agents, tools, workflows and
// retrievals have in common. It leaves no Record.
type operation struct {
	inst   *Instrumentation
	span   trace.Span
	inside context.Context // once started never cancelled
	begun  time.Time
	ended  flag
	to     destinations
}

// begin starts the span and returns its context. name may be empty.
func (o *operation) begin(ctx context.Context, i *Instrumentation, kind trace.SpanKind, operation, name string, attrs ...attribute.KeyValue) context.Context {
	o.inst, o.begun = i, time.Now()
	attrs = append(attrs, genai.OperationNameKey.String(operation))
	title := operation
	if name != "" {
		title += " " + utf8Text(name)
	}
	o.inside, o.span = i.tracer.Start(ctx, title, trace.WithSpanKind(kind), trace.WithAttributes(attrs...)) //nolint:spancheck // finish ends it
	o.to = i.destinations(o.inside, o.span) &^ toEvent                                                      // the details event is for inference
	return o.inside
}

// outcome is how an operation ended.
type outcome struct {
	err                error
	errorType, message string
	took               time.Duration
}

// end freezes the operation; it reports false if that was done before.
func (o *operation) end(err error) (outcome, bool) {
	if o.ended.Swap(true) {
		return outcome{}, false
	}
	out := outcome{err: err, took: time.Since(o.begun)}
	if err != nil {
		out.errorType, out.message = o.inst.operationError(o.inside, err)
	}
	return out, true
}

// operationError is the error type and the safe description of a failure around calls.
func (i *Instrumentation) operationError(ctx context.Context, err error) (errorType, message string) {
	f := failureOf(err)
	if _, ok := err.(aborted); ok { //nolint:errorlint // never wrapped
		f.message = err.Error()
	}
	return errorTypeOf(err), i.clean(ctx, f.message, unknownFailure)
}

// errorTypeOf is one of our kinds of error or, for errors of others, their Go
// type: there are only so many in a program.
func errorTypeOf(err error) string {
	if kind := failureOf(err).kind; kind != providers.KindUnknown {
		return string(kind)
	}
	return causeType(err)
}

// finish writes attributes and status and ends the span.
func (o *operation) finish(out outcome, kvs []attribute.KeyValue) {
	if o.span.IsRecording() {
		if out.err != nil {
			kvs = append(kvs, genai.ErrorTypeKey.String(out.errorType))
			o.span.SetStatus(codes.Error, out.message)
		}
		o.span.SetAttributes(kvs...)
	}
	o.span.End()
}

// conversation returns the id under which calls of ctx are part of a
// conversation: the attribution's or else the one given.
func conversation(ctx context.Context, id string) string {
	if a := attributionOf(ctx); a != nil && a.Conversation != "" {
		return a.Conversation
	}
	return id
}

// withConversation hands the id of a conversation on to the calls inside.
func withConversation(ctx context.Context, id string) context.Context {
	if id == "" || conversation(ctx, "") != "" {
		return ctx
	}
	return WithAttribution(ctx, Attribution{Conversation: id})
}

// aborted is the error of what ended without saying how.
type aborted struct{}

func (aborted) Error() string     { return "ended without a result" }
func (aborted) ErrorType() string { return string(providers.KindPanic) }

// aroundKey is what tells apart the attribute sets of the metrics of agents,
// tools and workflows.
type aroundKey struct {
	agent, model, tool, toolType, workflow, errorType string
}

// aroundOf returns the attribute set of a key. Beyond the limit of series names
// become "_OTHER".
func (in *instruments) aroundOf(k aroundKey) []metric.RecordOption {
	if o, ok := in.around.Get(k); ok {
		return o
	}
	if in.made.Load() >= int64(in.limit) {
		k = k.bounded()
		if o, ok := in.around.Get(k); ok {
			return o
		}
	}
	in.made.Add(1)
	var kvs []attribute.KeyValue
	kvs = appendString(kvs, genai.AgentNameKey, k.agent)
	kvs = appendString(kvs, genai.RequestModelKey, k.model)
	kvs = appendString(kvs, genai.ToolNameKey, k.tool)
	kvs = appendString(kvs, genai.ToolTypeKey, k.toolType)
	kvs = appendString(kvs, genai.WorkflowNameKey, k.workflow)
	kvs = appendString(kvs, genai.ErrorTypeKey, k.errorType)
	return in.around.Put(k, []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(kvs...))})
}

func (k aroundKey) bounded() aroundKey {
	for _, s := range []*string{&k.agent, &k.model, &k.tool, &k.toolType, &k.workflow} {
		if *s != "" {
			*s = other
		}
	}
	return k
}
