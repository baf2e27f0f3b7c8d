package clients_test

import (
	"context"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/providers"
)

func Example_setUp() {
	ctx := context.Background()

	sdk, err := otelsetup.Start(ctx, otelsetup.WithServiceName("shop")) // exports as the OTEL_* variables say
	defer sdk.Shutdown(context.Background())

	_ = err
}

func Example_wrap() {
	var p providers.Provider

	wrapped := llmotel.Wrap(p) // on OpenTelemetry's globals; llmotel.New(...) for your own providers, prices and sinks

	_ = wrapped
}

// client is one of your own.
var client asker

type asker struct{}

type reply struct{ ID string }

func (asker) Ask(context.Context, string) (reply, error) { return reply{}, nil }

func Example_byHand() {
	ctx, question, usage := context.Background(), "", providers.Usage{}

	ctx, span := llmotel.Start(ctx, llmotel.Call{Provider: "groq", Model: "llama-3.3-70b"})
	answer, err := client.Ask(ctx, question)
	span.End(llmotel.Result{ResponseID: answer.ID, Usage: usage}, err)
}

func Example_agent() {
	ctx, conversation, input := context.Background(), "", ""
	plan := func(context.Context) error { return nil }
	lookUp := func(context.Context, string) (string, error) { return "", nil }

	ctx, agent := llmotel.StartAgent(ctx, llmotel.AgentCall{Name: "planner", ConversationID: conversation})
	err := plan(ctx) // calls of instrumented clients under ctx are inside
	agent.End(llmotel.AgentResult{}, err)

	ctx, tool := llmotel.StartTool(ctx, llmotel.ToolCall{Name: "look_up", Type: "function", Arguments: input})
	result, err := lookUp(ctx, input)
	tool.End(result, err)
}
