package otelfailover_test

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// metered is a provider with exact usage, some of which it reports at the
// start. It goes on when it is cancelled, as far as deaf says.
type metered struct {
	name    string
	by      time.Duration // until the first chunk or answer
	deaf    time.Duration // how much longer it goes on when cancelled
	in, out int64
	breaks  int // so many of its streams break after their first word
}

func (m *metered) Name() string { return m.name }

func (m *metered) wait(ctx context.Context) error {
	select {
	case <-time.After(m.by):
		return nil
	case <-ctx.Done():
		if m.deaf > 0 {
			time.Sleep(m.deaf)
			return nil
		}
		return &providers.Error{Provider: m.name, Kind: providers.KindCancelled, Err: ctx.Err()}
	}
}

func (m *metered) usage(out int64) providers.Usage {
	u := providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, m.in)
	u.Set(providers.ClassOutput, out)
	return u
}

func (m *metered) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	if err := m.wait(ctx); err != nil {
		return nil, err
	}
	return &providers.Response{Provider: m.name, Model: req.Model, Usage: m.usage(m.out), Choices: []providers.Choice{{
		Message: providers.AssistantText(m.name), FinishReason: providers.FinishStop,
	}}}, nil
}

func (m *metered) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		if err := m.wait(ctx); err != nil {
			yield(nil, err)
			return
		}
		start, end := m.usage(0), m.usage(m.out)
		for _, c := range []*providers.Chunk{
			{Kind: providers.ChunkStart, Model: req.Model},
			{Kind: providers.ChunkUsage, Usage: &start},
			{Kind: providers.ChunkText, Text: "word"},
		} {
			if !yield(c, nil) {
				return
			}
		}
		if m.breaks > 0 {
			m.breaks--
			yield(nil, &providers.Error{Provider: m.name, Model: req.Model, Kind: providers.KindNetwork})
			return
		}
		yield(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{
			Provider: m.name, Model: req.Model, Usage: end, Reasons: []providers.FinishReason{providers.FinishStop},
		}}, nil)
	}
}

// TestCostsAreCountedOnce: what every target has cost, losers of hedges and
// broken streams included, is on its own span, in the metric and in the
// record, once. At the prices of the catalogue (USD for a million tokens of
// input and output): gpt-5.2 1.75 and 14, claude-sonnet-5 2 and 10.
func TestCostsAreCountedOnce(t *testing.T) {
	const (
		whole   = 1000*1.75e-6 + 100*14e-6 // primary, all of it
		started = 1000 * 1.75e-6           // primary, broken or left after its start
		backup  = 2000*2e-6 + 50*10e-6
	)
	hedge := failover.WithHedge(time.Second)
	cases := []struct {
		name    string
		primary metered
		backup  metered
		opts    []failover.Option
		stream  bool
		want    map[string][]float64 // what each target has cost, visit by visit
		target  string
	}{
		{
			"a loser that had answered all the same",
			metered{by: time.Hour, deaf: 20 * time.Millisecond},
			metered{},
			[]failover.Option{hedge},
			false,
			map[string][]float64{"primary": {whole}, "backup": {backup}},
			"backup",
		},
		{
			"a loser that had begun",
			metered{by: time.Hour, deaf: 20 * time.Millisecond},
			metered{},
			[]failover.Option{hedge},
			true,
			map[string][]float64{"primary": {started}, "backup": {backup}},
			"backup",
		},
		{
			"restart on the next target",
			metered{breaks: 2},
			metered{},
			[]failover.Option{failover.WithStreamPolicy(failover.StreamRestart)},
			true,
			map[string][]float64{"primary": {started, started}, "backup": {backup}},
			"backup",
		},
		{
			"restart on the same target",
			metered{breaks: 1},
			metered{},
			[]failover.Option{failover.WithStreamPolicy(failover.StreamRestart)},
			true,
			map[string][]float64{"primary": {started, whole}},
			"primary",
		},
		{
			"buffered",
			metered{breaks: 2},
			metered{},
			[]failover.Option{failover.WithStreamPolicy(failover.StreamBuffer)},
			true,
			map[string][]float64{"primary": {started, started}, "backup": {backup}},
			"backup",
		},
		{
			"Generate over streams",
			metered{breaks: 1},
			metered{},
			[]failover.Option{failover.WithStreamedGenerate()},
			false,
			map[string][]float64{"primary": {started, whole}},
			"primary",
		},
		{
			"the last resort",
			metered{breaks: 2},
			metered{breaks: 2},
			[]failover.Option{failover.WithStreamedGenerate(), failover.WithStaticAnswer("sorry")},
			false,
			map[string][]float64{"primary": {started, started}, "backup": {2000 * 2e-6, 2000 * 2e-6}},
			"",
		},
		{
			"a hedge whose winner breaks",
			metered{by: time.Hour},
			metered{breaks: 1},
			[]failover.Option{hedge, failover.WithStreamPolicy(failover.StreamRestart)},
			true,
			map[string][]float64{"backup": {2000 * 2e-6, backup}},
			"backup",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t)
				p, b := c.primary, c.backup
				p.name, p.in, p.out, b.name, b.in, b.out = "openai", 1000, 100, "anthropic", 2000, 50
				chain, err := failover.New([]failover.Target{
					{Name: "primary", Model: "gpt-5.2", Provider: &p}, {Name: "backup", Model: "claude-sonnet-5", Provider: &b},
				}, append(f.options, c.opts...)...)
				if err != nil {
					t.Fatal(err)
				}
				if c.stream {
					_, err = providers.Collect(chain.Stream(t.Context(), question()))
				} else {
					_, err = chain.Generate(t.Context(), question())
				}
				if err != nil {
					t.Fatal(err)
				}
				f.costs(t, c.want, c.target)
			})
		})
	}
}

