// Benchpipeline measures the pipeline on its real programs and prints the tables of docs/pipeline.md: spans a second on
// several ways through the collector, what each process uses for it, what a waiting trace costs, and the time from the end
// of a call to where a person sees it.
//
//	make bench-pipeline
//	go -C collector/e2e run ./benchpipeline -spans 400000
//
// Sender, collector and backend share one machine, so its rates are what a collector beside a busy program does, not what
// it does alone: spans a second and core is the figure to plan with. What arrived is counted in Jaeger.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

func main() {
	spans := flag.Int("spans", 300000, "spans of each run")
	repository := flag.String("repository", "../..", "root of the repository")
	only := flag.String("only", "", "names of the parts to run: throughput, memory, latency; empty: all")
	ways := flag.String("ways", "", "expression that names of ways match which are measured; empty: all")
	rounds := flag.Int("rounds", 1, "how often each way is measured")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	which, err := regexp.Compile(*ways)
	if err == nil {
		err = run(ctx, *repository, *only, *spans, *rounds, which)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchpipeline:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, repository, only string, spans, rounds int, which *regexp.Regexp) error {
	root, err := filepath.Abs(repository)
	if err != nil {
		return err
	}
	fmt.Printf("%s %s, %d CPUs (%s), everything on one machine; load before: %s\n\n", runtime.Version(), runtime.GOOS, runtime.NumCPU(), cpuModel(), loadAverage())
	for _, part := range []struct {
		name string
		run  func(context.Context, string) error
	}{
		{"throughput", func(ctx context.Context, root string) error { return throughput(ctx, root, spans, rounds, which) }},
		{"memory", memory},
		{"latency", latency},
	} {
		if only != "" && !strings.Contains(only, part.name) {
			continue
		}
		if err := part.run(ctx, root); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

func cpuModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(info)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func loadAverage() string {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(load))[:3], " ")
}
