package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmotel/sdk/llmotel"
)

// Run runs one command and returns the exit status: 0, 1 for what went wrong,
// 2 for what was asked for wrongly.
func Run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := &cobra.Command{
		Use:   "llmotel",
		Short: "Reports on LLM calls that llmotel has recorded",
		Long: `llmotel reads call records: the JSON lines, SQLite files and PostgreSQL tables that
llmotel/calllog writes. They hold no prompts and no answers.`,
		Version:       llmotel.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(reportCommand(), tailCommand(), priceCommand(), schemaCommand()) //nolint:contextcheck // commands have the one that they are executed with
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return 130 // as shells say after an interrupt
	}
	fmt.Fprintln(errs, "llmotel:", err)
	if _, wrong := errors.AsType[usageError](err); wrong || !command.HasParent() {
		fmt.Fprintf(errs, "See '%s --help'.\n", command.CommandPath())
		return 2
	}
	return 1
}

// usageError is about the arguments.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// needs is a cobra.PositionalArgs.
func needs(atLeast, atMost int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < atLeast || len(args) > atMost {
			return usagef("needs %s", what)
		}
		return nil
	}
}

// oneOf checks a flag's value.
func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usagef("--%s is %q, not one of %s", flag, value, strings.Join(allowed, ", "))
}
