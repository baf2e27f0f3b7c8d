package sampling

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/collector/e2e/internal/rig/rigtest"
	"github.com/llmotel/sdk/providers/mock"
)

// TestRules sends each kind of trace through the default configuration with sampling.yaml over it, and through the fleet:
// in Jaeger are those that a rule keeps, whole, and no others; the metrics count all calls.
func TestRules(t *testing.T) {
	p := newPipeline(t, 24000)
	rigtest.Start(t, p.Jaeger())
	prometheus, err := p.Prometheus("--web.enable-remote-write-receiver")
	if err != nil {
		t.Fatal(err)
	}
	rigtest.Start(t, prometheus)
	const none = "SAMPLING_PERCENT=0"
	startCollector(t, p, 0, []string{"otel-config.yaml", "sampling.yaml"}, none)
	startCollector(t, p, 2, []string{"scale/sampler.yaml", "sampling.yaml"}, none)
	startCollector(t, p, 1, []string{"otel-config.yaml", "scale/agent.yaml"},
		fmt.Sprintf("SAMPLERS=[%q]", p.GRPC(2)), "REMOTE_WRITE_ENDPOINT="+p.PrometheusURL()+"/api/v1/write")

	type way struct {
		name    string
		program *program
		decides int // the collector that samples
	}
	ways := []way{
		{"one collector", newProgram(t, "sampling-one", p.GRPC(0)), 0},
		{"the fleet", newProgram(t, "sampling-fleet", p.GRPC(1)), 2},
	}
	t.Run("ways", func(t *testing.T) {
		for _, w := range ways {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				testWay(t, p, w.program, p.OwnMetrics(w.decides))
			})
		}
	})
}

// made is an example's trace.
type made struct {
	example
	id trace.TraceID
}

func testWay(t *testing.T, p rig.Pipeline, program *program, ownMetrics string) {
	jaeger := traces{p.JaegerURL()}
	var (
		mu    sync.Mutex
		all   []made
		group sync.WaitGroup
	)
	add := func(ctx context.Context, e example) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, made{e, trace.SpanContextFromContext(ctx).TraceID()})
	}
	for _, e := range examples {
		group.Go(func() {
			ctx, err := program.request(t.Context(), e.took, func(ctx context.Context) error { return e.run(ctx, program) })
			if err != nil {
				t.Errorf("%s: %v", e.name, err)
			}
			add(ctx, e)
		})
	}
	group.Go(func() {
		for _, m := range late(t, program, jaeger) {
			mu.Lock()
			all = append(all, m)
			mu.Unlock()
		}
	})
	group.Wait()
	if err := program.sdk.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}

	kept := make(map[string]string)
	rules := make(map[string]int)
	var visits, dropped int
	var micros int64
	for _, m := range all {
		visits, micros = visits+m.visits, micros+m.micros
		for _, rule := range m.rules {
			rules[rule]++
		}
		if len(m.rules) == 0 {
			dropped++
			continue
		}
		kept[m.id.String()] = m.name
		eventually(t, 30*time.Second, m.name+" is in Jaeger", func() error {
			spans, err := jaeger.spans(t.Context(), m.id)
			if err == nil && spans != m.spans {
				err = fmt.Errorf("%d spans, want %d", spans, m.spans)
			}
			return err
		})
	}

	// Every decision has been made, and each rule has said what it is to say.
	eventually(t, 30*time.Second, "all is decided", func() error {
		decisions, err := counted(t.Context(), ownMetrics, "otelcol_processor_tail_sampling_global_count_traces_sampled", "decision")
		if err == nil && !maps.Equal(decisions, map[string]int{"sampled": len(kept), "not_sampled": dropped}) {
			err = fmt.Errorf("decisions %v, want %d sampled and %d not", decisions, len(kept), dropped)
		}
		return err
	})
	byRule, err := counted(t.Context(), ownMetrics, "otelcol_processor_tail_sampling_count_traces_sampled", "policy")
	if err != nil || !maps.Equal(byRule, rules) {
		t.Errorf("traces that each rule keeps: %v (%v), want %v", byRule, err, rules)
	}
	for _, m := range all {
		if spans, err := jaeger.spans(t.Context(), m.id); len(m.rules) == 0 && !errors.Is(err, errAbsent) {
			t.Errorf("%s: %d spans in Jaeger (%v), want none", m.name, spans, err)
		}
	}
	ids, err := jaeger.of(t.Context(), program.service)
	if err != nil {
		t.Fatal(err)
	}
	if want := slices.Sorted(maps.Keys(kept)); !slices.Equal(ids, want) {
		t.Errorf("%d traces of %s in Jaeger, want the %d that were kept", len(ids), program.service, len(want))
	}

	for query, want := range map[string]float64{
		"gen_ai_client_inference_duration_seconds_count": float64(visits),
		"llmotel_client_cost_total":                      float64(micros) / 1e6,
		"llmotel_spans_calls_total":                      foreignSpans,
	} {
		eventually(t, 30*time.Second, query+" counts the kept and the others", func() error {
			got, err := rig.PrometheusValue(t.Context(), p.PrometheusURL(), fmt.Sprintf("sum(%s{service_name=%q})", query, program.service))
			if err == nil && math.Abs(got-want) > 1e-9 {
				err = fmt.Errorf("%v, want %v", got, want)
			}
			return err
		})
	}
	// An exemplar is of any call: its trace may be gone, but it is one of these.
	exemplars, err := rig.Exemplars(t.Context(), p.PrometheusURL(), fmt.Sprintf("gen_ai_client_inference_duration_seconds_bucket{service_name=%q}", program.service))
	if err != nil {
		t.Error(err)
	}
	for _, e := range exemplars {
		if !slices.ContainsFunc(all, func(m made) bool { return m.id.String() == e.TraceID }) {
			t.Errorf("the exemplar of %s leads to no call of this program", e.TraceID)
		}
	}
	t.Logf("%d of %d traces kept, by rule %v; %d calls and %.6f dollars in Prometheus", len(kept), len(all), rules, visits, float64(micros)/1e6)
}

