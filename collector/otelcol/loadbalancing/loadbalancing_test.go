package loadbalancing

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/otlpexporter"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// backend is an exporter that keeps what it gets.
type backend struct {
	exporter.Traces // Nothing but ConsumeTraces is called.
	got             map[pcommon.TraceID]int
	resources       []string
	fails           error
}

func (b *backend) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	if b.fails != nil {
		return b.fails
	}
	for _, rs := range td.ResourceSpans().All() {
		name, _ := rs.Resource().Attributes().Get("service.name")
		for _, ss := range rs.ScopeSpans().All() {
			b.resources = append(b.resources, fmt.Sprintf("%s/%s/%d", name.Str(), ss.Scope().Name(), ss.Spans().Len()))
			for _, span := range ss.Spans().All() {
				b.got[span.TraceID()]++
			}
		}
	}
	return nil
}

// traceID is random in its lower half alone, or sequential: both kinds are in use.
func traceID(n uint64, sequential bool) pcommon.TraceID {
	var id pcommon.TraceID
	if sequential {
		binary.BigEndian.PutUint64(id[8:], n)
	} else {
		binary.BigEndian.PutUint64(id[8:], mix(n+1))
	}
	return id
}

// batch has spansOf spans of each trace, in turn, from two services.
func batch(traces, spansOf int) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, service := range []string{"a", "b"} {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", service)
		ss := rs.ScopeSpans().AppendEmpty()
		ss.Scope().SetName("scope-" + service)
		for range spansOf / 2 {
			for n := range traces {
				ss.Spans().AppendEmpty().SetTraceID(traceID(uint64(n), false))
			}
		}
	}
	return td
}

func newTest(t *testing.T, names ...string) (*traces, []*backend) {
	t.Helper()
	tr := &traces{ring: newRing(names)}
	var backends []*backend
	for range names {
		b := &backend{got: make(map[pcommon.TraceID]int)}
		backends = append(backends, b)
		tr.backends = append(tr.backends, b)
	}
	return tr, backends
}

func TestTracesAreNotSplit(t *testing.T) {
	tr, backends := newTest(t, "one:4317", "two:4317", "three:4317")
	for range 2 { // The second batch of a trace goes where the first went.
		if err := tr.ConsumeTraces(t.Context(), batch(300, 4)); err != nil {
			t.Fatal(err)
		}
	}
	whole := 0
	for i, b := range backends {
		for id, spans := range b.got {
			if spans != 8 {
				t.Errorf("backend %d has %d of the 8 spans of %s", i, spans, id)
			}
			whole++
		}
		if len(b.got) < 50 {
			t.Errorf("backend %d has %d of 300 traces", i, len(b.got))
		}
		// Two batches, two services: each service's spans under its own resource and scope.
		if len(b.resources) != 4 || !strings.HasPrefix(b.resources[0], "a/scope-a/") || !strings.HasPrefix(b.resources[1], "b/scope-b/") {
			t.Errorf("backend %d got %v", i, b.resources)
		}
	}
	if whole != 300 {
		t.Errorf("%d traces at the backends, want 300", whole)
	}
}

func TestOnlyWhatFailedIsSentAgain(t *testing.T) {
	tr, backends := newTest(t, "one:4317", "two:4317")
	away := errors.New("away")
	backends[1].fails = away
	err := tr.ConsumeTraces(t.Context(), batch(100, 2))
	var partial consumererror.Traces
	if !errors.As(err, &partial) || !errors.Is(err, away) {
		t.Fatalf("the error is %v, want one that carries spans and wraps the backend's", err)
	}
	if got, want := partial.Data().SpanCount(), 200-2*len(backends[0].got); got != want || got == 0 {
		t.Errorf("the error carries %d spans, %d were not taken", got, want)
	}
	for _, rs := range partial.Data().ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if backends[0].got[span.TraceID()] > 0 {
					t.Fatal("a span that was taken is to be sent again")
				}
			}
		}
	}
}

func TestRing(t *testing.T) {
	names := []string{"sampler-0:4317", "sampler-1:4317", "sampler-2:4317", "sampler-3:4317"}
	for _, sequential := range []bool{false, true} {
		t.Run(fmt.Sprintf("sequential ids %t", sequential), func(t *testing.T) {
			const ids = 40000
			all, fewer, turned := newRing(names), newRing(names[:3]), newRing([]string{names[3], names[2], names[1], names[0]})
			shares := make([]int, len(names))
			for n := range uint64(ids) {
				id := traceID(n, sequential)
				i := all.backend(id)
				shares[i]++
				if i < 3 && fewer.backend(id) != i {
					t.Fatal("a trace moved although its backend stayed")
				}
				if names[i] != names[3-turned.backend(id)] {
					t.Fatal("the order of the list decides where a trace goes")
				}
			}
			for i, share := range shares {
				if share < ids/4*80/100 || share > ids/4*120/100 {
					t.Errorf("backend %d has %d of %d traces", i, share, ids)
				}
			}
		})
	}
}

func TestConfig(t *testing.T) {
	for name, test := range map[string]struct {
		hosts []string
		key   string
		valid bool
	}{
		"two":             {[]string{"a:4317", "b:4317"}, "", true},
		"by trace":        {[]string{"a", "b"}, "traceID", true},
		"none":            {nil, "", false},
		"empty":           {[]string{"a", ""}, "", false},
		"twice":           {[]string{"a", "a:4317"}, "", false},
		"by service name": {[]string{"a", "b"}, "service", false},
	} {
		t.Run(name, func(t *testing.T) {
			config := NewFactory().CreateDefaultConfig().(*Config)
			config.RoutingKey = test.key
			config.Resolver.Static = &StaticResolver{Hostnames: test.hosts}
			if err := config.Validate(); (err == nil) != test.valid {
				t.Errorf("Validate: %v", err)
			}
		})
	}
}

// TestBackendsOfTheirOwn looks at what each backend's exporter is made with: its endpoint, and a name that its persistent
// queue does not share.
func TestBackendsOfTheirOwn(t *testing.T) {
	config := NewFactory().CreateDefaultConfig().(*Config)
	config.Resolver.Static = &StaticResolver{Hostnames: []string{"a:4317", "b"}}
	got := make(map[string]string)
	factory := exporter.NewFactory(component.MustNewType("otlp_grpc"), func() component.Config { return nil },
		exporter.WithTraces(func(_ context.Context, set exporter.Settings, config component.Config) (exporter.Traces, error) {
			got[set.ID.String()] = config.(*otlpexporter.Config).ClientConfig.Endpoint
			return &backend{}, nil
		}, component.StabilityLevelBeta))
	set := exporter.Settings{ID: component.NewIDWithName(Type, "samplers")}
	if _, err := newTraces(t.Context(), set, config, factory); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"otlp_grpc/samplers_a:4317": "a:4317", "otlp_grpc/samplers_b:4317": "b:4317"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("backends are made as %v, want %v", got, want)
	}
}
