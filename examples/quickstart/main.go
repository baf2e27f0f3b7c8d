// Quickstart: LLM calls that stay up while a provider is down, and what can be
// seen of them. It needs no key, no Docker and no network.
//
//	go run ./examples/quickstart             about ten seconds
//	go run ./examples/quickstart -speed 1    in real time
//	go run ./examples/quickstart -serve      until Ctrl-C, with outages, and a page to see it on
//
// With an OpenTelemetry collector on localhost:4317 the same run is in Jaeger
// and Prometheus. Standard OTEL_* variables apply.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/providers/mock"
)

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	if err := run(ctx, os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, o options) error {
	// Metrics go out every second, so that a run of seconds is seen to move.
	if os.Getenv("OTEL_METRIC_EXPORT_INTERVAL") == "" {
		if err := os.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "1000"); err != nil {
			return err
		}
	}
	scale := func(d time.Duration) time.Duration { return time.Duration(float64(d) / o.speed) }

	// The two providers would be adapters of OpenAI and Anthropic in earnest:
	// see examples/failover.
	openai, err := mock.NewOpenAI(mock.WithSeed(o.seed), mock.WithTimeScale(1/o.speed), mock.WithAnswers(answers()))
	if err != nil {
		return err
	}
	anthropic, err := mock.NewAnthropic(mock.WithSeed(o.seed), mock.WithTimeScale(1/o.speed), mock.WithAnswers(answers()))
	if err != nil {
		return err
	}

	out := newPrinter(w)
	hooks, log := out.hooks(), []calllog.FileOption(nil)
	if o.serve { // calls are on the page, and there is no end of them
		hooks = failover.Hooks{BreakerChange: hooks.BreakerChange}
		log = append(log, calllog.WithRotation(calllog.Rotation{MaxSize: 16 << 20, Keep: 2}))
	}
	m, err := monitor.New([]monitor.Target{ //nolint:contextcheck // a Monitor outlives the context of any call
		{Name: "openai", Model: openai.Model(), Provider: openai},
		{Name: "anthropic", Model: anthropic.Model(), Provider: anthropic},
	},
		monitor.WithServiceName(service),
		monitor.WithCallLog(o.log, log...),
		monitor.WithDebugContent(), // the questions and answers of a quickstart are no secret
		// That no collector listens is said once, at the end.
		monitor.WithTelemetry(otelsetup.WithErrorHandler(func(error) {})),
		monitor.WithFailover(
			failover.WithHooks(hooks),
			failover.WithOpenDelay(scale(openDelay)),
			failover.WithOpenWait(0), // the error at once, for all to see
			failover.WithBackoff(scale(500*time.Millisecond), scale(8*time.Second)),
		),
	)
	if err != nil {
		_, err = split(err)
		return err
	}
	s := &story{m: m, openai: openai, anthropic: anthropic, out: out, scale: scale, speed: o.speed}
	if o.serve {
		err := s.serve(ctx, o)
		_, rest := split(m.Close())
		return errors.Join(err, rest)
	}
	if err := s.tell(ctx); err != nil {
		if ctx.Err() != nil {
			err = errInterrupted
		}
		_, rest := split(m.Close())
		out.endLine()
		return errors.Join(err, rest)
	}
	unexported, err := split(m.Close()) // flushes
	out.summary(m.Snapshot(), o.log, unexported)
	return err
}

// service is the name that backends show.
const service = "llmotel-quickstart"

// openDelay is how long an open circuit breaker waits before a trial.
const openDelay = 30 * time.Second
