package sampling

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/collector/e2e/internal/rig/rigtest"
	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/otelfailover"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// program is a service as its author writes it: OpenTelemetry from the standard variables, the recorder, failover chains.
type program struct {
	service   string
	sdk       *otelsetup.SDK
	inst      *llmotel.Instrumentation
	telemetry *otelfailover.Telemetry
}

// newProgram is for one goroutine: it reads the environment that it sets.
func newProgram(t *testing.T, service, endpoint string) *program {
	t.Helper()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+endpoint)
	sdk, err := otelsetup.Start(t.Context(), otelsetup.WithServiceName(service), otelsetup.WithoutGlobals(),
		otelsetup.WithErrorHandler(func(err error) { t.Errorf("%s: %v", service, err) }))
	if err != nil {
		t.Fatal(err)
	}
	p := &program{service: service, sdk: sdk}
	t.Cleanup(func() {
		if err := sdk.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("%s: %v", service, err)
		}
	})
	p.inst, err = llmotel.New(llmotel.WithTracerProvider(sdk.TracerProvider()), llmotel.WithMeterProvider(sdk.MeterProvider()),
		llmotel.WithLoggerProvider(sdk.LoggerProvider()), llmotel.WithPricing(prices{}))
	if err != nil {
		t.Fatal(err)
	}
	p.telemetry, err = otelfailover.New(p.inst, otelfailover.WithMeterProvider(sdk.MeterProvider()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// prices are by model alone, so that a call costs what a rule is about; in millionths of a dollar.
type prices struct{}

var priced = map[string]int64{"ordinary": 1_000, "limit": 250_000, "below": 249_999, "most": 200_000}

func (prices) Cost(_, model, _ string, usage *providers.Usage, _ time.Time) pricing.Cost {
	micros, known := priced[model]
	known = known && usage.Completeness == providers.UsageReported
	return pricing.Cost{Amount: pricing.Amount(micros * 1_000_000), Priced: known, Currency: "USD", PriceID: "test/" + model}
}

// request is of one span of the program's own, in which everything else happens. A positive duration is what that span is
// to have taken, to the nanosecond.
func (p *program) request(ctx context.Context, took time.Duration, do func(context.Context) error) (context.Context, error) {
	var start []trace.SpanStartOption
	var end []trace.SpanEndOption
	if took > 0 {
		began := time.Now().Add(time.Second - took) // What happens inside takes less than that second.
		start, end = append(start, trace.WithTimestamp(began)), append(end, trace.WithTimestamp(began.Add(took)))
	}
	ctx, span := p.sdk.TracerProvider().Tracer("sampling-test").Start(ctx, "handle request", start...)
	defer span.End(end...)
	return ctx, do(ctx)
}

// target answers as the steps say, in a millisecond, with the costs of the model.
func target(name, model string, steps ...mock.Step) (failover.Target, error) {
	quick := mock.Generated().Delay(time.Millisecond).Forever()
	provider, err := mock.NewOpenAI(mock.WithScript(append(steps, quick)...))
	return failover.Target{Name: name, Model: model, Provider: provider}, err
}

// chain is a failover chain over targets with these scripts; the models are ordinary.
func (p *program) chain(scripts [][]mock.Step, opts ...failover.Option) (*failover.Chain, error) {
	var targets []failover.Target
	for i, steps := range scripts {
		t, err := target(fmt.Sprintf("target-%d", i), "ordinary", steps...)
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	return failover.New(targets, append(p.telemetry.Options(), opts...)...)
}

func question() *providers.Request {
	return &providers.Request{Messages: []providers.Message{providers.UserText("Is this trace kept?")}}
}

// errUnexpected is what a call that should have failed did.
var errUnexpected = errors.New("the call was answered")

// ask makes a call that is answered by the target; empty: by the last resort.
func ask(ctx context.Context, c *failover.Chain, target string) error {
	response, err := c.Generate(ctx, question())
	if err == nil && response.Target != target {
		err = fmt.Errorf("%q answered, want %q", response.Target, target)
	}
	return err
}

// fail makes a call that nobody answers.
func fail(ctx context.Context, c *failover.Chain) error {
	if _, err := c.Generate(ctx, question()); err == nil {
		return errUnexpected
	}
	return nil
}

func startCollector(t *testing.T, p rig.Pipeline, n int, configs []string, env ...string) {
	t.Helper()
	spec, err := p.Collector(n, configs, env...)
	if err != nil {
		t.Fatal(err)
	}
	rigtest.Start(t, spec)
}

// eventually asks until check has no complaint, and fails the test with the last one.
func eventually(t *testing.T, limit time.Duration, what string, check func() error) {
	t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(200 * time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s: %v", limit, what, err)
		}
	}
}
