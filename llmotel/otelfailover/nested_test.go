package otelfailover_test

import (
	"runtime"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/otelfailover"
	"github.com/llmotel/sdk/providers/mock"
)

// A chain as a target of another: one parent, one record, and an inner chain
// that fails does not fail the outer one.
func TestChainInsideChain(t *testing.T) {
	f := newFleet(t)
	f.openai.SetDown(true)
	f.anthropic.SetDown(true)
	inst, err := llmotel.New(llmotel.WithTracerProvider(f.telemetry.TracerProvider), llmotel.WithMeterProvider(f.telemetry.MeterProvider), llmotel.WithSinks(f))
	if err != nil {
		t.Fatal(err)
	}
	tel, err := otelfailover.New(inst, otelfailover.WithMeterProvider(f.telemetry.MeterProvider))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tel.Close() })
	last, err := mock.NewOpenAI(mock.WithTimeScale(0))
	if err != nil {
		t.Fatal(err)
	}
	fast := failover.WithMaxAttempts(1)
	outer, err := failover.New([]failover.Target{
		{Name: "pair", Provider: f.chain},
		{Name: "last", Model: last.Model(), Provider: last},
	}, append(tel.Options(), fast)...)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := outer.Generate(t.Context(), question())
	if err != nil || resp.Target != "last" {
		t.Fatalf("got %+v and %v", resp, err)
	}
	parents := 0
	for _, s := range f.telemetry.Spans() {
		if s.Name == "llm.call" {
			parents++
			if s.Status.Code == codes.Error {
				t.Errorf("the parent is in error although the call was answered: %s", s.Status.Description)
			}
		}
	}
	if parents != 1 || len(f.records) != 1 {
		t.Fatalf("%d parents and %d records, want 1 of each", parents, len(f.records))
	}
	r := f.records[0]
	if !r.Succeeded() || r.Target != "last" || len(r.Visits) != 2 || !r.Cost.Priced || r.Usage.Input != resp.Usage.Input {
		t.Errorf("record %+v", r)
	}
}

func breakerState(t *testing.T, rec *oteltest.Recorder) (int64, int) {
	t.Helper()
	gauge, ok := rec.Metrics(t)["llmotel.breaker.state"].Data.(metricdata.Gauge[int64])
	if !ok {
		return 0, 0
	}
	var value int64
	for _, p := range gauge.DataPoints {
		value = max(value, p.Value)
	}
	return value, len(gauge.DataPoints)
}

// Where two chains have a target of the same name the gauge shows the worse; a
// chain that nobody uses any more is not kept alive.
func TestBreakersOfSeveralChains(t *testing.T) {
	rec := oteltest.New()
	inst, err := llmotel.New(llmotel.WithTracerProvider(rec.TracerProvider), llmotel.WithMeterProvider(rec.MeterProvider))
	if err != nil {
		t.Fatal(err)
	}
	tel, err := otelfailover.New(inst, otelfailover.WithMeterProvider(rec.MeterProvider))
	if err != nil {
		t.Fatal(err)
	}
	chain := func() *failover.Chain {
		p, err := mock.NewOpenAI(mock.WithTimeScale(0))
		if err != nil {
			t.Fatal(err)
		}
		c, err := failover.New([]failover.Target{{Name: "openai", Model: p.Model(), Provider: p}}, tel.Options()...)
		if err != nil {
			t.Fatal(err)
		}
		tel.Observe(c)
		return c
	}
	open, closed := chain(), chain()
	if err := open.Open("openai"); err != nil {
		t.Fatal(err)
	}
	if state, points := breakerState(t, rec); state != 2 || points != 1 {
		t.Errorf("state %d in %d points, want 2 in 1", state, points)
	}
	runtime.KeepAlive(open)
	open = nil
	for range 5 {
		runtime.GC()
	}
	if state, points := breakerState(t, rec); state != 0 || points != 1 {
		t.Errorf("state %d in %d points after the open chain has gone, want 0 in 1", state, points)
	}
	if _, err := closed.Generate(t.Context(), question()); err != nil {
		t.Fatal(err)
	}
	if err := tel.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := closed.Generate(t.Context(), question()); err != nil {
		t.Fatal(err)
	}
	if _, points := breakerState(t, rec); points != 0 {
		t.Errorf("%d points after Close, want none", points)
	}
}
