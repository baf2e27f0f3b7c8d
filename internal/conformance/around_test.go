package conformance_test

import (
	"context"
	"errors"
	"testing"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// aroundWay is how the coverage table calls the spans around calls.
const aroundWay = "helpers"

// around are scenarios of the spans around calls: agents, tools, workflows,
// retrievals, evaluations; and of calls by hand that no adapter makes. Each is
// run whole and as a failure.
var around = []struct {
	way, name string
	run       func(ctx context.Context, inst *llmotel.Instrumentation, failure error)
}{
	{"Start", "Azure AI Inference", azureInference},
	{"Start", "knowledge base", knowledgeBase},
	{"Start", "compacted conversation", compacted},
	{"Start", "encoding formats", encodingFormats},
	{aroundWay, "agent", agent},
	{aroundWay, "remote agent", remoteAgent},
	{aroundWay, "nameless agent", func(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
		_, span := inst.StartAgent(ctx, llmotel.AgentCall{})
		span.End(llmotel.AgentResult{Response: said(answer), Usage: usageOfAll()}, failure)
	}},
	{aroundWay, "workflow", workflow},
	{aroundWay, "retrieval", retrieval},
	{aroundWay, "evaluation", evaluation},
}

func (s *suite) around(t *testing.T, rev revision, c capture) {
	t.Helper()
	for _, a := range around {
		for name, failure := range map[string]error{
			"": nil, ", overloaded": &providers.Error{Provider: "openai", Kind: providers.KindOverloaded, Err: errors.New(prompt)}, ", foreign error": errors.New(prompt),
		} {
			s.planned++
			t.Run(a.way+"/"+a.name+name, func(t *testing.T) {
				s.ran++
				col, inst := instrumentation(t, rev, c)
				a.run(t.Context(), inst, failure)
				s.examine(t, rev, c, col, a.way)
			})
		}
	}
}

func said(text string) *providers.Response {
	return &providers.Response{
		ID: responseID, Provider: "openai", Model: "gpt-5.2",
		Choices: []providers.Choice{{Message: providers.AssistantText(text), FinishReason: providers.FinishStop}},
	}
}

// usageOfAll has every class of tokens.
func usageOfAll() providers.Usage {
	u := providers.Usage{Completeness: providers.UsageReported}
	for class, n := range map[providers.TokenClass]int64{
		providers.ClassInput: 120, providers.ClassOutput: 30, providers.ClassCacheRead: 40, providers.ClassCacheWrite: 8, providers.ClassReasoning: 12,
		providers.ClassTextInput: 90, providers.ClassAudioInput: 10, providers.ClassImageInput: 20,
		providers.ClassTextOutput: 20, providers.ClassAudioOutput: 6, providers.ClassImageOutput: 4,
		providers.ClassTextCacheRead: 30, providers.ClassAudioCacheRead: 4, providers.ClassImageCacheRead: 6,
	} {
		u.Set(class, n)
	}
	return u
}

// sampled is a request with all options of agents.
func sampled() *providers.Request {
	r := plain("gpt-5.2")
	sampling(r)
	withTools(r)
	r.Choices, r.PreviousResponseID, r.Format = 2, "resp-0", &providers.Format{Type: providers.FormatJSON}
	return r
}

// agent asks a model, runs a tool and asks again.
func agent(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	p, err := mock.NewOpenAI(mock.WithTimeScale(0))
	if err != nil {
		panic(err)
	}
	model := inst.Wrap(p)
	ctx, span := inst.StartAgent(ctx, llmotel.AgentCall{
		Name: "guide", Description: "Knows Oslo.", Model: mock.ModelOpenAI, ConversationID: "conversation-1", DataSourceID: "atlas", Request: sampled(),
	})
	defer span.Abort()
	_, _ = model.Generate(ctx, plain(mock.ModelOpenAI))
	_, tool := inst.StartTool(ctx, llmotel.ToolCall{
		Name: "get_weather", ID: "call_1", Type: "function", Description: "Returns the weather.", Arguments: toolArguments,
	})
	tool.End(`{"celsius":3}`, failure)
	resp, _ := model.Generate(ctx, plain(mock.ModelOpenAI))
	span.End(llmotel.AgentResult{Response: resp}, failure)
}

func remoteAgent(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	_, span := inst.StartAgent(ctx, llmotel.AgentCall{
		Name: "guide", Description: "Knows Oslo.", Model: "gpt-5.2", ConversationID: "conversation-1", DataSourceID: "atlas", Request: sampled(),
		Remote: true, Provider: "openai", ServerAddress: "agents.example.com", ID: "asst_1", Version: "3",
	})
	span.End(llmotel.AgentResult{Response: said(answer), Usage: usageOfAll()}, failure)
}

func workflow(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	ctx, span := inst.StartWorkflow(ctx, llmotel.WorkflowCall{
		Name: "plan a trip", ConversationID: "conversation-1", Input: []providers.Message{providers.UserText(prompt)},
	})
	defer span.Abort()
	agent(ctx, inst, failure)
	span.End([]providers.Message{providers.AssistantText(answer)}, failure)
}

func retrieval(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	_, span := inst.StartRetrieval(ctx, llmotel.RetrievalCall{
		DataSourceID: "atlas", Provider: "openai", Model: "text-embedding-3-small", ServerAddress: "search.example.com", TopK: 4, Query: prompt,
	})
	span.End([]llmotel.RetrievedDocument{{ID: "doc-1", Score: 0.9}, {ID: "doc-2", Score: 0.5}}, failure)
}

func evaluation(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	inst.RecordEvaluation(ctx, llmotel.Evaluation{
		Name: "relevance", ScoreValue: new(0.75), ScoreLabel: "pass", Explanation: "It names what to see.", ResponseID: responseID, Err: failure,
	})
}

// result is what calls by hand end with.
func result(model string) llmotel.Result {
	return llmotel.Result{
		ResponseID: responseID, Model: model, FinishReasons: []providers.FinishReason{providers.FinishStop}, Usage: usageOfAll(), API: providers.APIChatCompletions,
	}
}

func azureInference(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	_, span := inst.Start(ctx, llmotel.Call{Provider: "azure.ai.inference", ServerAddress: "models.example.com", Request: plain("phi-5")})
	span.End(result("phi-5"), failure)
}

func knowledgeBase(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	_, span := inst.Start(ctx, llmotel.Call{
		Provider: "aws.bedrock", ServerAddress: "bedrock.example.com", GuardrailID: "gr-1", KnowledgeBaseID: "kb-1", Request: plain("nova"),
	})
	span.End(result("nova"), failure)
}

func compacted(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	_, span := inst.Start(ctx, llmotel.Call{Provider: "openai", ServerAddress: "api.openai.com", ConversationID: "conversation-1", Request: plain("gpt-5.2")})
	r := result("gpt-5.2")
	r.Compacted = true
	span.End(r, failure)
}

func encodingFormats(ctx context.Context, inst *llmotel.Instrumentation, failure error) {
	_, span := inst.Start(ctx, llmotel.Call{
		Operation: llmotel.OperationEmbeddings, Provider: "openai", ServerAddress: "api.openai.com", Model: "text-embedding-3-small", EncodingFormats: []string{"base64"},
	})
	r := llmotel.Result{Model: "text-embedding-3-small"}
	r.Usage.Completeness = providers.UsageReported
	r.Usage.Set(providers.ClassInput, embeddingTokens)
	span.End(r, failure)
}
