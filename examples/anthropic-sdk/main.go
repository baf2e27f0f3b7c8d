// Anthropic's official SDK, instrumented with one option.
//
//	go run ./examples/anthropic-sdk "Why is the sky blue?"
//
// That SDK makes spans itself, since version 1.81, on OpenTelemetry's global
// provider. Either way a call is one span; whose, you choose: keep the SDK's where
// you want its spans of other things too (batches, tool runners), else turn them
// off. The example asks twice and shows both.
//
// With ANTHROPIC_API_KEY in the environment it asks Anthropic, without a fake
// server in this process. With OTEL_EXPORTER_OTLP_ENDPOINT the telemetry is
// exported too.
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

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/llmotel/sdk/examples/internal/console"
	"github.com/llmotel/sdk/examples/internal/fake"
	"github.com/llmotel/sdk/llmotel"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, cmp.Or(strings.Join(os.Args[1:], " "), "Why is the sky blue?"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "anthropic-sdk:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, question string) (err error) {
	telemetry, err := console.Start(ctx, w, "llmotel-anthropic-sdk")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, telemetry.Close(ctx)) }()

	// The instrumentation: one option, and the SDK's own retries off beside it, so
	// that a call is one span however often it is tried.
	options := []option.RequestOption{
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2))),
		option.WithMaxRetries(0),
	}
	if os.Getenv("ANTHROPIC_API_KEY") == "" {
		fmt.Fprintf(w, "ANTHROPIC_API_KEY is not set: a fake server answers.\n\n")
		server := fake.Serve(fake.Anthropic)
		defer server.Close()
		options = append(options, option.WithBaseURL(server.URL), option.WithAPIKey("none"))
	}
	client := anthropic.NewClient(options...)

	fmt.Fprintln(w, "1. As it comes, the SDK makes the span. It gets the conventions' name, the cost and what else it lacks.")
	err = ask(ctx, w, &client, question)
	telemetry.Print()
	if err != nil {
		return err
	}

	fmt.Fprintln(w, "\n2. With option.WithoutOpenTelemetry() llmotel makes the span, as for every other client.")
	err = ask(ctx, w, &client, question, option.WithoutOpenTelemetry())
	telemetry.Print()
	return err
}

func ask(ctx context.Context, w io.Writer, client *anthropic.Client, question string, options ...option.RequestOption) error {
	fmt.Fprintln(w, "\n?", question)
	reply, err := client.Messages.New(ctx, anthropic.MessageNewParams{
		Model:     "claude-sonnet-5",
		MaxTokens: 1000,
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(question))},
	}, options...)
	if err != nil {
		return err
	}
	for _, block := range reply.Content {
		if block.Type == "text" {
			fmt.Fprintln(w, ">", block.Text)
		}
	}
	return nil
}
