package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
)

// way is a way through the collector.
type way struct {
	name    string
	overlay string   // merged over the configuration; empty: none
	base    string   // the file of collector/; empty: otel-config.yaml
	configs []string // further ones
	env     []string
	backend bool // Jaeger runs, and everything is to be found there
	sink    bool // a backend that takes everything is in Jaeger's place
	percent int  // of the traces that are kept
}

const (
	null = `service: {pipelines: {traces/kept: {exporters: [nop]}}}
exporters: {nop: {}}
`
	inMemory = `exporters: {otlp_http/jaeger: {sending_queue: {storage: null}}}
`
)

var ways = []way{
	{name: "OTLP in, memory guarded, null exporter", base: "scale/sampler.yaml", overlay: null},
	{name: "cleaned and redacted, null exporter", overlay: null},
	{name: "the same, queue in memory, a backend that only takes", overlay: inMemory, sink: true},
	{name: "the same, queue on disk, a backend that only takes", sink: true},
	{name: "queue in memory, Jaeger", overlay: inMemory, backend: true, percent: 100},
	{name: "**the default**: queue on disk, Jaeger", backend: true, percent: 100},
	{
		name: "a sampler of the fleet, 10 % kept", base: "scale/sampler.yaml", configs: []string{"sampling.yaml"},
		env: []string{"SAMPLING_MAX_TRACES=100000", "OTLP_BACKEND_COMPRESSION=none", "GOGC=100"}, backend: true, percent: 10,
	},
	{name: "the default with sampling.yaml, 10 % kept", configs: []string{"sampling.yaml"}, env: []string{"SAMPLING_MAX_TRACES=100000"}, backend: true, percent: 10},
}

func throughput(ctx context.Context, root string, spans, rounds int, which *regexp.Regexp) error {
	fmt.Printf("%d spans of 21 a trace in batches of 512, four at a time:\n\n", spans)
	fmt.Println("| way | taken, spans/s | in the backend, spans/s | collector: CPU s per million spans | spans/s and core | peak memory | Jaeger: CPU s per million | refused |")
	fmt.Println("| --- | --- | --- | --- | --- | --- | --- | --- |")
	// Round by round, so that what else the machine does meets each way.
	for range rounds {
		for _, w := range ways {
			if !which.MatchString(w.name) {
				continue
			}
			if err := measure(ctx, root, w, spans); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
	}
	fmt.Println()
	return nil
}

func measure(ctx context.Context, root string, w way, spans int) (err error) {
	dir, err := os.MkdirTemp("", "llmotel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p := rig.Pipeline{Dir: dir, Repository: root, Base: 23000}
	configs := append([]string{cmp.Or(w.base, "otel-config.yaml")}, w.configs...)
	if w.overlay != "" {
		path := filepath.Join(dir, "overlay.yaml")
		if err := os.WriteFile(path, []byte(w.overlay), 0o600); err != nil {
			return err
		}
		configs = append(configs, path)
	}
	var jaeger *rig.Process
	if w.backend {
		if jaeger, err = rig.Start(ctx, p.Jaeger()); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, jaeger.Stop()) }()
	}
	var taker *sink
	if w.sink {
		if taker, err = listen(ctx, strings.TrimPrefix(p.JaegerOTLP(), "http://")); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, taker.close()) }()
	}
	spec, err := p.Collector(0, configs, append(w.env, "COLLECTOR_MEMORY_MIB=1500", "COLLECTOR_MEMORY_SPIKE_MIB=300", "GOMEMLIMIT=1500MiB")...)
	if err != nil {
		return err
	}
	collector, err := rig.Start(ctx, spec)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, collector.Stop()) }()

	// A first small load, so that connections and caches are there.
	warm := &rig.Load{Service: "bench-warm", Seed: 1, Traces: 200, Spans: 21, To: []string{p.GRPC(0)}}
	if _, err := warm.Send(ctx, nil); err != nil {
		return err
	}
	if taker != nil {
		if _, err := taker.all(ctx, warm.Traces*warm.Spans); err != nil {
			return err
		}
		taker.empty()
	}
	before, err := collector.Usage()
	if err != nil {
		return err
	}
	var jaegerBefore rig.Usage
	if jaeger != nil {
		if jaegerBefore, err = jaeger.Usage(); err != nil {
			return err
		}
	}
	load := &rig.Load{Service: "bench", Seed: 3, Traces: spans / 21, Spans: 21, To: []string{p.GRPC(0)}}
	began := time.Now()
	report, err := load.Send(ctx, nil)
	if err != nil {
		return err
	}
	delivered, jaegerCPU := "-", "-"
	if w.backend {
		api := rig.Jaeger{URL: p.JaegerURL()}
		if w.percent == 100 {
			all, err := arrived(ctx, api, load)
			if err != nil {
				return err
			}
			// Before every trace is asked for, which is work for Jaeger too.
			usage, err := jaeger.Usage()
			if err != nil {
				return err
			}
			jaegerCPU = fmt.Sprintf("%.1f", (usage.CPU-jaegerBefore.CPU).Seconds()/float64(report.Acknowledged)*1e6)
			if err := whole(ctx, api, load); err != nil {
				return err
			}
			delivered = fmt.Sprintf("%.0f", float64(report.Acknowledged)/all.Sub(began).Seconds())
		} else {
			all, err := decided(ctx, api, load, w.percent)
			if err != nil {
				return err
			}
			delivered = fmt.Sprintf("all decided %.0f s after the last", all.Sub(began.Add(report.Elapsed)).Seconds())
		}
	}
	if w.sink {
		all, err := taker.all(ctx, load.Traces*load.Spans)
		if err != nil {
			return err
		}
		delivered = fmt.Sprintf("%.0f", float64(report.Acknowledged)/all.Sub(began).Seconds())
	}
	after, err := collector.Usage()
	if err != nil {
		return err
	}
	millions := float64(report.Acknowledged) / 1e6
	cpu := (after.CPU - before.CPU).Seconds()
	fmt.Printf("| %s | %.0f | %s | %.1f | %.0f | %d MiB | %s | %d |\n", w.name, float64(report.Acknowledged)/report.Elapsed.Seconds(), delivered,
		cpu/millions, float64(report.Acknowledged)/cpu, after.PeakRSS>>20, jaegerCPU, report.Refused)
	if report.Refused > 0 || report.GivenUp > 0 {
		return fmt.Errorf("%d batches refused, %d spans given up", report.Refused, report.GivenUp)
	}
	return nil
}

