package faults_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/otelfailover"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// duel is a chain that hedges between two servers of different protocols.
type duel struct {
	bed
	mu      sync.Mutex
	records []*llmotel.Record
}

// Record keeps the records.
func (d *duel) Record(_ context.Context, r *llmotel.Record) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.records = append(d.records, r)
}

// flat is the price of every model: USD 2 and 10 for a million tokens of input
// and output.
type flat struct{}

func (flat) Cost(_, _, _ string, u *providers.Usage, _ time.Time) pricing.Cost {
	return pricing.Cost{Priced: true, Currency: "USD", Amount: pricing.Amount(u.Input*2_000_000 + u.Output*10_000_000), Partial: u.Completeness == providers.UsagePartial}
}

func newDuel(t *testing.T, wire, next string, opts ...failover.Option) *duel {
	t.Helper()
	d := &duel{bed: bed{primary: faults.NewServer(t), backup: faults.NewServer(t)}}
	inst, err := llmotel.New(llmotel.WithSinks(d), llmotel.WithPricing(flat{}))
	if err != nil {
		t.Fatal(err)
	}
	telemetry, err := otelfailover.New(inst, otelfailover.WithMeterProvider(noop.NewMeterProvider()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := telemetry.Close(); err != nil {
			t.Error(err)
		}
	})
	opts = append(append(telemetry.Options(), opts...), failover.WithHooks(d.ends()))
	d.chain, err = failover.New([]failover.Target{
		{Name: "primary", Provider: adapter(t, wire, d.primary.URL, faults.NewClient(t, nil, nil))},
		{Name: "backup", Provider: adapter(t, next, d.backup.URL, faults.NewClient(t, nil, nil))},
	}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// lost checks that the loser's attempt is on the record, as a cancellation that
// counts for nothing. It returns false if the loser took longer to end than an
// answer waits for it, which a busy machine can do.
func (d *duel) lost(t *testing.T, winner, loser string, resp *providers.Response) bool {
	t.Helper()
	d.bed.mu.Lock()
	defer d.bed.mu.Unlock()
	if len(d.end.History) == 1 && d.end.History[0].Target == winner && d.end.Attempts == 2 {
		return false
	}
	if resp.Text() != faults.Text || resp.Target != winner || resp.Attempts != 2 {
		t.Errorf("%q from %s after %d attempts", resp.Text(), resp.Target, resp.Attempts)
	}
	for _, target := range []string{winner, loser} {
		status, _ := d.chain.BreakerStatus(target)
		if status.Failures != 0 || status.InFlight != 0 || status.Successes != map[string]int{winner: 1}[target] {
			t.Errorf("breaker %+v", status)
		}
	}
	if len(d.end.History) != 2 || d.end.Attempts != 2 {
		t.Fatalf("history %+v", d.end.History)
	}
	for _, a := range d.end.History {
		want := map[string]providers.Kind{loser: providers.KindCancelled}[a.Target]
		if a.Kind != want || a.Hedge != (a.Target == "backup") {
			t.Errorf("%s: kind %q, hedge %t", a.Target, a.Kind, a.Hedge)
		}
		checkSafe(t, a.Err)
	}
	return true
}

// inTime runs a duel until the loser ends in time, which is the rule.
func inTime(t *testing.T, duel func(*testing.T) bool) {
	t.Parallel()
	for range 10 {
		if duel(t) {
			return
		}
	}
	t.Error("the loser is not on the record")
}

// TestHedge: the target behind is asked when the first is silent for too long,
// and the connection of the one that loses is closed at once, whichever it is.
func TestHedge(t *testing.T) {
	const delay = 50 * time.Millisecond
	stalls := map[string]faults.Point{"silent": faults.BeforeHeaders, "begun": faults.AfterStart}
	for name, at := range stalls {
		for _, wire := range wires {
			for _, stream := range []bool{false, true} {
				how := map[bool]string{false: "/unary", true: "/stream"}[stream]
				t.Run(name+"/"+wire+how+"/the hedge wins", func(t *testing.T) {
					inTime(t, func(t *testing.T) bool {
						left := make(chan struct{}, 1)
						d := newDuel(t, wire, another(wire), failover.WithHedge(delay))
						d.primary.Script(faults.Left(faults.At(at, faults.Stall), left))
						resp, err := d.call(t.Context(), stream)
						if err != nil {
							t.Fatal(err)
						}
						await(t, left)
						return d.lost(t, "backup", "primary", resp)
					})
				})
				t.Run(name+"/"+wire+how+"/the first wins after all", func(t *testing.T) {
					inTime(t, func(t *testing.T) bool {
						left, hedged := make(chan struct{}, 1), make(chan struct{})
						d := newDuel(t, wire, another(wire), failover.WithHedge(delay))
						d.primary.Script(func(x *faults.Exchange) {
							hold(hedged)
							faults.Answer(x)
						})
						d.backup.Script(func(x *faults.Exchange) {
							close(hedged)
							faults.Left(faults.At(at, faults.Stall), left)(x)
						})
						resp, err := d.call(t.Context(), stream)
						if err != nil {
							t.Fatal(err)
						}
						await(t, left)
						return d.lost(t, "primary", "backup", resp)
					})
				})
			}
		}
	}
}

// hold waits for the channel, but not for ever where a test has failed.
func hold(until <-chan struct{}) {
	select {
	case <-until:
	case <-time.After(30 * time.Second):
	}
}

// TestHedgeIsWonByTheFirstChunk: the target whose text comes first answers,
// though the other could have been at its end before.
func TestHedgeIsWonByTheFirstChunk(t *testing.T) {
	for _, wire := range wires {
		t.Run(wire, func(t *testing.T) {
			inTime(t, func(t *testing.T) bool {
				left, goOn := make(chan struct{}, 1), make(chan struct{})
				d := newDuel(t, wire, another(wire), failover.WithHedge(50*time.Millisecond))
				d.primary.Script(faults.Left(faults.At(faults.AfterStart, faults.Stall), left))
				d.backup.Script(faults.At(faults.AfterFirstText, func(x *faults.Exchange) {
					hold(goOn) // the other has been closed by then
					w := x.Wire
					for _, piece := range w.Events()[len(w.Start)+1:] {
						x.Piece(piece)
					}
					x.End()
				}))
				var all providers.Collector
				for chunk, err := range d.chain.Stream(t.Context(), request()) {
					if err != nil {
						t.Fatal(err)
					}
					all.Add(chunk)
					if all.Response().Text() == "The " && chunk.Kind == providers.ChunkText {
						await(t, left)
						close(goOn)
					}
				}
				return d.lost(t, "backup", "primary", all.Response())
			})
		})
	}
}

// TestHedgeQuantile: nothing is hedged before there is a measure, and then what
// takes longer than it.
func TestHedgeQuantile(t *testing.T) {
	for _, stream := range []bool{false, true} {
		t.Run(map[bool]string{false: "unary", true: "stream"}[stream], func(t *testing.T) {
			t.Parallel()
			const calls = 20
			d := newDuel(t, "anthropic", "openai", failover.WithHedgeQuantile(.95, calls))
			for range calls {
				if r, err := d.call(t.Context(), stream); err != nil || r.Target != "primary" {
					t.Fatalf("%v", err)
				}
			}
			if n := d.backup.Requests(); n != 0 {
				t.Errorf("%d hedges before there was a measure", n)
			}
			left := make(chan struct{}, 1)
			d.primary.Script(faults.Left(faults.At(faults.BeforeHeaders, faults.Stall), left))
			began := time.Now()
			r, err := d.call(t.Context(), stream)
			if err != nil || r.Target != "backup" || r.Text() != faults.Text {
				t.Fatalf("%v", err)
			}
			if d := time.Since(began); d > 20*time.Second {
				t.Errorf("hedged after %v, though answers had come within milliseconds", d)
			}
			await(t, left)
		})
	}
}

// TestHedgesCostIsCounted: what the loser had told of its usage is paid for, and
// its being cut short is told.
func TestHedgesCostIsCounted(t *testing.T) {
	inTime(t, func(t *testing.T) bool {
		left := make(chan struct{}, 1)
		d := newDuel(t, "anthropic", "openai", failover.WithHedge(50*time.Millisecond))
		d.primary.Script(faults.Left(faults.At(faults.AfterStart, faults.Stall), left))
		if _, err := d.call(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		await(t, left)
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.records) != 1 {
			t.Fatalf("%+v", d.records)
		}
		r := d.records[0]
		if len(r.Visits) != 2 {
			return false
		}
		const loser, winner = 72e-6, 232e-6 // of 31 and 1 tokens, as message_start tells, and of 31 and 17
		for i, want := range []float64{loser, winner} {
			if got := r.Visits[i].Cost.Amount.Float(); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s cost %v, want %v: %+v", r.Visits[i].Target, got, want, r.Visits[i].Usage)
			}
		}
		if got := r.Cost.Amount.Float(); math.Abs(got-loser-winner) > 1e-9 {
			t.Errorf("the call cost %v, want %v", got, loser+winner)
		}
		if r.Usage.Completeness != providers.UsagePartial || !r.Cost.Partial || r.Visits[0].ErrorKind != providers.KindCancelled || r.Visits[1].Usage.Completeness != providers.UsageReported {
			t.Errorf("%+v", r)
		}
		return true
	})
}
