package llmotel

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// ToolCall says which tool is run.
type ToolCall struct {
	// Name is the tool's; required. It is a metric attribute: record only tools
	// that exist, not what a model made up.
	Name string
	// ID is the id of the model's call.
	ID string
	// Type is "function", "extension" or "datastore".
	Type string
	// Description is what the tool does.
	Description string
	// Arguments is the JSON text of the call; recorded where content is.
	Arguments string
}

// ToolSpan is a run of a tool that is under way. Its methods are safe for
// concurrent use; those of a nil ToolSpan do nothing.
type ToolSpan struct {
	operation
	call  ToolCall
	agent string
}

// StartTool begins the INTERNAL span "execute_tool {name}" and returns the
// context for the tool. The run counts for the agent that ctx is inside of.
func (i *Instrumentation) StartTool(ctx context.Context, call ToolCall) (context.Context, *ToolSpan) {
	s := &ToolSpan{call: call}
	if a := agentFrom(ctx); a != nil {
		s.agent = a.call.Name
		a.tools.Add(1)
	}
	kvs := []attribute.KeyValue{genai.ToolNameKey.String(utf8Text(call.Name))}
	kvs = appendString(kvs, genai.ToolTypeKey, call.Type)
	kvs = appendString(kvs, genai.AgentNameKey, s.agent)
	ctx = s.begin(ctx, i, trace.SpanKindInternal, genai.OperationNameExecuteTool, call.Name, kvs...)
	s.inside = context.WithoutCancel(ctx)
	return ctx, s
}

// StartTool begins a span on OpenTelemetry's global providers; see
// Instrumentation.StartTool.
func StartTool(ctx context.Context, call ToolCall) (context.Context, *ToolSpan) {
	return defaultInstrumentation().StartTool(ctx, call)
}

// End finishes the span and records gen_ai.execute_tool.duration. The result,
// JSON or text, is recorded where content is, unless the tool failed. Only the
// first call counts.
func (s *ToolSpan) End(result string, err error) {
	if s == nil {
		return
	}
	out, ok := s.end(err)
	if !ok {
		return
	}
	m := s.inst.metrics
	m.toolDuration.Record(s.inside, out.took.Seconds(), m.aroundOf(aroundKey{
		tool: s.call.Name, toolType: s.call.Type, agent: s.agent, errorType: out.errorType,
	})...)
	kvs := appendString(nil, genai.ToolCallIDKey, s.call.ID)
	kvs = appendString(kvs, genai.ToolDescriptionKey, s.call.Description)
	if m.conventions.has(ConventionsNewest) {
		kvs = appendString(kvs, genai.ConversationIDKey, conversation(s.inside, ""))
	}
	if s.to&toSpan != 0 {
		kvs = s.inst.appendObject(kvs, s.inside, genai.ToolCallArgumentsKey, "arguments", s.call.Arguments)
		if err == nil {
			kvs = s.inst.appendObject(kvs, s.inside, genai.ToolCallResultKey, "result", result)
		}
	}
	s.finish(out, kvs)
}

// Abort finishes the span as failed unless End has been called: deferred, it
// keeps a panic from leaving a span open.
func (s *ToolSpan) Abort() { s.End("", aborted{}) }

// appendObject adds the arguments or the result of a tool, redacted. Text that is
// no JSON object becomes the member called name of one, as the schemas want.
func (i *Instrumentation) appendObject(kvs []attribute.KeyValue, ctx context.Context, key attribute.Key, name, text string) (out []attribute.KeyValue) { //nolint:revive // as all append functions
	if text == "" {
		return kvs
	}
	defer func() {
		if recover() != nil {
			i.drop(ctx, "content", genai.ReasonPanic)
			out = kvs
		}
	}()
	doc := i.capture.encoder.Object(nil, name, text, i.capture.limit)
	return append(kvs, contentAttribute(key, string(doc), i.capture.structured))
}
