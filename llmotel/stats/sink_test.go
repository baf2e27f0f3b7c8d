package stats_test

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

func dollars(a pricing.Amount) pricing.Cost {
	return pricing.Cost{Priced: true, Amount: a, Currency: "USD"}
}

func used(in, out int64) providers.Usage {
	var u providers.Usage
	u.Completeness = providers.UsageReported
	u.Set(providers.ClassInput, in)
	u.Set(providers.ClassOutput, out)
	return u
}

// fallback is a call that the primary failed, with one retry, and the backup
// answered.
func fallback() *llmotel.Record {
	return &llmotel.Record{
		Provider: "anthropic", RequestModel: "claude-sonnet-5", Target: "backup",
		Duration: 900 * time.Millisecond, TimeToFirstChunk: 500 * time.Millisecond,
		Usage: used(110, 50), Cost: dollars(3e9), Attempts: 3,
		Visits: []llmotel.Visit{
			{
				Target: "primary", Provider: "openai", RequestModel: "gpt-5.2", Attempts: 2, ErrorKind: providers.KindOverloaded,
				Duration: 300 * time.Millisecond, Usage: used(10, 0), Cost: dollars(1e9),
			},
			{
				Target: "backup", Provider: "anthropic", RequestModel: "claude-sonnet-5", Attempts: 1,
				Duration: 600 * time.Millisecond, TimeToFirstChunk: 200 * time.Millisecond, Usage: used(100, 50), Cost: dollars(2e9),
			},
		},
	}
}

func TestCallsAreCountedOnceAndVisitsWhereTheyHappened(t *testing.T) {
	s := stats.New()
	s.Record(t.Context(), fallback())
	snap := s.Snapshot()

	o := snap.Overall
	if o.Requests != 1 || o.Succeeded != 1 || o.Failed != 0 || o.ErrorRate != 0 || o.Attempts != 3 || o.Retries != 1 || o.Fallbacks != 1 {
		t.Errorf("overall: %+v", o)
	}
	if o.Tokens.Input != 110 || o.Tokens.Output != 50 || o.Cost.USD != 0.003 || o.Latency.Max != 900*time.Millisecond || o.TimeToFirstChunk.P50 != 500*time.Millisecond {
		t.Errorf("overall sums: %+v %+v %+v", o.Tokens, o.Cost, o.Latency)
	}
	if len(snap.Models) != 2 || snap.Models[0].Provider != "openai" || snap.Models[1].Provider != "anthropic" {
		t.Fatalf("models %+v, want openai then anthropic", snap.Models)
	}
	first, second := snap.Models[0], snap.Models[1]
	if first.Requests != 1 || first.Failed != 1 || first.ErrorRate != 1 || first.Retries != 1 || first.Attempts != 2 {
		t.Errorf("primary: %+v", first)
	}
	if first.Latency.Count != 0 || first.FailedLatency.P50 != 300*time.Millisecond || first.Errors[providers.KindOverloaded] != 1 {
		t.Errorf("primary latency: %+v %+v %v", first.Latency, first.FailedLatency, first.Errors)
	}
	if second.Succeeded != 1 || second.Failed != 0 || second.Latency.P50 != 600*time.Millisecond || second.Retries != 0 {
		t.Errorf("backup: %+v", second)
	}
	if sum := first.Tokens.Input + second.Tokens.Input; sum != o.Tokens.Input {
		t.Errorf("visits have %d input tokens, the call %d", sum, o.Tokens.Input)
	}
	if sum := first.Cost.USD + second.Cost.USD; sum != o.Cost.USD {
		t.Errorf("visits cost %v, the call %v", sum, o.Cost.USD)
	}
}

func TestCancelledIsNeitherSuccessNorFailure(t *testing.T) {
	s := stats.New()
	for _, kind := range []providers.Kind{"", "", "", providers.KindServerError, providers.KindCancelled, providers.KindCancelled} {
		s.Record(t.Context(), &llmotel.Record{Provider: "p", RequestModel: "m", ErrorKind: kind, Attempts: 1})
	}
	for name, f := range map[string]stats.Figures{"overall": s.Snapshot().Overall.Figures, "model": s.Snapshot().Models[0].Figures} {
		if f.Requests != 6 || f.Succeeded != 3 || f.Failed != 1 || f.Cancelled != 2 || f.ErrorRate != 0.25 {
			t.Errorf("%s: %+v", name, f)
		}
		if f.Latency.Count != 3 || f.FailedLatency.Count != 1 {
			t.Errorf("%s: %d and %d latencies, want 3 and 1", name, f.Latency.Count, f.FailedLatency.Count)
		}
	}
}

