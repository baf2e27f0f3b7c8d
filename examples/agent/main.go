// An agent: a loop of model calls and tool runs, and the tree of spans that it
// leaves.
//
//	go run ./examples/agent
//
// With OPENAI_API_KEY in the environment it asks OpenAI, without a fake server in
// this process. With OTEL_EXPORTER_OTLP_ENDPOINT the telemetry is exported too.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/examples/internal/console"
	"github.com/llmotel/sdk/examples/internal/fake"
	"github.com/llmotel/sdk/llmotel"
)

const (
	model    = "gpt-5.2"
	question = "Where is my order 1042, and when will it be here?"
	maxTurns = 6
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer) (err error) {
	telemetry, err := console.Start(ctx, w, "llmotel-agent")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, telemetry.Close(ctx)) }()

	options := []option.RequestOption{
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2))),
		option.WithMaxRetries(0),
	}
	if os.Getenv("OPENAI_API_KEY") == "" {
		fmt.Fprintf(w, "OPENAI_API_KEY is not set: a fake server answers.\n\n")
		server := fake.Serve(fake.OpenAI)
		defer server.Close()
		options = append(options, option.WithBaseURL(server.URL+"/v1"), option.WithAPIKey("none"))
	}
	client := openai.NewClient(options...)
	fmt.Fprintln(w, "?", question)

	// On whose behalf the model is called: all calls inside say so.
	ctx = llmotel.WithAttribution(ctx, llmotel.Attribution{Feature: "support", Prompt: "parcel_desk", PromptVersion: "7"})
	ctx, agent := llmotel.StartAgent(ctx, llmotel.AgentCall{Name: "parcel_desk", Model: model, ConversationID: "conv_5f2a"})
	defer agent.Abort() // a panic leaves no open span
	answer, err := loop(ctx, w, &client)
	agent.End(llmotel.AgentResult{}, err) // its tokens are the sum of those inside
	if err == nil {
		fmt.Fprintln(w, ">", answer.Choices[0].Message.Content)

		// Later the user clicks on "This helped".
		score := 1.0
		llmotel.RecordEvaluation(ctx, llmotel.Evaluation{Name: "user_feedback", ScoreValue: &score, ScoreLabel: "helpful", ResponseID: answer.ID})
	}
	telemetry.Print()
	return err
}

// loop asks the model and runs the tools that it wants, until it answers.
func loop(ctx context.Context, w io.Writer, client *openai.Client) (*openai.ChatCompletion, error) {
	params := openai.ChatCompletionNewParams{Model: model, Tools: definitions(), Messages: []openai.ChatCompletionMessageParamUnion{
		openai.SystemMessage("You work at the parcel desk. Look up what you are asked about, also the carrier's estimate."),
		openai.UserMessage(question),
	}}
	for range maxTurns {
		reply, err := client.Chat.Completions.New(ctx, params)
		if err != nil {
			return nil, err
		}
		if len(reply.Choices) == 0 {
			return nil, errors.New("an answer without choices")
		}
		message := reply.Choices[0].Message
		if len(message.ToolCalls) == 0 {
			return reply, nil
		}
		params.Messages = append(params.Messages, message.ToParam())
		for _, call := range message.ToolCalls {
			result := useTool(ctx, call.ID, call.Function.Name, call.Function.Arguments)
			fmt.Fprintf(w, "  %s(%s) = %s\n", call.Function.Name, call.Function.Arguments, result)
			params.Messages = append(params.Messages, openai.ToolMessage(result, call.ID))
		}
	}
	return nil, fmt.Errorf("no answer after %d turns", maxTurns)
}
