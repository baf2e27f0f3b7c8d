// Failover from a file: a chain of targets that keeps answering while one of
// them is down.
//
//	go run ./examples/failover
//	go run ./examples/failover -check examples/failover/failover.real.json
//	go run ./examples/failover -config examples/failover/failover.real.json "Why is the sky blue?"
//
// Without -config the targets are mocks that need no key. -check says all that is
// wrong with a file, or what the chain would be, and makes no call. With an
// OpenTelemetry collector on localhost:4317 the traces are in Jaeger, see README.md.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/failover/config"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/llmotel/otelsetup"
)

//go:embed failover.json
var mocks []byte

func main() {
	var o options
	flag.StringVar(&o.config, "config", "", "the chain's `file`; mocks without one")
	flag.StringVar(&o.check, "check", "", "check this `file`, and call nobody")
	flag.Parse()
	o.question = strings.Join(flag.Args(), " ")
	if o.question == "" {
		o.question = "Why is the sky blue?"
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type options struct{ config, check, question string }

func run(ctx context.Context, w io.Writer, o options) error {
	plugs := plugs{}
	if o.check != "" {
		return check(w, o.check, plugs)
	}
	cfg, err := load(o.config, plugs)
	if err != nil {
		return err
	}
	out := &printer{w: w}
	m, err := monitor.New(cfg.Targets(), //nolint:contextcheck // a Monitor outlives the context of any call
		monitor.WithServiceName("llmotel-failover"), monitor.WithoutCallLog(),
		monitor.WithTelemetry(otelsetup.WithErrorHandler(func(error) {})), // said at the end
		monitor.WithFailover(cfg.Options()...),
		monitor.WithFailover(failover.WithHooks(out.hooks())))
	if err != nil {
		return err
	}
	err = (&story{m: m, plugs: plugs, out: out, question: o.question}).tell(ctx)
	closeErr := m.Close()
	if errors.Is(closeErr, otelsetup.ErrNotExported) {
		out.line("No collector was listening, so there is no trace to open: docker compose up -d --wait")
		closeErr = nil
	}
	return errors.Join(err, closeErr)
}

// load reads the file, or the mocks if there is none.
func load(path string, plugs plugs) (*config.Config, error) {
	if path == "" {
		return config.Parse("failover.json", mocks, factories(plugs))
	}
	return config.Load(path, factories(plugs))
}

// check says what a file comes to, where that differs from the defaults. Its error has a line for everything that is
// wrong.
func check(w io.Writer, path string, plugs plugs) error {
	cfg, err := config.Load(path, factories(plugs))
	if err != nil {
		return fmt.Errorf("%w\n%s: %d wrong", err, path, len(config.All(err)))
	}
	chain, err := cfg.Chain()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s: nothing is wrong\n\n%v\n", path, chain.Describe())
	return err
}
