// Llmotel reads what llmotel's call log has written: reports with comparisons
// of experiments, calls as they happen, and what a call costs and why.
//
//	go install github.com/llmotel/sdk/cmd/llmotel@latest
//	llmotel help
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/llmotel/sdk/cmd/llmotel/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
