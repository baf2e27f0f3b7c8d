package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmotel/sdk/cmd/llmotel/internal/source"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/report"
)

type reportFlags struct {
	by           []string
	since, until string
	where        []string
	format       string
	baseline     string
	level        float64
	top          int
	alone        bool
	comparisons  bool
}

func reportCommand() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report [FILE|DSN]...",
		Short: "Requests, errors, latency, tokens and cost, and experiments compared",
		Long: `Report adds up call records by group: requests, error rate, latency percentiles, tokens
and cost. For experiments it shows how each variant differs from the baseline, with a
confidence interval.

FILE is a log (` + calllog.DefaultPath + ` by default; with the files that rotation has moved
aside, compressed ones included), an SQLite file, or - for standard input. DSN is
postgres://..., for which the PG... environment variables hold, so that no password
needs to be in it. Lines that hold no record are passed over, counted and named.

What is counted: errors are calls that failed; those that the caller cancelled or left
are neither error nor success. Latency is of successes, ttfc (time to first chunk) of
streams. A log without any record is an error. Costs are sums over the calls
whose price is known. Sampled records count with their weight. Percentiles are within
0.5 % of exact.

Means (cost, latency) are compared by Welch's t interval, error rates by Newcombe's
interval. Both take calls as independent of each other.

Group by: ` + strings.Join(report.Dimensions(), ", ") + `.`,
		Example: `  llmotel report llm_telemetry.jsonl --by feature,prompt_version --since 24h
  llmotel report calls.db --by model --format json
  llmotel report postgres://llmotel@db/telemetry --by day --since 2026-03-01 --format csv
  llmotel report --where experiment=checkout --baseline control`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return runReport(cmd, args, f) },
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.by, "by", nil, "what to group by, comma separated")
	flags.StringVar(&f.since, "since", "", "only calls that began since: 90m, 24h, 7d, 2026-03-01 or RFC 3339")
	flags.StringVar(&f.until, "until", "", "only calls that began before, as --since")
	flags.StringArrayVar(&f.where, "where", nil, "only records with NAME=VALUE; repeat for more")
	flags.StringVar(&f.format, "format", "table", "table, json or csv (one row a group; with --comparisons one a comparison)")
	flags.StringVar(&f.baseline, "baseline", "", "variant to compare with (default: control or baseline, else the first by name)")
	flags.Float64Var(&f.level, "level", 0.95, "confidence level of the intervals")
	flags.IntVar(&f.top, "top", 0, "show only so many groups, the dearest (default all)")
	flags.BoolVar(&f.alone, "alone", false, "leave out the files that rotation has moved aside")
	flags.BoolVar(&f.comparisons, "comparisons", false, "show the comparisons of experiments only")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(report.Dimensions(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json", "csv"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// result is what a report has found.
type result struct {
	Sources     []string            `json:"sources"`
	Since       *time.Time          `json:"since,omitempty"`
	Until       *time.Time          `json:"until,omitempty"`
	Dimensions  []string            `json:"by,omitempty"`
	Total       report.Group        `json:"total"`
	Groups      []report.Group      `json:"groups,omitempty"`
	Hidden      int                 `json:"groups_not_shown,omitempty"`
	Comparisons []report.Comparison `json:"comparisons,omitempty"`
	Bad         badLines            `json:"bad_lines"`
}

type badLines struct {
	Count int       `json:"count"`
	First []badLine `json:"first,omitempty"`
}

type badLine struct {
	Source string `json:"source"`
	Line   int    `json:"line"`
	Error  string `json:"error"`
}

func runReport(cmd *cobra.Command, targets []string, f reportFlags) error {
	now := time.Now()
	since, err := parseTime("since", f.since, now)
	if err != nil {
		return err
	}
	until, err := parseTime("until", f.until, now)
	if err != nil {
		return err
	}
	where, err := parseFilter(f.where)
	if err != nil {
		return err
	}
	if err := oneOf("format", f.format, "table", "json", "csv"); err != nil {
		return err
	}
	if !(f.level > 0 && f.level < 1) {
		return usagef("--level is %v, not between 0 and 1", f.level)
	}
	if f.top < 0 {
		return usagef("--top is negative")
	}
	whole, err := report.New(f.by...)
	if err != nil {
		return usageError{err}
	}
	if len(targets) == 0 {
		targets = []string{calllog.DefaultPath}
	}
	progress, done := progressOn(cmd.ErrOrStderr())
	o := source.Options{Since: since, Until: until, Alone: f.alone, Stdin: cmd.InOrStdin(), Progress: progress}
	sum, err := collect(cmd.Context(), targets, o, where, whole)
	done()
	if err != nil {
		return err
	}
	res := newResult(whole, sum, f)
	if !since.IsZero() {
		res.Since = &since
	}
	if !until.IsZero() {
		res.Until = &until
	}
	warn(cmd.ErrOrStderr(), res.Bad)
	if sum.Records == 0 && since.IsZero() && until.IsZero() {
		return fmt.Errorf("no records in %s", strings.Join(sum.Sources, ", "))
	}
	if f.baseline != "" && len(res.Comparisons) > 0 && !slices.ContainsFunc(res.Comparisons, func(c report.Comparison) bool { return c.Baseline == f.baseline }) {
		fmt.Fprintf(cmd.ErrOrStderr(), "llmotel: no experiment has a variant %q to compare with: the baselines are the usual ones\n", f.baseline)
	}
	return show(cmd.OutOrStdout(), res, f)
}

// collect adds the records of all targets up.
func collect(ctx context.Context, targets []string, o source.Options, where filter, whole *report.Report) (*source.Summary, error) {
	var mu sync.Mutex
	var parts []*report.Report
	sum, err := source.Read(ctx, targets, o, func() func(e *calllog.Entry) {
		part := whole.Empty()
		mu.Lock()
		parts = append(parts, part)
		mu.Unlock()
		return func(e *calllog.Entry) {
			if where.keeps(e) {
				part.Add(e)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		whole.Merge(part)
	}
	return sum, nil
}

func newResult(whole *report.Report, sum *source.Summary, f reportFlags) *result {
	res := &result{
		Sources: sum.Sources, Dimensions: f.by, Total: whole.Total(), Groups: whole.Groups(),
		Comparisons: whole.Comparisons(f.baseline, f.level), Bad: badLines{Count: sum.BadCount},
	}
	if f.top > 0 && len(res.Groups) > f.top {
		res.Hidden = len(res.Groups) - f.top
		res.Groups = res.Groups[:f.top]
	}
	for _, b := range sum.Bad {
		res.Bad.First = append(res.Bad.First, badLine{b.Source, b.Line, b.Err.Error()})
	}
	return res
}

// warn tells people of bad lines, in whatever format the report is.
func warn(w io.Writer, bad badLines) {
	if bad.Count == 0 {
		return
	}
	fmt.Fprintf(w, "llmotel: %s passed over:\n", plural(float64(bad.Count), "bad line"))
	const shown = 10
	for i, b := range bad.First {
		if i == shown {
			break
		}
		fmt.Fprintf(w, "  %s:%d: %s\n", b.Source, b.Line, strings.TrimPrefix(b.Error, "calllog: "))
	}
	if bad.Count > shown {
		fmt.Fprintf(w, "  and %s more\n", whole(float64(bad.Count-shown)))
	}
}

// progressOn shows how far the reading is, if w is a terminal.
func progressOn(w io.Writer) (progress func(done, total int64), end func()) {
	f, ok := w.(*os.File)
	if !ok {
		return nil, func() {}
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	start, last, shown := time.Now(), time.Time{}, false
	progress = func(done, total int64) {
		now := time.Now()
		if now.Sub(start) < time.Second/2 || now.Sub(last) < time.Second/10 {
			return
		}
		last, shown = now, true
		if total > 0 {
			fmt.Fprintf(f, "\rreading %3.0f %% of %s ", 100*float64(done)/float64(total), size(total))
		} else {
			fmt.Fprintf(f, "\rreading %s ", size(done))
		}
	}
	return progress, func() {
		if shown {
			fmt.Fprint(f, "\r\x1b[K")
		}
	}
}
