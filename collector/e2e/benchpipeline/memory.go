package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
)

// memory measures what a trace costs that waits for the decision about it: the resident memory of a sampler with more and
// more traces waiting, none of which is decided meanwhile.
func memory(ctx context.Context, root string) (err error) {
	dir, err := os.MkdirTemp("", "llmotel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p := rig.Pipeline{Dir: dir, Repository: root, Base: 23000}
	spec, err := p.Collector(0, []string{"scale/sampler.yaml", "sampling.yaml"},
		"SAMPLING_DECISION_WAIT=900s", "SAMPLING_DECISION_WAIT_AFTER_ROOT=900s", "SAMPLING_MAX_TRACES=1000000",
		"COLLECTOR_MEMORY_MIB=6000", "COLLECTOR_MEMORY_SPIKE_MIB=1000", "GOMEMLIMIT=", "GOGC=100")
	if err != nil {
		return err
	}
	fmt.Println("Memory of traces that wait for their decision (resident, with the garbage that Go's default GOGC=100 leaves):")
	fmt.Println()
	fmt.Println("| spans a trace | traces waiting | resident memory | per thousand traces | per span |")
	fmt.Println("| --- | --- | --- | --- | --- |")
	for _, spans := range []int{3, 21} {
		if err := fill(ctx, p, spec, spans); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

func fill(ctx context.Context, p rig.Pipeline, spec rig.Spec, spans int) (err error) {
	collector, err := rig.Start(ctx, spec)
	if err != nil {
		return err
	}
	// What waits is decided when it is stopped, for a backend that is not there.
	defer func() { err = errors.Join(err, collector.Kill(), os.RemoveAll(spec.Dir+"/collector-0")) }()
	warm := &rig.Load{Service: "bench-warm", Seed: 2, Traces: 500, Spans: spans, To: []string{p.GRPC(0)}}
	if _, err := warm.Send(ctx, nil); err != nil {
		return err
	}
	empty, err := settled(ctx, collector)
	if err != nil {
		return err
	}
	for step := range 2 {
		traces := 200000 / spans
		load := &rig.Load{Service: "bench", Seed: uint64(100 + step), Traces: traces, Spans: spans, Rate: 40000, To: []string{p.GRPC(0)}}
		report, err := load.Send(ctx, nil)
		if err != nil {
			return err
		}
		if report.GivenUp > 0 {
			return fmt.Errorf("%d spans given up", report.GivenUp)
		}
		full, err := settled(ctx, collector)
		if err != nil {
			return err
		}
		waiting := (step + 1) * traces
		used := float64(full - empty)
		fmt.Printf("| %d | %d | %d MiB | %.1f MiB | %.1f KiB |\n", spans, waiting, full>>20, used/(1<<20)/float64(waiting)*1000, used/1024/float64(waiting*spans))
	}
	return nil
}

// settled is the resident memory after ten quiet seconds.
func settled(ctx context.Context, process *rig.Process) (uint64, error) {
	select {
	case <-time.After(10 * time.Second):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	usage, err := process.Usage()
	return usage.FinalRSS, err
}
