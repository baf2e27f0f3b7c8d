package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmotel/sdk/cmd/llmotel/internal/source"
	"github.com/llmotel/sdk/llmotel/calllog"
)

type tailFlags struct {
	lines    int
	noFollow bool
	errors   bool
	where    []string
	format   string
}

func tailCommand() *cobra.Command {
	var f tailFlags
	cmd := &cobra.Command{
		Use:   "tail [FILE]",
		Short: "Calls as they happen",
		Long: `Tail shows the last calls of a log and then each new one, a line each, until it is
interrupted. It follows the log when it is rotated, truncated or not there yet. FILE is
` + calllog.DefaultPath + ` by default.

A line has the time of the call's end, how it ended, how long it took (and until the first
chunk), who answered, tokens in and out, cost, on whose behalf, and, in brackets, how the
other targets fared that were tried, which were passed over, and how often a target was
tried again. A target that lost against a hedge is "cancelled".`,
		Example: `  llmotel tail
  llmotel tail calls.jsonl --errors --where feature=search
  llmotel tail -n 100 --no-follow --format json | jq .latency_ms`,
		Args: needs(0, 1, "at most one file"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTail(cmd, args, f) },
	}
	flags := cmd.Flags()
	flags.IntVarP(&f.lines, "lines", "n", 10, "how many of the last calls to show first")
	flags.BoolVar(&f.noFollow, "no-follow", false, "end after these")
	flags.BoolVar(&f.errors, "errors", false, "only calls that failed")
	flags.StringArrayVar(&f.where, "where", nil, "only records with NAME=VALUE; repeat for more")
	flags.StringVar(&f.format, "format", "line", "line, or json for the records as they are")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"line", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runTail(cmd *cobra.Command, args []string, f tailFlags) error {
	if err := oneOf("format", f.format, "line", "json"); err != nil {
		return err
	}
	where, err := parseFilter(f.where)
	if err != nil {
		return err
	}
	if f.lines < 0 {
		return usagef("--lines is negative")
	}
	path := calllog.DefaultPath
	if len(args) > 0 {
		path = args[0]
	}
	if source.IsDatabase(path) {
		return usagef("tail follows files, and this is a database")
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !f.noFollow {
		fmt.Fprintf(cmd.ErrOrStderr(), "llmotel: waiting for %s\n", path)
	}
	t := &tailer{out: cmd.OutOrStdout(), errs: cmd.ErrOrStderr(), flags: f, where: where, reader: calllog.NewReader(nil)}
	o := source.FollowOptions{Last: f.lines, Once: f.noFollow, Every: 200 * time.Millisecond, Keep: t.keeps}
	if err := source.Follow(cmd.Context(), path, o, t.line); cmd.Context().Err() == nil {
		return err
	}
	return nil // the user has seen enough
}

// tailer shows lines.
type tailer struct {
	out, errs io.Writer
	flags     tailFlags
	where     filter
	reader    *calllog.Reader
	entry     calllog.Entry
}

func (t *tailer) keeps(line []byte) bool {
	if t.reader.Parse(line, &t.entry) != nil {
		return true // to be told of
	}
	return (!t.flags.errors || t.entry.ErrorKind != "") && t.where.keeps(&t.entry)
}

func (t *tailer) line(line []byte) error {
	if !t.keeps(line) {
		return nil
	}
	if err := t.reader.Parse(line, &t.entry); err != nil {
		fmt.Fprintf(t.errs, "llmotel: a bad line of %d bytes: %v\n", len(line), err)
		return nil
	}
	if t.flags.format == "json" {
		_, err := fmt.Fprintf(t.out, "%s\n", line)
		return err
	}
	_, err := fmt.Fprintln(t.out, callLine(&t.entry))
	return err
}
