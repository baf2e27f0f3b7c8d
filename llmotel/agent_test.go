package llmotel_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// aRun is an agent that calls the model twice and a tool once, and asks another
// agent, inside a workflow.
func aRun(ctx context.Context, inst *llmotel.Instrumentation) {
	p := inst.Wrap(&scripted{name: "openai", generate: answers(answer(), nil)})
	ctx, flow := inst.StartWorkflow(ctx, llmotel.WorkflowCall{
		Name: "support", ConversationID: "conv-1", Input: []providers.Message{providers.UserText("Where is ada@example.com?")},
	})
	defer flow.Abort()
	inside, agent := inst.StartAgent(ctx, llmotel.AgentCall{
		Name: "planner", Description: "plans", DataSourceID: "kb-1", Request: fullRequest(), ID: "not for agents in the process",
	})
	defer agent.Abort()
	_, _ = p.Generate(inside, chatty())
	toolCtx, tool := inst.StartTool(inside, llmotel.ToolCall{
		Name: "find", ID: "call_1", Type: "function", Description: "finds people", Arguments: `{"who":"ada@example.com"}`,
	})
	_, search := inst.StartRetrieval(toolCtx, llmotel.RetrievalCall{
		DataSourceID: "people", Provider: "openai", Model: "text-embedding-3-small", ServerAddress: "vectors.example.com", TopK: 3, Query: "Ada",
	})
	time.Sleep(time.Second)
	search.End([]llmotel.RetrievedDocument{{ID: "doc-1", Score: 0.9}, {ID: "doc-2", Score: 0.5}}, nil)
	tool.End("in London", nil)
	helperCtx, helper := inst.StartAgent(inside, llmotel.AgentCall{Name: "helper"})
	_, _ = p.Generate(helperCtx, chatty())
	_, failing := inst.StartTool(helperCtx, llmotel.ToolCall{Name: "read"})
	failing.End("what was read", &fs.PathError{Op: "open", Path: "/home/ada", Err: fs.ErrNotExist})
	helper.End(llmotel.AgentResult{}, nil)
	_, remote := inst.StartAgent(inside, llmotel.AgentCall{
		Name: "translator", Description: "translates", Remote: true, Provider: "aws.bedrock", Model: "m", ServerAddress: "agents.example.com",
		ID: "agent-7", Version: "3", Request: &providers.Request{PreviousResponseID: "resp_0"},
	})
	remote.End(llmotel.AgentResult{Usage: everyClass()}, &providers.Error{Provider: "aws.bedrock", Kind: providers.KindOverloaded, StatusCode: 503})
	_, _ = p.Generate(inside, chatty())
	agent.End(llmotel.AgentResult{Response: answer()}, nil)
	flow.End([]providers.Message{providers.AssistantText("in London")}, nil)
}

func TestSpansAroundCalls(t *testing.T) {
	golden(t, "around_calls", nil, aRun)
	golden(t, "around_calls_content", []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpansAndEvents)}, aRun)
	golden(t, "around_calls_failed", []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpans)}, func(ctx context.Context, inst *llmotel.Instrumentation) {
		failed := &providers.Error{Provider: "openai", Kind: providers.KindServerError, StatusCode: 500}
		_, flow := inst.StartWorkflow(ctx, llmotel.WorkflowCall{Name: "support"})
		flow.End(nil, failed)
		_, agent := inst.StartAgent(ctx, llmotel.AgentCall{Name: "planner"})
		agent.End(llmotel.AgentResult{}, failed)
		_, tool := inst.StartTool(ctx, llmotel.ToolCall{Name: "find", Arguments: "no JSON"})
		tool.End("none", failed)
		_, search := inst.StartRetrieval(ctx, llmotel.RetrievalCall{DataSourceID: "people", Query: "Ada"})
		search.End(nil, failed)
	})
	golden(t, "older_around_calls", []llmotel.Option{llmotel.WithConventions(llmotel.ConventionsOlder)}, aRun)
}

// counts returns what a histogram of whole numbers has recorded, by the value of
// an attribute.
func counts(t *testing.T, rec *oteltest.Recorder, metric, key string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for _, p := range rec.Metrics(t)[metric].Data.(metricdata.Histogram[int64]).DataPoints {
		for _, kv := range p.Attributes.ToSlice() {
			if string(kv.Key) == key {
				out[kv.Value.AsString()] = p.Sum
			}
		}
	}
	return out
}