// late are traces whose root ends long before they do: what comes before the decision counts, what comes after follows it.
func late(t *testing.T, p *program, jaeger traces) []made {
	chain, err := p.chain([][]mock.Step{broken})
	if err != nil {
		t.Error(err)
		return nil
	}
	fine, err := p.chain([][]mock.Step{well})
	if err != nil {
		t.Error(err)
		return nil
	}
	request := func(do func(context.Context) error) context.Context {
		ctx, err := p.request(t.Context(), 0, do)
		if err != nil {
			t.Error(err)
		}
		return ctx
	}
	failing := func(ctx context.Context) error { return fail(ctx, chain) }
	answered := func(ctx context.Context) error { return ask(ctx, fine, "target-0") }
	// Their roots end together, so they are decided together: once the first is in Jaeger, the second is gone.
	keptFirst, goneFirst, inTime := request(failing), request(answered), request(answered)
	time.Sleep(2 * time.Second)
	if err := failing(inTime); err != nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if _, err := jaeger.spans(t.Context(), trace.SpanContextFromContext(keptFirst).TraceID()); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Errorf("the trace that is to go on after its decision: %v", err)
			return nil
		}
	}
	time.Sleep(6 * time.Second) // Longer than an export interval, should the two have been exported apart.
	if err := errors.Join(answered(keptFirst), failing(goneFirst)); err != nil {
		t.Error(err)
	}
	id := func(ctx context.Context) trace.TraceID { return trace.SpanContextFromContext(ctx).TraceID() }
	return []made{
		{example{name: "an ordinary call after the decision to keep", rules: []string{"errors"}, spans: 5, visits: 2, micros: ordinary}, id(keptFirst)},
		{example{name: "an error after the decision not to keep", visits: 2, micros: ordinary}, id(goneFirst)},
		{example{name: "an error after the root and before the decision", rules: []string{"errors"}, spans: 5, visits: 2, micros: ordinary}, id(inTime)},
	}
}

// counted sums the collector's own counter of decisions to keep by a label.
func counted(ctx context.Context, url, metric, label string) (map[string]int, error) {
	body, err := rig.Get(ctx, url)
	if err != nil {
		return nil, err
	}
	sums := make(map[string]int)
	for line := range strings.Lines(string(body)) {
		name, rest, found := strings.Cut(line, "{")
		if !found || (name != metric && name != metric+"_total") {
			continue
		}
		labels, value, _ := strings.Cut(rest, "} ")
		_, of, has := strings.Cut(","+labels, ","+label+`="`)
		if !has || label == "policy" && !strings.Contains(labels, `sampled="true"`) {
			continue
		}
		of, _, _ = strings.Cut(of, `"`)
		n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			return nil, err
		}
		sums[of] += int(n)
	}
	return sums, nil
}

// newPipeline is one with its ports from base on.
func newPipeline(t *testing.T, base int) rig.Pipeline {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return rig.Pipeline{Dir: t.TempDir(), Repository: root, Base: base}
}
