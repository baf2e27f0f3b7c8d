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

type reply struct {
	ID      string
	In, Out int64
}

func (asker) Ask(context.Context, string) (reply, error) { return reply{}, nil }

func Example_byHand() {
	ctx, question := context.Background(), ""

	callCtx, span := llmotel.Start(ctx, llmotel.Call{Provider: "groq", Model: "llama-3.3-70b"})
	answer, err := client.Ask(callCtx, question)
	span.End(llmotel.Result{ResponseID: answer.ID, Usage: providers.Usage{Input: answer.In, Output: answer.Out}}, err)
}

func Example_agent() {
	ctx, conversation, input := context.Background(), "", ""
	plan := func(context.Context) error { return nil }
	lookUp := func(context.Context, string) (string, error) { return "", nil }

	agentCtx, agent := llmotel.StartAgent(ctx, llmotel.AgentCall{Name: "planner", ConversationID: conversation})
	err := plan(agentCtx) // calls of instrumented clients under agentCtx are inside
	agent.End(llmotel.AgentResult{}, err)

	toolCtx, tool := llmotel.StartTool(agentCtx, llmotel.ToolCall{Name: "look_up", Type: "function", Arguments: input})
	result, err := lookUp(toolCtx, input)
	tool.End(result, err)
}
