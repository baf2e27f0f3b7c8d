// OpenAI's official SDK, instrumented with one option.
//
//	go run ./examples/openai-sdk "Why is the sky blue?"
//
// With OPENAI_API_KEY in the environment it asks OpenAI. Without, a fake server in
// this process answers, and is busy at first, so that a retry can be seen. With
// OTEL_EXPORTER_OTLP_ENDPOINT the telemetry is exported too.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/examples/internal/console"
	"github.com/llmotel/sdk/examples/internal/fake"
	"github.com/llmotel/sdk/llmotel"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, cmp.Or(strings.Join(os.Args[1:], " "), "Why is the sky blue?"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "openai-sdk:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, question string) (err error) {
	telemetry, err := console.Start(ctx, w, "llmotel-openai-sdk")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, telemetry.Close(ctx)) }()

	// The instrumentation: one option, and the SDK's own retries off beside it, so
	// that a call is one span however often it is tried.
	options := []option.RequestOption{
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2))), //nolint:bodyclose // it returns no response
		option.WithMaxRetries(0),
	}
	if os.Getenv("OPENAI_API_KEY") == "" {
		fmt.Fprintf(w, "OPENAI_API_KEY is not set: a fake server answers, and is busy at first.\n\n")
		server := fake.Serve(fake.Busy(1, fake.OpenAI))
		defer server.Close()
		options = append(options, option.WithBaseURL(server.URL+"/v1"), option.WithAPIKey("none"))
	}
	client := openai.NewClient(options...)

	fmt.Fprintln(w, "?", question)
	reply, err := client.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{
		Model:    "gpt-5.2",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(question)},
	})
	if err == nil && len(reply.Choices) > 0 {
		fmt.Fprintln(w, ">", reply.Choices[0].Message.Content)
	}
	telemetry.Print() // failed calls are recorded too
	return err
}
