package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

const latencySamples = 15

// latency measures the time from the end of a call to its trace in Jaeger and its tokens in Prometheus, for a program that
// is set up by otelsetup with no variable but the endpoint. Calls end at different moments of the export intervals.
func latency(ctx context.Context, root string) (err error) {
	dir, err := os.MkdirTemp("", "llmotel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p := rig.Pipeline{Dir: dir, Repository: root, Base: 23000}
	prometheus, err := p.Prometheus()
	if err != nil {
		return err
	}
	collector, err := p.Collector(0, []string{"otel-config.yaml"})
	if err != nil {
		return err
	}
	var running []*rig.Process
	defer func() {
		for _, process := range running {
			err = errors.Join(err, process.Stop())
		}
	}()
	for _, spec := range []rig.Spec{p.Jaeger(), prometheus, collector} {
		process, err := rig.Start(ctx, spec)
		if err != nil {
			return err
		}
		running = append(running, process)
	}

	if err := os.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+p.GRPC(0)); err != nil {
		return err
	}
	sdk, err := otelsetup.Start(ctx, otelsetup.WithServiceName("bench"), otelsetup.WithoutGlobals())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sdk.Shutdown(context.WithoutCancel(ctx))) }()
	instrumentation, err := llmotel.New(llmotel.WithTracerProvider(sdk.TracerProvider()), llmotel.WithMeterProvider(sdk.MeterProvider()), llmotel.WithLoggerProvider(sdk.LoggerProvider()))
	if err != nil {
		return err
	}
	model, err := mock.NewOpenAI(mock.WithTimeScale(0.01))
	if err != nil {
		return err
	}
	provider := instrumentation.Wrap(model)

	var traces, metrics []time.Duration
	for i := range latencySamples {
		// The call's parent has an id that can be asked for.
		callCtx, span := sdk.TracerProvider().Tracer("bench").Start(ctx, "bench")
		_, err := provider.Generate(callCtx, &providers.Request{Model: model.Model(), Messages: []providers.Message{providers.UserText("How long does it take?")}})
		span.End()
		ended := time.Now()
		if err != nil {
			return err
		}
		took, err := until(ctx, ended, func() bool { return inJaeger(ctx, p, span.SpanContext().TraceID()) })
		if err != nil {
			return fmt.Errorf("trace of call %d: %w", i, err)
		}
		traces = append(traces, took)
		took, err = until(ctx, ended, func() bool {
			count, err := rig.PrometheusValue(ctx, p.PrometheusURL(), `sum(gen_ai_client_inference_duration_seconds_count{service_name="bench"})`)
			return err == nil && count >= float64(i+1)
		})
		if err != nil {
			return fmt.Errorf("metrics of call %d: %w", i, err)
		}
		metrics = append(metrics, took)
		// The next call ends elsewhere in the interval of five seconds.
		time.Sleep(time.Duration(i%10) * 330 * time.Millisecond)
	}
	fmt.Printf("From the end of a call, program and collector with their defaults, %d calls:\n\n| until | median | slowest |\n| --- | --- | --- |\n", latencySamples)
	for _, row := range []struct {
		name string
		took []time.Duration
	}{{"its trace is in Jaeger", traces}, {"its metrics are in Prometheus", metrics}} {
		slices.Sort(row.took)
		slowest := row.took[len(row.took)-1]
		fmt.Printf("| %s | %.1f s | %.1f s |\n", row.name, row.took[len(row.took)/2].Seconds(), slowest.Seconds())
		if slowest > 10*time.Second {
			err = errors.Join(err, fmt.Errorf("%s after %s; ten seconds are the limit", row.name, slowest))
		}
	}
	return err
}

func until(ctx context.Context, began time.Time, check func() bool) (time.Duration, error) {
	for !check() {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if time.Since(began) > 90*time.Second {
			return 0, errors.New("not there after 90 s")
		}
		time.Sleep(50 * time.Millisecond)
	}
	return time.Since(began), nil
}

func inJaeger(ctx context.Context, p rig.Pipeline, id trace.TraceID) bool {
	_, err := rig.Get(ctx, p.JaegerURL()+"/api/traces/"+id.String())
	return err == nil
}
