// Failover between OpenAI and Anthropic through their official SDKs.
//
//	export OPENAI_API_KEY=... ANTHROPIC_API_KEY=...
//	go run ./examples/failover "Why is the sky blue?"
//	go run ./examples/failover -outage "Why is the sky blue?"
//
// -outage sends the calls to OpenAI to a port on which nothing listens, so that
// Anthropic answers. With an OpenTelemetry collector on localhost:4317 the
// trace is in Jaeger, see README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/openai"
)

func main() {
	var c config
	flag.StringVar(&c.openaiModel, "openai-model", "gpt-5.2", "model of the primary")
	flag.StringVar(&c.anthropicModel, "anthropic-model", "claude-sonnet-5", "model of the backup")
	flag.BoolVar(&c.outage, "outage", false, "pretend that OpenAI is down")
	flag.StringVar(&c.log, "log", "llm_telemetry.jsonl", "file of the call records")
	flag.Parse()
	c.question = strings.Join(flag.Args(), " ")
	if c.question == "" {
		c.question = "Why is the sky blue? Answer in two sentences."
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, c)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "failover:", err)
		os.Exit(1)
	}
}

type config struct {
	openaiModel, anthropicModel string
	outage                      bool
	log, question               string
}

func run(ctx context.Context, w io.Writer, c config) error {
	targets, err := c.targets()
	if err != nil {
		return err
	}
	m, err := monitor.New(targets, //nolint:contextcheck // a Monitor outlives the context of any call
		monitor.WithServiceName("llmotel-failover"), monitor.WithCallLog(c.log),
		monitor.WithTelemetry(otelsetup.WithErrorHandler(func(error) {})), // said at the end
		monitor.WithFailover(failover.WithTotalTimeout(time.Minute)))
	if err != nil {
		return err
	}
	err = ask(ctx, w, m, c)
	fmt.Fprintf(w, "\n%s", m.Snapshot())
	closeErr := m.Close()
	if errors.Is(closeErr, otelsetup.ErrNotExported) {
		fmt.Fprintln(w, "No collector was listening, so there is no trace to open: docker compose up -d --wait")
		closeErr = nil
	}
	return errors.Join(err, closeErr)
}

func (c config) targets() ([]monitor.Target, error) {
	var openaiOptions []openai.Option
	if c.outage {
		openaiOptions = append(openaiOptions, openai.WithBaseURL("http://127.0.0.1:9/v1"))
	}
	primary, err1 := openai.New(openaiOptions...)
	backup, err2 := anthropic.New()
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("%w\nWithout keys, try: go run ./examples/quickstart", err)
	}
	return []monitor.Target{
		{Name: "openai", Model: c.openaiModel, Provider: primary},
		{Name: "anthropic", Model: c.anthropicModel, Provider: backup},
	}, nil
}

// ask streams the answer to w.
func ask(ctx context.Context, w io.Writer, m *monitor.Monitor, c config) error {
	ctx = llmotel.WithAttribution(ctx, llmotel.Attribution{Feature: "example", Prompt: "question", PromptVersion: "1"})
	req := &providers.Request{
		Model:           c.openaiModel,
		Messages:        []providers.Message{providers.UserText(c.question)},
		MaxOutputTokens: 1000,
	}
	for chunk, err := range m.Stream(ctx, req) {
		if err != nil {
			return err
		}
		switch chunk.Kind {
		case providers.ChunkText:
			fmt.Fprint(w, chunk.Text)
		case providers.ChunkFinish:
			f := chunk.Finish
			fmt.Fprintf(w, "\n\n%s answered with %s after %d attempts: %d tokens in, %d out\n",
				f.Target, f.Model, f.Attempts, f.Usage.Input, f.Usage.Output)
		}
	}
	return nil
}