func TestAgentsCountTheirOwnCalls(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	p := inst.Wrap(newCanned())
	twice := inst.Wrap(hideAddress{p})
	call := func(ctx context.Context) {
		if _, err := twice.Generate(ctx, request()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, outer := inst.StartAgent(t.Context(), llmotel.AgentCall{Name: "outer"})
	call(ctx)
	_, _ = inst.WrapEmbedder(embedder{}).Embed(ctx, &providers.EmbedRequest{Model: "e", Input: []string{"x"}}) // no inference
	toolCtx, tool := inst.StartTool(ctx, llmotel.ToolCall{Name: "ask"})
	innerCtx, inner := inst.StartAgent(toolCtx, llmotel.AgentCall{Name: "inner"})
	call(innerCtx)
	call(innerCtx)
	inner.End(llmotel.AgentResult{}, nil)
	tool.End("", nil)
	call(toolCtx)
	outer.End(llmotel.AgentResult{}, nil)
	call(ctx) // too late to count
	// An agent that answers as a provider: the wrapped call around it makes no
	// second span of the calls inside, yet they are the agent's.
	wrapped := inst.Wrap(&scripted{name: "agent", generate: func(ctx context.Context, r *providers.Request) (*providers.Response, error) {
		ctx, a := inst.StartAgent(ctx, llmotel.AgentCall{Name: "provider"})
		defer a.Abort()
		_, _ = p.Generate(ctx, r)
		resp, err := twice.Generate(ctx, r)
		a.End(llmotel.AgentResult{}, err)
		return resp, err
	}})
	_, _ = wrapped.Generate(t.Context(), request())

	calls := counts(t, rec, "gen_ai.invoke_agent.inference_calls", "gen_ai.agent.name")
	if calls["outer"] != 2 || calls["inner"] != 2 || calls["provider"] != 2 {
		t.Errorf("inference calls %v, want 2 each", calls)
	}
	tools := counts(t, rec, "gen_ai.invoke_agent.tool_calls", "gen_ai.agent.name")
	if tools["outer"] != 1 || tools["inner"] != 0 {
		t.Errorf("tool calls %v, want 1 of outer", tools)
	}
	for _, s := range rec.Spans() {
		if s.Name == "invoke_agent inner" {
			for _, kv := range s.Attributes {
				if kv.Key == "gen_ai.usage.input_tokens" && kv.Value.AsInt64() != 2400 {
					t.Errorf("the inner agent used %d input tokens, want 2400", kv.Value.AsInt64())
				}
			}
		}
	}
}

func TestConversationOfAnAgentIsThatOfItsCalls(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	p := inst.Wrap(newCanned())
	run := func(ctx context.Context, given string) {
		ctx, agent := inst.StartAgent(ctx, llmotel.AgentCall{Name: "planner", ConversationID: given})
		if _, err := p.Generate(ctx, request()); err != nil {
			t.Fatal(err)
		}
		_, tool := inst.StartTool(ctx, llmotel.ToolCall{Name: "find"})
		tool.End("", nil)
		agent.End(llmotel.AgentResult{}, nil)
	}
	run(t.Context(), "conv_1")
	run(llmotel.WithAttribution(t.Context(), llmotel.Attribution{Conversation: "conv_2"}), "conv_1") // the attribution's comes first
	workflow, w := inst.StartWorkflow(t.Context(), llmotel.WorkflowCall{Name: "w", ConversationID: "conv_3"})
	run(workflow, "")
	w.End(nil, nil)
	want := []string{"conv_1", "conv_1", "conv_1", "conv_2", "conv_2", "conv_2", "conv_3", "conv_3", "conv_3", "conv_3"}
	for n, s := range rec.Spans() {
		if got := attributesOf(&s)["gen_ai.conversation.id"]; n >= len(want) || got != want[n] {
			t.Errorf("%d, %s: conversation %v", n, s.Name, got)
		}
	}
}

func TestEndedAgentsHaveNoTools(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	ctx, agent := inst.StartAgent(t.Context(), llmotel.AgentCall{Name: "planner"})
	agent.End(llmotel.AgentResult{Usage: providers.Usage{Completeness: providers.UsageReported, Reported: providers.ClassInput, Input: -1}}, nil)
	_, tool := inst.StartTool(ctx, llmotel.ToolCall{Name: "find"})
	tool.End("", nil)
	spans := rec.Spans()
	if got := attributesOf(&spans[1])["gen_ai.agent.name"]; got != nil {
		t.Errorf("the tool is of agent %v", got)
	}
	if got := attributesOf(&spans[0])["gen_ai.usage.input_tokens"]; got != nil {
		t.Errorf("the agent used %v tokens", got)
	}
}

func TestRetrievedDocumentsAreRedactedAndBounded(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithContentLimit(300))
	found := make([]llmotel.RetrievedDocument, 40)
	for n := range found {
		found[n] = llmotel.RetrievedDocument{ID: "mailbox/ada@example.com", Score: 0.5}
	}
	for n, want := range []string{
		`[{"id":"mailbox/[EMAIL]","score":0.5}]`,
		`[{"id":"mailbox/[EMAIL]","score":0.5},{"id":"mailbox/[EMAIL]","score":0.5},{"id":"mailbox/[EMAIL]","score":0.5},{"id":"mailbox/[EMAIL]","score":0.5},{"id":"mailbox/[EMAIL]","score":0.5}]`,
	} {
		_, search := inst.StartRetrieval(t.Context(), llmotel.RetrievalCall{DataSourceID: "mail"})
		search.End(found[:1+39*n], nil) // 40 are halved to 5
		spans := rec.Spans()
		if got := attributesOf(&spans[n])["gen_ai.retrieval.documents"]; got != want {
			t.Errorf("documents %v, want %s", got, want)
		}
	}
}

func TestSpansAroundCallsEndOnce(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	_, agent := inst.StartAgent(t.Context(), llmotel.AgentCall{})
	_, tool := inst.StartTool(t.Context(), llmotel.ToolCall{Name: "t"})
	_, flow := inst.StartWorkflow(t.Context(), llmotel.WorkflowCall{})
	_, search := inst.StartRetrieval(t.Context(), llmotel.RetrievalCall{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			agent.End(llmotel.AgentResult{}, nil)
			tool.End("", nil)
			flow.End(nil, nil)
			search.End(nil, nil)
		})
	}
	wg.Wait()
	agent.Abort()
	tool.Abort()
	flow.Abort()
	search.Abort()
	if n := len(rec.Spans()); n != 4 {
		t.Errorf("%d spans, want 4", n)
	}
	for _, s := range rec.Spans() {
		if s.Status.Code != codes.Unset {
			t.Errorf("%s: %v", s.Name, s.Status)
		}
	}
	(*llmotel.AgentSpan)(nil).End(llmotel.AgentResult{}, nil)
	(*llmotel.ToolSpan)(nil).End("", nil)
	(*llmotel.WorkflowSpan)(nil).End(nil, nil)
	(*llmotel.RetrievalSpan)(nil).End(nil, nil)
	(*llmotel.AgentSpan)(nil).Abort()
	(*llmotel.ToolSpan)(nil).Abort()
	(*llmotel.WorkflowSpan)(nil).Abort()
	(*llmotel.RetrievalSpan)(nil).Abort()
}

