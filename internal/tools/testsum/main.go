package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// config is the parsed command line.
type config struct {
	modules []string
	goArgs  []string       // passed to go test; "./..." if no package is named
	named   string         // only tests whose name contains it, in the packages that have some; empty: all
	failOn  *regexp.Regexp // skips whose output matches are failures; nil: none
	verbose bool
}

// run is main without the process: it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cfg, err := parseArgs(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "testsum:", err)
		return 2
	}
	report := &reporter{w: stdout, verbose: cfg.verbose}
	total := newTally(cfg.failOn)
	for _, dir := range cfg.modules {
		args := cfg.goArgs
		if cfg.named != "" {
			packages, err := packagesWith(dir, cfg.named)
			if err != nil {
				fmt.Fprintln(stderr, "testsum:", err)
				return 2
			}
			if len(packages) == 0 {
				continue
			}
			args = slices.Concat([]string{"-run=" + cfg.named}, args, packages)
		}
		report.module(dir)
		runModule(ctx, dir, args, total, report, stderr)
	}
	return report.summary(total)
}

func parseArgs(args []string, stderr io.Writer) (config, error) {
	var cfg config
	var chdir, failOn string
	set := flag.NewFlagSet("testsum", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&chdir, "C", "", "change to `dir` before reading the module dirs")
	set.StringVar(&failOn, "fail-on-skip-matching", "", "count a skip whose output matches `regexp` as a failure")
	set.StringVar(&cfg.named, "named", "", "run only tests whose name contains `word`, in the packages that have some")
	set.BoolVar(&cfg.verbose, "v", false, "name packages without tests too")
	own, goArgs := args, []string(nil)
	if i := slices.Index(args, "--"); i >= 0 {
		own, goArgs = args[:i], args[i+1:]
	}
	if err := set.Parse(own); err != nil {
		return config{}, err
	}
	cfg.modules = set.Args()
	if len(cfg.modules) == 0 {
		return config{}, errors.New("no module directory given")
	}
	cfg.goArgs = goArgs
	switch {
	case cfg.named != "" && namesPackage(goArgs):
		return config{}, errors.New("-named chooses the packages; name none")
	case cfg.named == "" && !namesPackage(goArgs):
		cfg.goArgs = append(slices.Clone(goArgs), "./...")
	}
	if failOn != "" {
		re, err := regexp.Compile(failOn)
		if err != nil {
			return config{}, fmt.Errorf("-fail-on-skip-matching: %w", err)
		}
		cfg.failOn = re
	}
	if chdir != "" {
		if err := os.Chdir(chdir); err != nil {
			return config{}, err
		}
	}
	return cfg, nil
}

// namesPackage reports whether a relative package pattern stands among the go
// test arguments. Flags with a separate value ("-run X") are not told apart
// from import paths, so only patterns that start with a dot count.
func namesPackage(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return a != "" && a[0] == '.' })
}
