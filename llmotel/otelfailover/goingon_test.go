package otelfailover_test

import (
	"context"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// late waits before a provider answers.
type late struct {
	providers.Provider
	by time.Duration
}

func (l late) wait(ctx context.Context) error {
	select {
	case <-time.After(l.by):
		return nil
	case <-ctx.Done():
		return &providers.Error{Provider: l.Name(), Kind: providers.KindCancelled, Err: ctx.Err()}
	}
}

func (l late) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	if err := l.wait(ctx); err != nil {
		return nil, err
	}
	return l.Provider.Generate(ctx, req)
}

func (l late) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		if err := l.wait(ctx); err != nil {
			yield(nil, err)
			return
		}
		l.Provider.Stream(ctx, req)(yield)
	}
}

// again is a chain over the fleet's providers, the first of them late.
func (f *fleet) again(t *testing.T, by time.Duration, opts ...failover.Option) {
	t.Helper()
	var err error
	f.chain, err = failover.New([]failover.Target{
		{Name: "primary", Model: f.openai.Model(), Provider: late{f.openai, by}},
		{Name: "backup", Model: f.anthropic.Model(), Provider: f.anthropic},
	}, append(f.options, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
}

func attributeOf(t *testing.T, attrs []attribute.KeyValue, key string) attribute.Value {
	t.Helper()
	for _, kv := range attrs {
		if string(kv.Key) == key {
			return kv.Value
		}
	}
	t.Errorf("no attribute %s in %v", key, attrs)
	return attribute.Value{}
}

// The loser of a hedge is a span and a visit of its own, and no failure of the
// call; the record is that of the winner.
func TestHedge(t *testing.T) {
	for _, stream := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t)
			f.again(t, time.Minute, failover.WithHedge(2*time.Second))
			var err error
			if stream {
				_, err = providers.Collect(f.chain.Stream(t.Context(), question()))
			} else {
				_, err = f.chain.Generate(t.Context(), question())
			}
			if err != nil {
				t.Fatal(err)
			}
			parent := f.parent(t)
			if len(parent.Events) != 1 || parent.Events[0].Name != "llmotel.hedge" {
				t.Fatalf("events %v", parent.Events)
			}
			if got := attributeOf(t, parent.Events[0].Attributes, "llmotel.target").AsString(); got != "backup" {
				t.Errorf("hedged to %q", got)
			}
			if got := attributeOf(t, parent.Events[0].Attributes, "llmotel.hedge.after").AsFloat64(); got != 2 {
				t.Errorf("after %v s", got)
			}
			if got := attributeOf(t, parent.Attributes, "llmotel.targets.visited").AsInt64(); got != 2 {
				t.Errorf("%d targets visited", got)
			}
			if !strings.Contains(f.telemetry.Text(t), "metric llmotel.failover.hedges") {
				t.Error("no metric of hedges")
			}
			if len(f.records) != 1 {
				t.Fatalf("%d records", len(f.records))
			}
			r := f.records[0]
			if r.Target != "backup" || r.Provider != "anthropic" || r.ErrorKind != "" || r.Attempts != 2 || r.Stream != stream || len(r.Visits) != 2 || !r.Cost.Priced {
				t.Errorf("%+v", r)
			}
			if r.Visits[0].Target != "primary" || !r.Cost.Partial || r.Usage.Completeness != providers.UsagePartial {
				t.Errorf("visits out of order, or a whole sum without what the loser has cost: %+v", r)
			}
			for _, v := range r.Visits {
				if lost := v.Target == "primary"; (v.ErrorKind == providers.KindCancelled) != lost {
					t.Errorf("%+v", v)
				}
			}
		})
	}
}

func TestLastResort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		f.again(t, 0, failover.WithStaticAnswer("later"), failover.WithMaxAttempts(1))
		f.openai.SetDown(true)
		f.anthropic.SetDown(true)
		if resp, err := f.chain.Generate(t.Context(), question()); err != nil || !resp.Degraded {
			t.Fatal(resp, err)
		}
		parent := f.parent(t)
		if !attributeOf(t, parent.Attributes, "llmotel.degraded").AsBool() || parent.Status.Description != "" {
			t.Errorf("%+v", parent)
		}
		last := parent.Events[len(parent.Events)-1]
		if last.Name != "llmotel.fallback" || attributeOf(t, last.Attributes, "llmotel.fallback.to").AsString() != "last_resort" ||
			attributeOf(t, last.Attributes, "llmotel.fallback.from").AsString() != "backup" {
			t.Errorf("%+v", last)
		}
		r := f.records[0]
		if !r.Degraded || r.Target != "" || r.Provider != "failover" || r.ErrorKind != "" || len(r.Visits) != 2 || r.ResponseModel != "" {
			t.Errorf("%+v", r)
		}
	})
}

// The arm of an experiment lands in the attribution, beside the caller's own.
func TestExperiment(t *testing.T) {
	f := newFleet(t)
	f.again(t, 0, failover.WithOrder(failover.OrderWeighted), failover.WithExperiment("models"),
		failover.WithStickyKey(func(context.Context, *providers.Request) string { return "user-1" }))
	ctx := llmotel.WithAttribution(t.Context(), llmotel.Attribution{Feature: "search"})
	resp, err := f.chain.Generate(ctx, question())
	if err != nil {
		t.Fatal(err)
	}
	a := f.records[0].Attribution
	if a.Feature != "search" || a.Experiment != "models" || a.Variant != resp.Target {
		t.Errorf("%+v, answered by %s", a, resp.Target)
	}
	parent := f.parent(t)
	if got := attributeOf(t, parent.Attributes, "feature_flag.result.variant").AsString(); got != resp.Target {
		t.Errorf("variant %q", got)
	}
}

// A Generate that runs on a stream is one to the caller, and has the time to
// its first chunk.
func TestStreamedGenerate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		f.again(t, 3*time.Second, failover.WithStreamedGenerate())
		if _, err := f.chain.Generate(t.Context(), question()); err != nil {
			t.Fatal(err)
		}
		if r := f.records[0]; r.Stream || r.TimeToFirstChunk < 3*time.Second || r.Usage.Output == 0 {
			t.Errorf("%+v", r)
		}
	})
}

func (f *fleet) parent(t *testing.T) tracetest.SpanStub {
	t.Helper()
	for _, s := range f.telemetry.Spans() {
		if s.Name == "llm.call" {
			return s
		}
	}
	t.Error("no parent span")
	return tracetest.SpanStub{}
}
