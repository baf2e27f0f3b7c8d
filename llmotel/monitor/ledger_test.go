package monitor_test

import (
	"context"
	"iter"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// scripted answers its calls with the replies, one after another.
type scripted struct {
	name    string
	replies []reply
}

type reply struct {
	err   error // nil: an answer
	usage providers.Usage
}

func (s *scripted) Name() string { return s.name }

func (s *scripted) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	r := s.replies[0]
	s.replies = s.replies[1:]
	if r.err != nil {
		return nil, r.err
	}
	return &providers.Response{
		Usage:   r.usage,
		Choices: []providers.Choice{{Message: providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{providers.Text{Text: "yes"}}}, FinishReason: providers.FinishStop}},
	}, nil
}

func (s *scripted) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		r, err := s.Generate(ctx, req)
		if err != nil {
			yield(nil, err)
			return
		}
		_ = yield(&providers.Chunk{Kind: providers.ChunkStart}, nil) &&
			yield(&providers.Chunk{Kind: providers.ChunkText, Text: "yes"}, nil) &&
			yield(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{Usage: r.Usage, Reasons: []providers.FinishReason{providers.FinishStop}}}, nil)
	}
}

func tokens(in, out int64) providers.Usage {
	u := providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, in)
	u.Set(providers.ClassOutput, out)
	return u
}

func failed(kind providers.Kind, used providers.Usage) reply {
	return reply{err: &providers.Error{Provider: "openai", Kind: kind, StatusCode: 500, Usage: used}}
}

// kept keeps Records.
type kept struct {
	mu      sync.Mutex
	records []*llmotel.Record
}

func (k *kept) Record(_ context.Context, r *llmotel.Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.records = append(k.records, r)
}

// What failed attempts used is paid for, and is counted once: in the Record, its
// visits, the statistics and the counters.
func TestFailedAttemptsThatReportedUsageAreCountedOnce(t *testing.T) {
	for _, stream := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			telemetry, records := oteltest.New(), &kept{}
			primary := &scripted{name: "openai", replies: []reply{
				failed(providers.KindServerError, tokens(1000, 0)), failed(providers.KindMalformed, tokens(1000, 50)), failed(providers.KindServerError, providers.Usage{}),
			}}
			backup := &scripted{name: "anthropic", replies: []reply{failed(providers.KindServerError, tokens(500, 10)), {usage: tokens(1000, 200)}}}
			m, err := monitor.New(
				[]monitor.Target{{Name: "primary", Model: "gpt-4o-mini", Provider: primary}, {Name: "backup", Model: "claude-3-haiku-20240307", Provider: backup}},
				monitor.WithGlobalTelemetry(), monitor.WithoutCallLog(), monitor.WithRecorder(
					llmotel.WithTracerProvider(telemetry.TracerProvider), llmotel.WithMeterProvider(telemetry.MeterProvider), llmotel.WithSinks(records)))
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			if stream {
				_, err = providers.Collect(m.Stream(t.Context(), request()))
			} else {
				_, err = m.Generate(t.Context(), request())
			}
			if err != nil {
				t.Fatal(err)
			}

			rec := records.records[0]
			// 2,000 x 0.15 + 50 x 0.60; 1,500 x 0.25 + 210 x 1.25 a million
			const primaryCost, backupCost, cost = "0.00033", "0.0006375", "0.0009675"
			if len(records.records) != 1 || rec.Usage.Input != 3500 || rec.Usage.Output != 260 || rec.Cost.Amount.String() != cost || !rec.Cost.Priced {
				t.Errorf("record: %d in, %d out, %s; want 3500, 260, %s", rec.Usage.Input, rec.Usage.Output, rec.Cost.Amount, cost)
			}
			if len(rec.Visits) != 2 || rec.Visits[0].Usage.Input != 2000 || rec.Visits[0].Cost.Amount.String() != primaryCost ||
				rec.Visits[1].Usage.Output != 210 || rec.Visits[1].Cost.Amount.String() != backupCost {
				t.Errorf("visits: %+v", rec.Visits)
			}
			snap := m.Stats().Window(stats.LastMinute)
			if o := snap.Overall; o.Requests != 1 || o.Fallbacks != 1 || o.Tokens.Input != 3500 || o.Tokens.Output != 260 || o.Cost.USD != 0.0009675 || o.Attempts != int64(rec.Attempts) {
				t.Errorf("overall: %+v", o)
			}
			if p := snap.Targets[0]; p.Failed != 1 || p.Tokens.Input != 2000 || p.Cost.USD != 0.00033 {
				t.Errorf("primary: %+v", p)
			}
			sums := map[string]float64{}
			for name, metric := range telemetry.Metrics(t) {
				switch data := metric.Data.(type) {
				case metricdata.Sum[int64]:
					for _, p := range data.DataPoints {
						sums[name] += float64(p.Value)
					}
				case metricdata.Sum[float64]:
					for _, p := range data.DataPoints {
						sums[name] += p.Value
					}
				}
			}
			in, out := 0.0, 0.0
			for name, n := range sums {
				switch {
				case strings.HasSuffix(name, "usage.input_tokens"):
					in += n
				case strings.HasSuffix(name, "usage.output_tokens"):
					out += n
				}
			}
			if in != 3500 || out != 260 || sums["llmotel.client.cost"] < 0.00096749 || sums["llmotel.client.cost"] > 0.00096751 {
				t.Errorf("counters: %v in, %v out, %v", in, out, sums["llmotel.client.cost"])
			}
		})
	}
}
