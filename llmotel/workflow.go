package llmotel

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// WorkflowCall says which workflow is run.
type WorkflowCall struct {
	// Name is the workflow's. Names are metric attributes: there must be few of
	// them.
	Name string
	// ConversationID is the id of the conversation, also for the calls inside.
	ConversationID string
	// Input is what the user asks, where content is recorded; optional.
	Input []providers.Message
}

// WorkflowSpan is a run of a workflow that is under way. Its methods are safe
// for concurrent use; those of a nil WorkflowSpan do nothing.
type WorkflowSpan struct {
	operation
	call WorkflowCall
}

// StartWorkflow begins the INTERNAL span "invoke_workflow {name}" and returns
// the context for what the workflow does: the run of a process of several agents
// or calls, at the entry that users reach. A lone agent needs StartAgent alone.
func (i *Instrumentation) StartWorkflow(ctx context.Context, call WorkflowCall) (context.Context, *WorkflowSpan) {
	call.ConversationID = conversation(ctx, call.ConversationID)
	s := &WorkflowSpan{call: call}
	ctx = s.begin(ctx, i, trace.SpanKindInternal, genai.OperationNameInvokeWorkflow, call.Name, appendString(nil, genai.WorkflowNameKey, call.Name)...)
	ctx = withConversation(ctx, call.ConversationID)
	s.inside = context.WithoutCancel(ctx)
	return ctx, s
}

// StartWorkflow begins a span on OpenTelemetry's global providers; see
// Instrumentation.StartWorkflow.
func StartWorkflow(ctx context.Context, call WorkflowCall) (context.Context, *WorkflowSpan) {
	return defaultInstrumentation().StartWorkflow(ctx, call)
}

// End finishes the span and records gen_ai.invoke_workflow.duration. output is
// what the user gets, where content is recorded; optional. Only the first call
// counts.
func (s *WorkflowSpan) End(output []providers.Message, err error) {
	if s == nil {
		return
	}
	out, ok := s.end(err)
	if !ok {
		return
	}
	m := s.inst.metrics
	m.workflowDuration.Record(s.inside, out.took.Seconds(), m.aroundOf(aroundKey{workflow: s.call.Name, errorType: out.errorType})...)
	docs := s.content(output)
	var kvs []attribute.KeyValue
	if s.inst.metrics.conventions.has(ConventionsNewest) {
		kvs = appendString(kvs, genai.ConversationIDKey, s.call.ConversationID)
	}
	kvs = append(kvs, docs.more...)
	if s.to&toSpan != 0 {
		kvs = docs.append(kvs, s.inst.capture.structured)
	}
	s.finish(out, kvs)
}

// Abort finishes the span as failed unless End has been called: deferred, it
// keeps a panic from leaving a span open.
func (s *WorkflowSpan) Abort() { s.End(nil, aborted{}) }

// content makes the documents of the run.
func (s *WorkflowSpan) content(output []providers.Message) documents {
	if s.to == 0 {
		return documents{}
	}
	b := s.inst.capture.builder()
	b.Request(&providers.Request{Messages: s.call.Input})
	choices := make([]providers.Choice, len(output))
	for n := range output {
		choices[n] = providers.Choice{Message: output[n], FinishReason: providers.FinishStop}
	}
	b.Response(&providers.Response{Choices: choices})
	return s.inst.gather(s.inside, b, s.to, &Content{Operation: genai.OperationNameInvokeWorkflow})
}
