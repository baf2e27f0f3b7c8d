// Demo: a service that calls LLMs all day, with mock providers that go down on
// a schedule. It is what docker-compose.yml runs behind the dashboards.
//
//	demo                 make traffic until SIGTERM
//	demo health URL      exit 0 if the URL answers 200: a health check for
//	                     images without a shell
//
// While it runs, GET /healthz tells that it does, GET / prints the statistics
// of the process, GET /debug/llm/ shows its calls (package debugui), and POST /alerts prints what Alertmanager's webhook sends.
// Standard OTEL_* variables apply.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("the command line is wrong")

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	if len(args) > 0 && args[0] == "health" {
		if len(args) != 2 {
			fmt.Fprintln(errOut, "usage: demo health URL")
			return errUsage
		}
		return health(ctx, args[1])
	}
	o, err := parse(args, errOut)
	if err != nil {
		return err
	}
	return serve(ctx, o, out)
}

type options struct {
	rate   float64
	speed  float64
	seed   uint64
	listen string
}

// parse reads the command line. What is wrong with it is said on w.
func parse(args []string, w io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.Float64Var(&o.rate, "rate", 2, "calls a second, at most 1000")
	flags.Float64Var(&o.speed, "speed", 1, "how many times faster than life providers answer and go down; the rate stays")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of latencies, ids and sporadic failures")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of /healthz, /, /debug/llm/ and /alerts")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage // has been said
	}
	var wrong error
	switch {
	case flags.NArg() > 0:
		wrong = fmt.Errorf("unexpected argument %q: there are flags and the command health, see -h", flags.Arg(0))
	case !(o.rate > 0 && o.rate <= 1000): // NaN as well
		wrong = errors.New("-rate must be above 0 and at most 1000")
	case !(o.speed > 0 && o.speed <= 1000):
		wrong = errors.New("-speed must be above 0 and at most 1000")
	}
	if wrong != nil {
		fmt.Fprintln(w, "demo:", wrong)
		return o, errUsage
	}
	return o, nil
}
