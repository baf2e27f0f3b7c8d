package otelfailover_test

import (
	"context"
	"fmt"
	"regexp"
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

// fleet is a chain over two mocks with everything recorded.
type fleet struct {
	chain             *failover.Chain
	openai, anthropic *mock.Provider
	telemetry         *oteltest.Recorder
	records           []*llmotel.Record
	options           []failover.Option
}

func (f *fleet) Record(_ context.Context, r *llmotel.Record) { f.records = append(f.records, r) }

func newFleet(t *testing.T, opts ...failover.Option) *fleet {
	t.Helper()
	f := &fleet{telemetry: oteltest.New()}
	// Fixed answers, since what mocks invent may change with them.
	text := mock.WithScript(mock.Answer("A span is one operation of a trace, with a start and an end.").Forever())
	// Without waiting, so that all times are those of the chain.
	var err error
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
	t.Cleanup(func() {
		if err := tel.Close(); err != nil {
			t.Error(err)
		}
	})
	f.options = tel.Options()
	f.chain, err = failover.New([]failover.Target{
		{Name: "primary", Model: f.openai.Model(), Provider: f.openai},
		{Name: "backup", Model: f.anthropic.Model(), Provider: f.anthropic},
	}, append(tel.Options(), opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	tel.Observe(f.chain)
	return f
}

func question() *providers.Request {
	return &providers.Request{Model: "any", Messages: []providers.Message{providers.UserText("CANARY: what is a span?")}}
}

// text is the telemetry and what the records say, short.
func (f *fleet) text(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(f.telemetry.Text(t))
	for _, r := range f.records {
		fmt.Fprintf(&b, "record %s %s/%s target=%s error=%q attempts=%d breaker=%s abandoned=%t chunks=%d tokens=%d/%d %s cost=%s priced=%t partial=%t\n",
			r.Operation, r.Provider, r.ResponseModel, r.Target, r.ErrorKind, r.Attempts, r.BreakerState, r.Abandoned, r.Chunks,
			r.Usage.Input, r.Usage.Output, r.Usage.Completeness, r.Cost.Amount, r.Cost.Priced, r.Cost.Partial)
		for _, v := range r.Visits {
			fmt.Fprintf(&b, "    visit %s %s/%s attempts=%d error=%q tokens=%d/%d\n", v.Target, v.Provider, v.ResponseModel, v.Attempts, v.ErrorKind, v.Usage.Input, v.Usage.Output)
		}
		for _, s := range r.Skips {
			fmt.Fprintf(&b, "    skip %s %s\n", s.Target, s.Reason)
		}
		for _, c := range r.BreakerChanges {
			fmt.Fprintf(&b, "    change %s model=%q key=%q %s->%s %s\n", c.Target, c.Model, c.Key, c.From, c.To, c.Reason)
		}
	}
	text := b.String()
	if strings.Contains(text, "CANARY") {
		t.Error("telemetry holds the prompt")
	}
	return text
}

func TestTelemetry(t *testing.T) {
	fixed := failover.WithBackoff(time.Second, time.Second)
	cases := []struct {
		name string
		run  func(t *testing.T, f *fleet)
	}{
		{"primary_answers", func(t *testing.T, f *fleet) {
			if _, err := f.chain.Generate(t.Context(), question()); err != nil {
				t.Fatal(err)
			}
		}},
		{"fallback_answers", func(t *testing.T, f *fleet) {
			f.openai.SetDown(true)
			resp, err := f.chain.Generate(t.Context(), question())
			if err != nil || resp.Target != "backup" {
				t.Fatalf("got %+v and %v", resp, err)
			}
		}},
		{"fallback_answers_stream", func(t *testing.T, f *fleet) {
			f.openai.SetDown(true)
			if _, err := providers.Collect(f.chain.Stream(t.Context(), question())); err != nil {
				t.Fatal(err)
			}
		}},
		{"stream_abandoned", func(t *testing.T, f *fleet) {
			for c, err := range f.chain.Stream(t.Context(), question()) {
				if err != nil {
					t.Fatal(err)
				}
				if c.Kind == providers.ChunkText {
					break
				}
			}
		}},
		{"all_down", func(t *testing.T, f *fleet) {
			f.openai.SetDown(true)
			f.anthropic.SetDown(true)
			if _, err := f.chain.Generate(t.Context(), question()); err == nil {
				t.Fatal("no error with all targets down")
			}
		}},
		{"hedge_answers", func(t *testing.T, f *fleet) {
			f.again(t, time.Minute, failover.WithHedge(2*time.Second))
			if _, err := f.chain.Generate(t.Context(), question()); err != nil {
				t.Fatal(err)
			}
		}},
		{"last_resort_answers", func(t *testing.T, f *fleet) {
			f.again(t, 0, failover.WithStaticAnswer("later"), failover.WithMaxAttempts(1))
			f.openai.SetDown(true)
			f.anthropic.SetDown(true)
			if _, err := f.chain.Generate(t.Context(), question()); err != nil {
				t.Fatal(err)
			}
		}},
		{"breaker_opens_and_skips", func(t *testing.T, f *fleet) {
			f.openai.SetDown(true)
			for range 4 {
				if _, err := f.chain.Generate(t.Context(), question()); err != nil {
					t.Fatal(err)
				}
			}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, fixed)
				c.run(t, f)
				oteltest.Golden(t, c.name, mask(f.text(t)))
			})
		})
	}
}

// mask hides what jitter makes differ.
func mask(s string) string {
	lines := strings.Split(s, "\n")
	seconds := false // inside a metric in seconds
	for i, line := range lines {
		if strings.HasPrefix(line, "metric ") {
			seconds = strings.HasSuffix(line, " s")
		}
		line = duration.ReplaceAllString(line, "*")
		line = delay.ReplaceAllString(line, "delay=*")
		if seconds {
			line = sum.ReplaceAllString(line, "sum *")
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

var (
	duration = regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)?(s|ms|µs|ns)\b`)
	delay    = regexp.MustCompile(`delay=[0-9.e-]+`)
	sum      = regexp.MustCompile(`sum [0-9.e-]+`)
)

// Two layers around the same call are one: targets that are wrapped already are
// not counted twice.
func TestWrappedTargetsAreCountedOnce(t *testing.T) {
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
	chain, err := failover.New([]failover.Target{{Name: "only", Model: p.Model(), Provider: inst.Wrap(p)}}, tel.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chain.Generate(t.Context(), question()); err != nil {
		t.Fatal(err)
	}
	if n := len(rec.Spans()); n != 2 { // llm.call and one visit
		t.Errorf("got %d spans, want 2", n)
	}
}

func TestNewRefusesNilInstrumentation(t *testing.T) {
	if _, err := otelfailover.New(nil); err == nil {
		t.Error("no error")
	}
}
