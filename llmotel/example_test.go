package llmotel_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

type printer struct{}

func (printer) Record(_ context.Context, r *llmotel.Record) {
	fmt.Println(r.Provider, r.ResponseModel, r.Usage.Total(), "tokens", r.Cost.Amount, r.Cost.Currency)
}

// A sink sees every call, also without any OpenTelemetry SDK.
func ExampleWithSinks() {
	inst, err := llmotel.New(llmotel.WithSinks(printer{}))
	if err != nil {
		panic(err)
	}
	p := inst.Wrap(newCanned()) // any providers.Provider
	_, _ = p.Generate(context.Background(), &providers.Request{Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("Hello")}})
	// Output: openai gpt-5.2-2025-12-11 1400 tokens 0.003325 USD
}

// Calls of a client that is no providers.Provider are recorded by hand.
func ExampleStart() {
	ctx, span := llmotel.Start(context.Background(), llmotel.Call{Provider: "groq", Model: "llama-3.3-70b"})
	answer, err := callYourClient(ctx)
	span.End(llmotel.Result{ResponseID: answer, FinishReasons: []providers.FinishReason{providers.FinishStop}}, err)
}

// An agent that runs a tool: a span for each, with the model's calls below.
func ExampleStartAgent() {
	ctx, agent := llmotel.StartAgent(context.Background(), llmotel.AgentCall{Name: "planner"})
	defer agent.Abort()
	answer, err := callYourClient(ctx)

	_, tool := llmotel.StartTool(ctx, llmotel.ToolCall{Name: "search", ID: answer, Type: "function", Arguments: `{"query":"weather"}`})
	tool.End(`{"found":3}`, err)

	agent.End(llmotel.AgentResult{}, err)
}

// places replaces what the default redactor does not know.
type places struct{ llmotel.Redactor }

func (p places) Redact(text string) string {
	return strings.ReplaceAll(p.Redactor.Redact(text), "Elm Street", "[PLACE]")
}

// An own redactor begins with the default one.
func ExampleWithRedactor() {
	inst, err := llmotel.New(llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithRedactor(places{llmotel.DefaultRedactor()}))
	if err != nil {
		panic(err)
	}
	_, span := inst.Start(context.Background(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	span.End(llmotel.Result{}, nil)
	fmt.Println(places{llmotel.DefaultRedactor()}.Redact("ada@example.com, 1 Elm Street"))
	// Output: [EMAIL], 1 [PLACE]
}

func callYourClient(context.Context) (string, error) { return "id", nil }
