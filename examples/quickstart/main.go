// Quickstart: LLM calls that stay up while a provider is down, and what can be
// seen of them. It needs no key, no Docker and no network.
//
//	go run ./examples/quickstart             about ten seconds
//	go run ./examples/quickstart -speed 1    in real time
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
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/providers/mock"
)

func main() {
	speed := flag.Float64("speed", 10, "how many times faster than life; 1 is real time")
	seed := flag.Uint64("seed", 1, "seed of answers and latencies; the same seed gives the same run")
	log := flag.String("log", "llm_telemetry.jsonl", "file of the call records, one JSON line each")
	flag.Parse()
	if !(*speed > 0 && *speed <= 1000) { // NaN as well
		fmt.Fprintln(os.Stderr, "quickstart: -speed must be above 0 and at most 1000, for example 10, or 1 for real time")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *speed, *seed, *log); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

func run(ctx context.Context, w io.Writer, speed float64, seed uint64, log string) error {
	// Metrics go out every second, so that a run of seconds is seen to move.
	if os.Getenv("OTEL_METRIC_EXPORT_INTERVAL") == "" {
		if err := os.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "1000"); err != nil {
			return err
		}
	}
	scale := func(d time.Duration) time.Duration { return time.Duration(float64(d) / speed) }

	// The two providers would be adapters of OpenAI and Anthropic in earnest:
	// see examples/failover.
	openai, err := mock.NewOpenAI(mock.WithSeed(seed), mock.WithTimeScale(1/speed), mock.WithAnswers(answers()))
	if err != nil {
		return err
	}
	anthropic, err := mock.NewAnthropic(mock.WithSeed(seed), mock.WithTimeScale(1/speed), mock.WithAnswers(answers()))
	if err != nil {
		return err
	}

	out := newPrinter(w)
	m, err := monitor.New([]monitor.Target{ //nolint:contextcheck // a Monitor outlives the context of any call
		{Name: "openai", Model: openai.Model(), Provider: openai},
		{Name: "anthropic", Model: anthropic.Model(), Provider: anthropic},
	},
		monitor.WithServiceName("llmotel-quickstart"),
		monitor.WithCallLog(log),
		// That no collector listens is said once, at the end.
		monitor.WithTelemetry(otelsetup.WithErrorHandler(func(error) {})),
		monitor.WithFailover(
			failover.WithHooks(out.hooks()),
			failover.WithOpenDelay(scale(openDelay)),
			failover.WithBackoff(scale(500*time.Millisecond), scale(8*time.Second)),
		),
	)
	if err != nil {
		return err
	}
	s := &story{m: m, openai: openai, anthropic: anthropic, out: out, scale: scale}
	if err := s.tell(ctx); err != nil {
		return errors.Join(err, m.Close())
	}
	err = m.Close() // flushes
	exported := !errors.Is(err, otelsetup.ErrNotExported)
	out.summary(m.Snapshot(), log, exported)
	if !exported {
		return nil // the program runs on without a collector
	}
	return err
}

// openDelay is how long an open circuit breaker waits before a trial.
const openDelay = 30 * time.Second
