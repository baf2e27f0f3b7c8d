// Google's official SDK, instrumented with one transport. It has no middleware;
// what it has is an HTTP client of your own, as every client has that llmotel
// knows no other way into.
//
//	go run ./examples/gemini-sdk "Why is the sky blue?"
//
// With GEMINI_API_KEY in the environment it asks Google, without a fake server in
// this process. With OTEL_EXPORTER_OTLP_ENDPOINT the telemetry is exported too.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"

	"google.golang.org/genai"

	"github.com/llmotel/sdk/examples/internal/console"
	"github.com/llmotel/sdk/examples/internal/fake"
	"github.com/llmotel/sdk/llmotel"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, cmp.Or(strings.Join(os.Args[1:], " "), "Why is the sky blue?"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gemini-sdk:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, question string) (err error) {
	telemetry, err := console.Start(ctx, w, "llmotel-gemini-sdk")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, telemetry.Close(ctx)) }()

	config := &genai.ClientConfig{
		APIKey:     os.Getenv("GEMINI_API_KEY"),
		Backend:    genai.BackendGeminiAPI,
		HTTPClient: &http.Client{Transport: llmotel.NewTransport(nil)}, // the instrumentation
	}
	if config.APIKey == "" {
		fmt.Fprintf(w, "GEMINI_API_KEY is not set: a fake server answers.\n\n")
		server := fake.Serve(fake.Gemini)
		defer server.Close()
		config.APIKey, config.HTTPOptions.BaseURL = "none", server.URL
	}
	client, err := genai.NewClient(ctx, config)
	if err != nil {
		return err
	}

	fmt.Fprintln(w, "?", question)
	reply, err := client.Models.GenerateContent(ctx, "gemini-3-flash-preview", genai.Text(question), nil)
	if err == nil {
		fmt.Fprintln(w, ">", reply.Text())
	}
	telemetry.Print() // failed calls are recorded too
	return err
}
