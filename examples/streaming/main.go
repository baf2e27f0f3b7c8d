// Streams through OpenAI's official SDK: what is recorded of one that is read to
// its end, and of one that is left.
//
//	go run ./examples/streaming "Why is the sky blue?"
//
// With OPENAI_API_KEY in the environment it asks OpenAI, without a fake server in
// this process. With OTEL_EXPORTER_OTLP_ENDPOINT the telemetry is exported too.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"strings"
	"time"

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
		fmt.Fprintln(os.Stderr, "streaming:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, question string) (err error) {
	telemetry, err := console.Start(ctx, w, "llmotel-streaming")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, telemetry.Close(ctx)) }()

	// OpenAI tells no usage on streams unless asked. WithStreamUsage asks, and
	// hides the answer to it from the program.
	options := []option.RequestOption{
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2), llmotel.WithStreamUsage())),
		option.WithMaxRetries(0),
	}
	if os.Getenv("OPENAI_API_KEY") == "" {
		fmt.Fprintf(w, "OPENAI_API_KEY is not set: a fake server answers.\n\n")
		server := fake.Serve(fake.OpenAI)
		defer server.Close()
		options = append(options, option.WithBaseURL(server.URL+"/v1"), option.WithAPIKey("none"))
	}
	client := openai.NewClient(options...)

	fmt.Fprintf(w, "1. A stream that is read to its end.\n\n")
	err = ask(ctx, w, &client, question, math.MaxInt)
	telemetry.Print()
	if err != nil {
		return err
	}

	fmt.Fprintf(w, "\n2. A stream that is closed after five pieces. Its span ends there and has not failed, but it says that the answer\n"+
		"   is not whole (finish error, an event) and that nobody told how many tokens it took.\n\n")
	err = ask(ctx, w, &client, question, 5)
	telemetry.Print()
	return err
}

// ask prints an answer as it comes, and leaves after so many pieces of text.
func ask(ctx context.Context, w io.Writer, client *openai.Client, question string, most int) error {
	fmt.Fprintln(w, "?", question)
	begun := time.Now()
	stream := client.Chat.Completions.NewStreaming(ctx, openai.ChatCompletionNewParams{
		Model:    "gpt-5.2",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(question)},
	})
	defer func() { _ = stream.Close() }() // ends the span of a stream that is left

	var first time.Duration
	for pieces := 0; pieces < most && stream.Next(); {
		for _, choice := range stream.Current().Choices {
			if choice.Delta.Content == "" {
				continue
			}
			pieces++
			if pieces == 1 {
				first = time.Since(begun)
				fmt.Fprint(w, "> ")
			}
			fmt.Fprint(w, choice.Delta.Content)
		}
	}
	fmt.Fprintf(w, "\n  (the first text came after %s; the span counts from the first chunk, which may have none)\n", first.Round(time.Millisecond))
	return stream.Err()
}