func TestNothingCalledIsNobodysFailure(t *testing.T) {
	s := stats.New()
	s.Record(t.Context(), &llmotel.Record{
		ErrorKind: providers.KindRejected,
		Skips:     []llmotel.Skip{{Target: "primary", Reason: "breaker_open"}, {Target: "backup", Reason: "breaker_open"}},
	})
	snap := s.Snapshot()
	if snap.Overall.Failed != 1 || len(snap.Models) != 0 || len(snap.Targets) != 0 || snap.Overall.Cost.Unpriced != 0 {
		t.Errorf("%+v", snap)
	}
}

func TestUnpricedIsNotFree(t *testing.T) {
	cases := map[string]struct {
		record                     llmotel.Record
		priced, unpriced, missings int64
		json                       string
	}{
		"free":                       {llmotel.Record{Attempts: 1, Cost: dollars(0), Usage: used(1, 1)}, 1, 0, 0, `"usd":0,`},
		"no price":                   {llmotel.Record{Attempts: 1, Usage: used(1, 1)}, 0, 1, 0, `"usd":null`},
		"no price, no usage":         {llmotel.Record{Attempts: 1}, 0, 1, 1, `"usd":null`},
		"refused":                    {llmotel.Record{Attempts: 1, ErrorKind: providers.KindRateLimited}, 0, 0, 1, `"usd":null`},
		"failed with usage":          {llmotel.Record{Attempts: 1, ErrorKind: providers.KindServerError, Usage: used(5, 0)}, 0, 1, 0, `"usd":null`},
		"cut, usage never arrived":   {llmotel.Record{Attempts: 1, ErrorKind: providers.KindNetwork}, 0, 1, 1, `"usd":null`},
		"never sent":                 {llmotel.Record{ErrorKind: providers.KindInvalidRequest}, 0, 0, 0, `"usd":null`},
		"another currency":           {llmotel.Record{Attempts: 1, Cost: pricing.Cost{Priced: true, Amount: 5e11, Currency: "EUR"}, Usage: used(1, 1)}, 1, 0, 0, `"EUR":0.5`},
		"cancelled before an answer": {llmotel.Record{Attempts: 1, ErrorKind: providers.KindCancelled}, 0, 1, 1, `"usd":null`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := stats.New()
			s.Record(t.Context(), &c.record)
			o := s.Snapshot().Overall
			if o.Cost.Priced != c.priced || o.Cost.Unpriced != c.unpriced || o.Tokens.Missing != c.missings {
				t.Errorf("priced %d unpriced %d missing usage %d, want %d %d %d", o.Cost.Priced, o.Cost.Unpriced, o.Tokens.Missing, c.priced, c.unpriced, c.missings)
			}
			b, err := json.Marshal(o.Cost)
			if err != nil || !strings.Contains(string(b), c.json) {
				t.Errorf("%s (%v), want %s in it", b, err, c.json)
			}
		})
	}
}

func TestCostSumsAreExactAndDoNotOverflow(t *testing.T) {
	s := stats.New()
	for range 1000 {
		s.Record(t.Context(), &llmotel.Record{Attempts: 1, Cost: dollars(100_000_000_000)}) // a tenth of a dollar
	}
	for range 4 {
		s.Record(t.Context(), &llmotel.Record{Attempts: 1, Cost: dollars(9e18)}) // nine million
	}
	if got := s.Snapshot().Overall.Cost.USD; got != 36_000_100 {
		t.Errorf("sum %v, want 36000100", got)
	}
}

func TestSeriesAreBounded(t *testing.T) {
	s := stats.New(stats.WithMaxSeries(3))
	for i := range 10 {
		s.Record(t.Context(), &llmotel.Record{Provider: "p", RequestModel: "m" + strconv.Itoa(i), Attempts: 1})
	}
	s.Record(t.Context(), &llmotel.Record{Provider: "p", RequestModel: "m0", Attempts: 1})
	s.Record(t.Context(), &llmotel.Record{Provider: "p", RequestModel: strings.Repeat("x", 1<<20), Attempts: 1})
	snap := s.Snapshot()
	if len(snap.Models) != 4 || snap.OverflowVisits != 8 || snap.Overall.Requests != 12 {
		t.Fatalf("%d models, %d overflowed, %d requests; want 4, 8, 12", len(snap.Models), snap.OverflowVisits, snap.Overall.Requests)
	}
	last := snap.Models[3]
	if last.Provider != stats.Other || last.Model != stats.Other || last.Requests != 8 || snap.Models[0].Requests != 2 {
		t.Errorf("%+v", last)
	}
}