func (f *fleet) costs(t *testing.T, want map[string][]float64, target string) {
	t.Helper()
	var sum float64
	targets := len(want)
	for _, all := range want {
		for _, v := range all {
			sum += v
		}
	}
	got := map[string][]float64{}
	parent := f.parent(t)
	var spent float64
	for _, s := range f.telemetry.Spans() {
		if s.Name == parent.Name {
			continue
		}
		if s.Parent.SpanID() != parent.SpanContext.SpanID() {
			t.Errorf("%s is not inside the call", s.Name)
		}
		var name string
		var amount float64
		for _, kv := range s.Attributes {
			switch kv.Key {
			case "llmotel.target":
				name = kv.Value.AsString()
			case "llmotel.cost.amount":
				amount = kv.Value.AsFloat64()
			}
		}
		if amount > 0 {
			got[name] = append(got[name], amount)
			spent += amount
		}
	}
	for name, all := range want {
		if len(got[name]) != len(all) {
			t.Errorf("%s: %v, want %v", name, got[name], all)
			continue
		}
		for i := range all {
			if !near(got[name][i], all[i]) {
				t.Errorf("%s, span %d: %v, want %v", name, i, got[name][i], all[i])
			}
		}
	}
	if len(f.records) != 1 {
		t.Fatalf("%d records", len(f.records))
	}
	r := f.records[0]
	if !near(r.Cost.Amount.Float(), sum) || !near(spent, sum) || !near(f.metric(t), sum) {
		t.Errorf("record %v, spans %v, metric %v, want %v", r.Cost.Amount, spent, f.metric(t), sum)
	}
	wantProvider := map[string]string{"primary": "openai", "backup": "anthropic", "": "failover"}[target]
	if r.Target != target || r.Provider != wantProvider || r.ErrorKind != "" || r.Abandoned {
		t.Errorf("the record is of %s at %s: %+v", r.Target, r.Provider, r)
	}
	if got := attributeOf(t, parent.Attributes, "llmotel.targets.visited").AsInt64(); got < int64(targets) || got > 2 {
		t.Errorf("%d targets visited, want %d", got, targets)
	}
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

// metric is the sum of the cost metric.
func (f *fleet) metric(t *testing.T) (sum float64) {
	t.Helper()
	in := false
	for line := range strings.Lines(f.telemetry.Text(t)) {
		if strings.HasPrefix(line, "metric ") {
			in = strings.HasPrefix(line, "metric llmotel.client.cost ")
			continue
		}
		if i := strings.LastIndex(line, " = "); in && i > 0 {
			n, err := strconv.ParseFloat(strings.TrimSpace(line[i+3:]), 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
	}
	return sum
}