// arrived waits until the load is in Jaeger, by looking at a trace in two hundred, in the order in which they were sent. The
// time it returns is that of the last look at which something was missing.
func arrived(ctx context.Context, jaeger rig.Jaeger, load *rig.Load) (time.Time, error) {
	at, deadline := time.Now(), time.Now().Add(5*time.Minute)
	for next := 0; next < load.Traces; {
		count, err := jaeger.Count(ctx, load, next, next+1)
		if err != nil {
			return at, err
		}
		if count.Whole == 1 {
			next += min(max(load.Traces/200, 1), max(load.Traces-1-next, 1))
			continue
		}
		if time.Now().After(deadline) {
			return at, fmt.Errorf("trace %d of %d is not there: %+v", next, load.Traces, count)
		}
		time.Sleep(100 * time.Millisecond)
		at = time.Now()
	}
	return at, nil
}

// whole looks at every trace.
func whole(ctx context.Context, jaeger rig.Jaeger, load *rig.Load) error {
	count, err := jaeger.Count(ctx, load, 0, load.Traces)
	for deadline := time.Now().Add(30 * time.Second); err == nil && count.Whole != load.Traces && time.Now().Before(deadline); {
		time.Sleep(time.Second)
		count, err = jaeger.Count(ctx, load, 0, load.Traces)
	}
	if err == nil && count.Whole != load.Traces {
		err = fmt.Errorf("%d of %d traces are whole in Jaeger", count.Whole, load.Traces)
	}
	return err
}

// decided waits until no more traces come, and looks at how many were kept.
func decided(ctx context.Context, jaeger rig.Jaeger, load *rig.Load, percent int) (time.Time, error) {
	at, last := time.Now(), rig.Count{}
	for deadline := time.Now().Add(5 * time.Minute); last.Spans == 0 || time.Since(at) < 15*time.Second; {
		count, err := jaeger.Count(ctx, load, 0, load.Traces)
		if err != nil {
			return at, err
		}
		if count != last {
			last, at = count, time.Now()
		}
		if time.Now().After(deadline) {
			return at, fmt.Errorf("the number of traces does not settle: %+v", count)
		}
		time.Sleep(time.Second)
	}
	if share := 100 * last.Whole / load.Traces; last.Partial > 0 || share < percent-2 || share > percent+2 {
		return at, fmt.Errorf("%d of %d traces kept, %d in part; %d %% expected", last.Whole, load.Traces, last.Partial, percent)
	}
	return at, nil
}
