package otelfailover_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/otelfailover"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// newParts is a chain of a target with two keys, the first of which is
// refused, and of one that serves any model, each with a breaker of its own.
func newParts(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{telemetry: oteltest.New()}
	text := mock.WithScript(mock.Answer("A span is one operation of a trace, with a start and an end.").Forever())
	refused, err := mock.NewOpenAI(mock.WithTimeScale(0), mock.WithScript(mock.Fail(providers.KindAuthentication).Forever()))
	if err != nil {
		t.Fatal(err)
	}
	if f.openai, err = mock.NewOpenAI(mock.WithTimeScale(0), text); err != nil {
		t.Fatal(err)
	}
	if f.anthropic, err = mock.NewAnthropic(mock.WithTimeScale(0), text); err != nil {
		t.Fatal(err)
	}
	inst, err := llmotel.New(llmotel.WithTracerProvider(f.telemetry.TracerProvider), llmotel.WithMeterProvider(f.telemetry.MeterProvider), llmotel.WithSinks(f))
	if err != nil {
		t.Fatal(err)
	}
	tel, err := otelfailover.New(inst, otelfailover.WithMeterProvider(f.telemetry.MeterProvider))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tel.Close() })
	f.chain, err = failover.New([]failover.Target{
		{Name: "pool", Model: f.openai.Model(), Keys: []failover.Key{{Name: "team-a", Provider: refused}, {Name: "team-b", Provider: f.openai}}},
		{Name: "any", Provider: f.anthropic, Options: []failover.TargetOption{
			failover.WithBreakerPerModel(), failover.WithSlowCallRate(.5, time.Second, 100, time.Minute), failover.WithConsecutiveFailures(1),
		}},
	}, append(tel.Options(), failover.WithMaxAttempts(1))...)
	if err != nil {
		t.Fatal(err)
	}
	tel.Observe(f.chain)
	return f
}

// TestKeysAndModels shows what is told of the parts of a target: states and
// waits of each, counts of the whole.
func TestKeysAndModels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newParts(t)
		if _, err := f.chain.Generate(t.Context(), question()); err != nil {
			t.Fatal(err)
		}
		if err := f.chain.Isolate("pool", time.Minute); err != nil {
			t.Fatal(err)
		}
		q := question()
		q.Model = f.anthropic.Model()
		if _, err := providers.Collect(f.chain.Stream(t.Context(), q)); err != nil {
			t.Fatal(err)
		}
		f.anthropic.SetDown(true)
		if _, err := f.chain.Generate(t.Context(), q); err == nil {
			t.Fatal("no error with all targets down")
		}
		oteltest.Golden(t, "keys_and_models", mask(f.text(t)))
	})
}

// A breaker that was opened by hand has no time from which it is called again.
func TestOpenedByHandHasNoRetryTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		if err := f.chain.Open("primary"); err != nil {
			t.Fatal(err)
		}
		if err := f.chain.Isolate("backup", 90*time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		text := f.telemetry.Text(t)
		_, after, ok := strings.Cut(text, "metric llmotel.breaker.retry_in s\n")
		if line, _, _ := strings.Cut(after, "metric "); !ok || strings.TrimSpace(line) != "llmotel.target=backup = 60" {
			t.Errorf("retry_in is %q", line)
		}
	})
}

// Two chains with a target of one name: the worse state, the sum of the counts.
func TestTargetsOfOneNameAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := oteltest.New()
		inst, err := llmotel.New(llmotel.WithTracerProvider(rec.TracerProvider), llmotel.WithMeterProvider(rec.MeterProvider))
		if err != nil {
			t.Fatal(err)
		}
		tel, err := otelfailover.New(inst, otelfailover.WithMeterProvider(rec.MeterProvider))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = tel.Close() })
		p, err := mock.NewOpenAI(mock.WithTimeScale(0))
		if err != nil {
			t.Fatal(err)
		}
		var chains []*failover.Chain
		for range 3 {
			c, err := failover.New([]failover.Target{{Name: "only", Model: p.Model(), Provider: p}}, tel.Options()...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Generate(t.Context(), question()); err != nil {
				t.Fatal(err)
			}
			chains = append(chains, c)
		}
		if err := chains[1].Isolate("only", time.Minute); err != nil {
			t.Fatal(err)
		}
		text := rec.Text(t)
		for _, want := range []string{
			"metric llmotel.breaker.state 1\n    llmotel.target=only = 2\n",
			"llmotel.breaker.result=success llmotel.target=only = 3\n",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
	})
}

// What is under way is seen while it is.
func TestInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		for c, err := range f.chain.Stream(t.Context(), question()) {
			if err != nil {
				t.Fatal(err)
			}
			if c.Kind != providers.ChunkText {
				continue
			}
			if text := f.telemetry.Text(t); !strings.Contains(text, "metric llmotel.failover.in_flight {attempt}\n    llmotel.target=backup = 0\n    llmotel.target=primary = 1\n") {
				t.Errorf("in the middle of a stream:\n%s", text)
			}
			break
		}
		if text := f.telemetry.Text(t); !strings.Contains(text, "    llmotel.target=primary = 0\n") {
			t.Errorf("after it:\n%s", text)
		}
	})
}
