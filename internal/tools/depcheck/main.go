package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set := flag.NewFlagSet("depcheck", flag.ContinueOnError)
	set.SetOutput(stderr)
	root := set.String("C", ".", "root `dir` of the repository; module dirs are relative to it")
	rewrite := set.Bool("update", false, "rewrite the golden files")
	if err := set.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	found, err := check(ctx, *root, set.Args(), *rewrite)
	if err != nil {
		fmt.Fprintln(stderr, "depcheck:", err)
		return 2
	}
	for _, f := range found {
		fmt.Fprintln(stdout, f)
	}
	if len(found) > 0 {
		fmt.Fprintln(stdout, "depcheck: imports differ from what was agreed; if a golden change is meant, run `make deps-update` and commit it")
		return 1
	}
	return 0
}

// check returns what is wrong with the modules. With rewrite, golden files are
// brought up to date instead of compared; broken import rules are still found.
func check(ctx context.Context, root string, dirs []string, rewrite bool) ([]string, error) {
	if len(dirs) == 0 {
		return nil, errors.New("no module directory given")
	}
	var found []string
	want := map[string]string{}
	for _, dir := range dirs {
		m, err := load(ctx, filepath.Join(root, dir))
		if err != nil {
			return nil, err
		}
		for _, p := range m.packages {
			found = append(found, violations(p)...)
		}
		maps.Copy(want, goldens(m))
	}
	golden := filepath.Join(root, "internal", "tools", "depcheck", "testdata", "golden")
	if rewrite {
		return found, update(golden, want)
	}
	differ, err := compare(golden, want)
	return append(found, differ...), err
}
