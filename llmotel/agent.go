package llmotel

import (
	"context"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// AgentCall says which agent is invoked.
type AgentCall struct {
	// Name and Description are the agent's. Names are metric attributes: there
	// must be few of them.
	Name, Description string
	// Model is the model that the agent runs on; optional.
	Model string
	// ConversationID is the id of the conversation, also for the calls inside.
	ConversationID string
	// DataSourceID is what the agent draws on: a knowledge base.
	DataSourceID string
	// Request supplies sampling options, and content where that is recorded;
	// nil if there is none.
	Request *providers.Request

	// Remote is set if the agent runs elsewhere. Provider, required then, says where,
	// ServerAddress and ServerPort are the server (443 without a port), ID and
	// Version what that service calls the agent.
	Remote        bool
	Provider      string
	ServerAddress string
	ServerPort    int
	ID, Version   string
}

// AgentResult says how an agent fared.
type AgentResult struct {
	FinishReasons []providers.FinishReason
	// Usage is that of the whole run. Its zero value takes the sum of the
	// inference calls inside.
	Usage providers.Usage
	// Response supplies content and finish reasons; optional.
	Response *providers.Response
}

// AgentSpan is an invocation of an agent that is under way. Its methods are
// safe for concurrent use; those of a nil AgentSpan do nothing.
type AgentSpan struct {
	operation
	call   AgentCall
	around frame // the llmotel span that the agent runs inside of

	calls, tools atomic.Int64
	mu           sync.Mutex // held for what follows
	spent        expense
}

// StartAgent begins the span "invoke_agent {name}" and returns the context for
// what the agent does: an INTERNAL span, or CLIENT for a remote agent. The
// inference calls and tool runs under that context are counted for the metrics
// gen_ai.invoke_agent.inference_calls and tool_calls; those of an agent inside
// count for that one.
//
//	ctx, agent := inst.StartAgent(ctx, llmotel.AgentCall{Name: "planner"})
//	defer agent.Abort()
//	...
//	agent.End(llmotel.AgentResult{}, err)
func (i *Instrumentation) StartAgent(ctx context.Context, call AgentCall) (context.Context, *AgentSpan) {
	if call.Model == "" && call.Request != nil {
		call.Model = call.Request.Model
	}
	if call.ServerAddress != "" && call.ServerPort == 0 {
		call.ServerPort = 443
	}
	call.ConversationID = conversation(ctx, call.ConversationID)
	s := &AgentSpan{call: call, around: frameFrom(ctx)}
	kvs := appendString(nil, genai.AgentNameKey, call.Name)
	kvs = appendString(kvs, genai.RequestModelKey, call.Model)
	kind := trace.SpanKindInternal
	if call.Remote {
		kind = trace.SpanKindClient
		kvs = append(kvs, genai.ProviderNameKey.String(utf8Text(call.Provider)))
		kvs = appendServer(kvs, call.ServerAddress, call.ServerPort)
	}
	ctx = s.begin(ctx, i, kind, genai.OperationNameInvokeAgent, call.Name, kvs...)
	ctx = context.WithValue(withConversation(ctx, call.ConversationID), agentKey{}, s)
	s.inside = context.WithoutCancel(ctx)
	return ctx, s
}

// StartAgent begins a span on OpenTelemetry's global providers; see
// Instrumentation.StartAgent.
func StartAgent(ctx context.Context, call AgentCall) (context.Context, *AgentSpan) {
	return defaultInstrumentation().StartAgent(ctx, call)
}

type agentKey struct{}

// agentFrom returns the agent that ctx is inside of, nil if there is none that
// still runs.
func agentFrom(ctx context.Context) *AgentSpan {
	if a, ok := ctx.Value(agentKey{}).(*AgentSpan); ok && !a.ended.Load() {
		return a
	}
	return nil
}

// countCall counts an inference call for the agent that makes it. A layer
// inside another one around the same call counts only if the agent is between
// the two.
func countCall(ctx context.Context, around frame, s *Span) {
	if a := agentFrom(ctx); a != nil && s.inference() && (s.into == nil || a.around == around) {
		a.calls.Add(1)
	}
}

// agent is the agent whose call it is, or nil: see countCall.
func (s *Span) agent() *AgentSpan {
	a := agentFrom(s.around)
	if a == nil || !s.inference() || s.into != nil && a.around.inference != s.into {
		return nil
	}
	return a
}

// called takes what an inference call of the agent's has used.
func (s *AgentSpan) called(e *ending) {
	if s == nil || e.Usage.Completeness == providers.UsageMissing {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent.add(&e.Usage, e.cost)
}

// End finishes the span and records its metrics. Only the first call counts.
func (s *AgentSpan) End(r AgentResult, err error) {
	if s == nil {
		return
	}
	out, ok := s.end(err)
	if !ok {
		return
	}
	s.measure(&out)
	s.finish(out, s.attributes(&r))
}

// Abort finishes the span as failed unless End has been called: deferred, it
// keeps a panic from leaving a span open.
func (s *AgentSpan) Abort() { s.End(AgentResult{}, aborted{}) }

func (s *AgentSpan) measure(out *outcome) {
	m := s.inst.metrics
	if s.call.Remote {
		series := m.of(seriesKey{
			operation: genai.OperationNameInvokeAgent, provider: s.call.Provider, model: s.call.Model,
			address: s.call.ServerAddress, port: s.call.ServerPort, errorType: out.errorType,
		}, attributionOf(s.inside))
		m.operationDuration.Record(s.inside, out.took.Seconds(), series.record...)
		if out.err != nil {
			s.inst.exception(s.inside, out.err, out.message)
		}
		return
	}
	m.agentDuration.Record(s.inside, out.took.Seconds(), m.aroundOf(aroundKey{agent: s.call.Name, model: s.call.Model, errorType: out.errorType})...)
	series := m.aroundOf(aroundKey{agent: s.call.Name})
	m.agentCalls.Record(s.inside, s.calls.Load(), series...)
	m.agentTools.Record(s.inside, s.tools.Load(), series...)
}

// attributes are those known at the end. It also calls the upload hook, which
// does not depend on sampling.
func (s *AgentSpan) attributes(r *AgentResult) []attribute.KeyValue {
	docs := s.content(r)
	if !s.span.IsRecording() {
		return nil
	}
	kvs := make([]attribute.KeyValue, 0, 32)
	kvs = appendString(kvs, genai.AgentDescriptionKey, s.call.Description)
	kvs = appendString(kvs, genai.DataSourceIDKey, s.call.DataSourceID)
	kvs = appendString(kvs, genai.ConversationIDKey, s.call.ConversationID)
	if req := s.call.Request; req != nil {
		kvs = appendSampling(kvs, req)
	}
	on := onAgent
	if s.call.Remote {
		on = onRemoteAgent
		kvs = appendString(kvs, genai.AgentIDKey, s.call.ID)
		kvs = appendString(kvs, genai.AgentVersionKey, s.call.Version)
		if req := s.call.Request; req != nil {
			kvs = appendString(kvs, genai.RequestPreviousResponseIDKey, req.PreviousResponseID)
		}
	}
	reasons, usage := r.FinishReasons, r.Usage
	if resp := r.Response; resp != nil {
		if len(reasons) == 0 {
			reasons = reasonsOf(resp.Choices)
		}
	}
	if len(reasons) > 0 {
		kvs = append(kvs, finishReasons(&Result{FinishReasons: reasons}))
	}
	if usage.Completeness == providers.UsageMissing {
		s.mu.Lock()
		usage = s.spent.usage
		s.mu.Unlock()
	}
	if usage.Validate() == nil {
		kvs = appendTokens(kvs, &usage, s.inst.metrics.conventions, on)
	}
	kvs = append(kvs, docs.more...)
	if s.to&toSpan != 0 {
		kvs = docs.append(kvs, s.inst.capture.structured)
	}
	return kvs
}

// content makes the documents of the run.
func (s *AgentSpan) content(r *AgentResult) documents {
	if s.to == 0 {
		return documents{}
	}
	b := s.inst.capture.builder()
	b.Request(s.call.Request)
	b.Response(r.Response)
	about := &Content{Operation: genai.OperationNameInvokeAgent, Provider: s.call.Provider, Model: s.call.Model}
	if r.Response != nil {
		about.ResponseID = r.Response.ID
	}
	return s.inst.gather(s.inside, b, s.to, about)
}
