package sampling

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/collector/e2e/internal/rig/rigtest"
	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// TestDecisionWait makes a call that fails once its deadline has passed, long after the first spans of its trace were sent.
// A decision that waits longer than the deadline sees the failure; one that does not has been made without it.
func TestDecisionWait(t *testing.T) {
	const deadline = 8 * time.Second
	p := newPipeline(t, 24300)
	rigtest.Start(t, p.Jaeger())
	jaeger := traces{p.JaegerURL()}
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
	t.Setenv("OTEL_METRICS_EXPORTER", "none")
	ways := []struct {
		name    string
		wait    time.Duration
		kept    bool
		program *program
	}{
		{name: "longer than the deadline", wait: 14 * time.Second, kept: true},
		{name: "shorter than the deadline", wait: 3 * time.Second},
	}
	for n := range ways {
		startCollector(t, p, n, []string{"otel-config.yaml", "sampling.yaml"}, "SAMPLING_PERCENT=0",
			"SAMPLING_DECISION_WAIT="+ways[n].wait.String(), "SAMPLING_DECISION_WAIT_AFTER_ROOT=2s")
		ways[n].program = newProgram(t, fmt.Sprintf("sampling-wait-%d", n), p.GRPC(n))
	}
	t.Run("ways", func(t *testing.T) {
		for n, w := range ways {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				ctx, err := w.program.request(t.Context(), 0, func(ctx context.Context) error {
					_, early := w.program.sdk.TracerProvider().Tracer("sampling-test").Start(ctx, "retrieve")
					early.End()
					return outOfTime(ctx, w.program, deadline)
				})
				if err != nil {
					t.Fatal(err)
				}
				id := trace.SpanContextFromContext(ctx).TraceID()
				eventually(t, 30*time.Second, "it is decided", func() error {
					decisions, err := counted(t.Context(), p.OwnMetrics(n), "otelcol_processor_tail_sampling_global_count_traces_sampled", "decision")
					if err == nil && len(decisions) == 0 {
						err = errors.New("no decision")
					}
					return err
				})
				if w.kept {
					eventually(t, 10*time.Second, "it is in Jaeger", func() error {
						spans, err := jaeger.spans(t.Context(), id)
						if err == nil && spans != 5 {
							err = fmt.Errorf("%d spans, want 5", spans)
						}
						return err
					})
				} else if spans, err := jaeger.spans(t.Context(), id); !errors.Is(err, errAbsent) {
					t.Errorf("%d spans in Jaeger (%v): the decision was made with less than the deadline's time, and yet it saw the failure", spans, err)
				}

				// A root that never comes is waited for no longer than the wait.
				root, open := w.program.sdk.TracerProvider().Tracer("sampling-test").Start(t.Context(), "a program that dies")
				defer open.End()
				chain, err := w.program.chain([][]mock.Step{refusing})
				if err != nil {
					t.Fatal(err)
				}
				if err := fail(root, chain); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				eventually(t, w.wait+10*time.Second, "a trace without root is decided", func() error {
					spans, err := jaeger.spans(t.Context(), open.SpanContext().TraceID())
					if err == nil && spans != 2 {
						err = fmt.Errorf("%d spans, want 2", spans)
					}
					return err
				})
				if took := time.Since(began); took < w.wait-2*time.Second {
					t.Errorf("it was there after %s, before the wait of %s", took, w.wait)
				}
			})
		}
	})
}

// outOfTime is a call whose first target fails after five seconds and whose second never answers.
func outOfTime(ctx context.Context, p *program, deadline time.Duration) error {
	chain, err := p.chain([][]mock.Step{{mock.Fail(providers.KindServerError).Delay(5 * time.Second)}, {mock.Stall()}},
		once, failover.WithTotalTimeout(deadline))
	if err != nil {
		return err
	}
	began := time.Now()
	_, err = chain.Generate(ctx, question())
	var timeout *failover.TimeoutError
	if took := time.Since(began); !errors.As(err, &timeout) || took < deadline {
		return fmt.Errorf("after %s: %w; want the end of its time", took, err)
	}
	return nil
}

// TestDefaultWaits holds what sampling.yaml ships against what it has to be longer than.
func TestDefaultWaits(t *testing.T) {
	target, err := target("alone", "ordinary")
	if err != nil {
		t.Fatal(err)
	}
	chain, err := failover.New([]failover.Target{target})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join("..", "..", "sampling.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const export = 5 * time.Second // OTEL_BSP_SCHEDULE_DELAY's default, and that of otelsetup's metrics
	for setting, least := range map[string]time.Duration{
		"decision_wait":                     chain.Describe().TotalTimeout + export,
		"decision_wait_after_root_received": export,
	} {
		found := regexp.MustCompile(`(?m)^ *` + setting + `: \$\{env:[A-Z_]+:-([0-9a-z]+)\}$`).FindSubmatch(content)
		if found == nil {
			t.Errorf("%s is not in the file", setting)
			continue
		}
		wait, err := time.ParseDuration(string(found[1]))
		if err != nil || wait <= least {
			t.Errorf("%s is %s (%v), want more than %s", setting, found[1], err, least)
		}
	}
}
