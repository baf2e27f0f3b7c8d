package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// fleet is what the service calls.
type fleet struct {
	*monitor.Monitor
	openai, anthropic, local *mock.Provider
	// preview and gateway are called past the chain: a model on the company's
	// own machines, which has no price, and a gateway that does not report
	// usage.
	preview, gateway providers.Provider
}

// local is a model on the company's own machines, the last target.
func localProfile() mock.Profile {
	p := mock.OpenAI()
	p.Name, p.Model, p.Dimensions = "vllm", "in-house-8b", 0
	p.Latency = mock.Latency{P50: 2 * time.Second, P95: 6 * time.Second}
	p.FirstToken = mock.Latency{P50: 900 * time.Millisecond, P95: 3 * time.Second}
	return p
}

func newFleet(o options, out io.Writer) (*fleet, error) {
	scale := mock.WithTimeScale(1 / o.speed)
	rates := []mock.Option{scale, mock.WithFailureRate(providers.KindServerError, 0.01), mock.WithFailureRate(providers.KindRateLimited, 0.01)}
	f := &fleet{}
	var errs [4]error
	var gateway *mock.Provider
	f.openai, errs[0] = mock.NewOpenAI(append(rates, mock.WithSeed(o.seed))...)
	f.anthropic, errs[1] = mock.NewAnthropic(append(rates, mock.WithSeed(o.seed+1))...)
	f.local, errs[2] = mock.New(localProfile(), scale, mock.WithSeed(o.seed+2))
	gateway, errs[3] = mock.NewOpenAI(scale, mock.WithSeed(o.seed+3))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}

	attribution := llmotel.WithMetricAttribution(llmotel.FieldFeature, llmotel.FieldPrompt, llmotel.FieldPromptVersion,
		llmotel.FieldExperiment, llmotel.FieldVariant, llmotel.FieldTenant)
	scaled := func(d time.Duration) time.Duration { return time.Duration(float64(d) / o.speed) }
	var err error
	f.Monitor, err = monitor.New([]monitor.Target{
		{Name: "openai", Model: f.openai.Model(), Provider: f.openai},
		{Name: "anthropic", Model: f.anthropic.Model(), Provider: f.anthropic},
		{Name: "in-house", Model: f.local.Model(), Provider: f.local},
	},
		monitor.WithServiceName("llmotel-demo"),
		monitor.WithoutCallLog(),
		monitor.WithRecorder(attribution),
		monitor.WithTelemetry(otelsetup.WithErrorHandler(func(err error) { fmt.Fprintln(out, "telemetry:", err) })),
		monitor.WithFailover(
			failover.WithHooks(failover.Hooks{BreakerChange: func(_ context.Context, e failover.BreakerEvent) {
				fmt.Fprintf(out, "breaker: %s is %s (%s)\n", e.Target, e.To, e.Reason)
			}}),
			failover.WithOpenDelay(scaled(30*time.Second)),
			failover.WithBackoff(scaled(500*time.Millisecond), scaled(8*time.Second)),
		),
	)
	if err != nil {
		return nil, err
	}
	// The Monitor has made its providers OpenTelemetry's global ones.
	inst, err := llmotel.New(attribution)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	f.preview, f.gateway = inst.Wrap(f.local), inst.Wrap(mute{gateway})
	return f, nil
}

// mute is a provider that does not report usage, as gateways often do not.
type mute struct{ providers.Provider }

func (m mute) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	resp, err := m.Provider.Generate(ctx, req)
	if resp != nil {
		resp.Usage = providers.Usage{}
	}
	return resp, err
}

func (m mute) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		for c, err := range m.Provider.Stream(ctx, req) {
			if c != nil && c.Usage != nil {
				continue
			}
			if c != nil && c.Finish != nil {
				silent, finish := *c, *c.Finish // chunks are immutable
				finish.Usage, silent.Finish = providers.Usage{}, &finish
				c = &silent
			}
			if !yield(c, err) {
				return
			}
		}
	}
}