func TestPanicsLeaveNoOpenSpan(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	func() {
		defer func() {
			if r := recover(); r != "tool" {
				t.Errorf("recovered %v, want the tool's panic", r)
			}
		}()
		ctx, agent := inst.StartAgent(t.Context(), llmotel.AgentCall{Name: "a"})
		defer agent.Abort()
		_, tool := inst.StartTool(ctx, llmotel.ToolCall{Name: "t"})
		defer tool.Abort()
		panic("tool")
	}()
	if n := len(rec.Spans()); n != 2 {
		t.Fatalf("%d spans, want 2", n)
	}
	for _, s := range rec.Spans() {
		if s.Status.Code != codes.Error || s.Status.Description != "ended without a result" {
			t.Errorf("%s: %v, want the error panic", s.Name, s.Status)
		}
	}
}

// Errors of tools are named by their Go type; what they say may hold content.
func TestErrorTypesAroundCalls(t *testing.T) {
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"kind of ours", fmt.Errorf("tool: %w", &providers.Error{Kind: providers.KindRateLimited}), "rate_limited"},
		{"cancelled", context.Canceled, "cancelled"},
		{"type of another", fmt.Errorf("tool: %w", &fs.PathError{Op: "open", Path: "secret", Err: fs.ErrNotExist}), "*fs.PathError"},
		{"joined", errors.Join(fs.ErrNotExist, &json.SyntaxError{}), "*json.SyntaxError"},
		{"panics", panickingError{}, "github.com/llmotel/sdk/llmotel_test.panickingError"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			_, tool := instrument(t, rec).StartTool(t.Context(), llmotel.ToolCall{Name: "t"})
			tool.End("", c.err)
			s := rec.Spans()[0]
			got := ""
			for _, kv := range s.Attributes {
				if kv.Key == "error.type" {
					got = kv.Value.AsString()
				}
			}
			if got != c.want {
				t.Errorf("error type %q, want %q", got, c.want)
			}
			if s.Status.Description == "tool: open secret: file does not exist" {
				t.Errorf("the status says %q", s.Status.Description)
			}
		})
	}
}

func TestSeriesAroundCallsAreBounded(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithSeriesLimit(10))
	for i := range 100 {
		_, tool := inst.StartTool(t.Context(), llmotel.ToolCall{Name: fmt.Sprint("made-up-", i)})
		tool.End("", nil)
	}
	points := rec.Metrics(t)["gen_ai.execute_tool.duration"].Data.(metricdata.Histogram[float64]).DataPoints
	total := uint64(0)
	for _, p := range points {
		total += p.Count
	}
	if len(points) > 11 || total != 100 {
		t.Errorf("%d series with %d points, want at most 11 with 100", len(points), total)
	}
}