func TestBreakersStandBesideTheirTargets(t *testing.T) {
	since := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := stats.New(stats.WithBreakers(nil), stats.WithBreakers(func() []providers.BreakerStatus {
		return []providers.BreakerStatus{
			{Target: "primary", State: providers.BreakerOpen, Since: since, Reason: "failure_rate", RetryAt: since.Add(30 * time.Second), ConsecutiveFailures: 5, Successes: 3, Failures: 7, FailureRate: 0.7},
			{Target: "spare", State: providers.BreakerClosed},
		}
	}))
	s.Record(t.Context(), fallback())
	got := s.Snapshot().Targets
	if len(got) != 3 || got[0].Target != "primary" || got[1].Target != "spare" || got[2].Target != "backup" {
		t.Fatalf("%+v", got)
	}
	want := &stats.Breaker{State: providers.BreakerOpen, Since: since, Reason: "failure_rate", RetryAt: since.Add(30 * time.Second), ConsecutiveFailures: 5, Successes: 3, Failures: 7, ErrorRate: 0.7}
	if !reflect.DeepEqual(got[0].Breaker, want) {
		t.Errorf("breaker %+v, want %+v", got[0].Breaker, want)
	}
	if got[0].Failed != 1 || got[2].Breaker != nil || got[1].Requests != 0 || got[1].Breaker == nil {
		t.Errorf("%+v", got)
	}
}

func TestSnapshotIsConsistentConcurrentSafe(t *testing.T) {
	s := stats.New()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				s.Record(t.Context(), fallback())
			}
		})
	}
	for range 50 {
		snap := s.Snapshot()
		if len(snap.Models) == 0 {
			continue
		}
		n := snap.Overall.Requests
		if snap.Models[0].Failed != n || snap.Models[1].Succeeded != n || snap.Overall.Tokens.Input != 110*n || snap.Overall.Latency.Count != n {
			t.Fatalf("half a call in %+v", snap)
		}
	}
	wg.Wait()
	if got := s.Snapshot().Overall.Requests; got != 4000 {
		t.Errorf("%d requests, want 4000", got)
	}
}

func TestRecordAllocatesNothing(t *testing.T) {
	s := stats.New()
	r := fallback()
	s.Record(t.Context(), r)
	if n := testing.AllocsPerRun(1000, func() { s.Record(t.Context(), r) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// Slices of time that pass take nothing either: their memory is used again.
func TestRecordAllocatesNothingAsTimePasses(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := stats.New(stats.WithClock(func() time.Time { return now }))
	r := fallback()
	record := func() {
		for range 50 {
			now = now.Add(700 * time.Millisecond)
			s.Record(t.Context(), r)
		}
	}
	for range 200 {
		record()
	}
	if n := testing.AllocsPerRun(200, record); n != 0 {
		t.Errorf("%v allocations in 50 calls, want 0", n)
	}
}

func TestNilAndNegativeAreHarmless(t *testing.T) {
	s := stats.New(nil, stats.WithMaxSeries(-1))
	s.Record(t.Context(), nil)
	s.Record(t.Context(), &llmotel.Record{Duration: -time.Second, Attempts: -1})
	if got := s.Snapshot().Overall.Latency.Min; got != 0 {
		t.Errorf("min %v, want 0", got)
	}
	_ = stats.Snapshot{}.String()
}

func TestAbandonedStreamIsNeitherSuccessNorFailure(t *testing.T) {
	s := stats.New()
	r := fallback()
	r.Abandoned = true
	s.Record(t.Context(), r)
	snap := s.Snapshot()
	for name, f := range map[string]stats.Figures{"overall": snap.Overall.Figures, "backup": snap.Models[1].Figures} {
		if f.Requests != 1 || f.Abandoned != 1 || f.Succeeded != 0 || f.Failed != 0 || f.ErrorRate != 0 || f.Latency.Count != 0 || f.TimeToFirstChunk.Count != 1 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := snap.Models[0]; f.Failed != 1 || f.Abandoned != 0 {
		t.Errorf("primary: %+v, whose failure stays one", f)
	}
}
