package stats_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", path, got, want)
	}
}

func busy(t *testing.T) stats.Snapshot {
	t.Helper()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := stats.New(stats.WithClock(func() time.Time { return now }), stats.WithBreakers(func() []providers.BreakerStatus {
		return []providers.BreakerStatus{
			{Target: "primary", State: providers.BreakerOpen, Reason: "consecutive_failures", Since: now, RetryAt: now.Add(28 * time.Second), ConsecutiveFailures: 5, Failures: 5, Successes: 3, FailureRate: 0.625},
			{Target: "backup", State: providers.BreakerClosed, Successes: 7},
		}
	}))
	for range 5 {
		s.Record(t.Context(), fallback())
	}
	for i := range 40 {
		s.Record(t.Context(), &llmotel.Record{
			Provider: "openai", RequestModel: "gpt-5.2", Target: "primary", Attempts: 1,
			Duration: time.Duration(700+25*i) * time.Millisecond, Usage: used(1200, 340), Cost: dollars(6_860_000_000),
		})
	}
	s.Record(t.Context(), &llmotel.Record{Provider: "openai", RequestModel: "gpt-5.2", Target: "primary", Attempts: 1, ErrorKind: providers.KindCancelled})
	s.Record(t.Context(), &llmotel.Record{Provider: "ollama", RequestModel: "in-house\x1b[31m", Attempts: 1, Duration: 92 * time.Second, Usage: used(40, 4)})
	return s.Snapshot()
}

func TestTable(t *testing.T) { golden(t, "table.txt", []byte(busy(t).String())) }

func TestTableOfAttributedCalls(t *testing.T) {
	s := stats.New(stats.WithMaxSeries(5))
	for i := range 12 {
		r := plain(time.Duration(i+1) * 100 * time.Millisecond)
		if i < 6 {
			r.Attribution = llmotel.Attribution{Feature: "search", Prompt: "rank", PromptVersion: "3", Experiment: "tone", Variant: "ab"[i%2 : i%2+1]}
		} else if i < 11 {
			r.Attribution = llmotel.Attribution{Feature: "f" + strconv.Itoa(i)}
		}
		s.Record(t.Context(), r)
	}
	golden(t, "attributed.txt", []byte(s.Snapshot().String()))
}

func TestEmptyTable(t *testing.T) { golden(t, "empty.txt", []byte(stats.New().Snapshot().String())) }

func TestJSON(t *testing.T) {
	snap := busy(t)
	b, err := json.MarshalIndent(snap, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "snapshot.json", append(b, '\n'))
	var back stats.Snapshot
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if back.String() != snap.String() {
		t.Errorf("read back:\n%s\nwritten:\n%s", back, snap)
	}
}

// The table has the chain's order, says why a breaker is not closed, and explains its stars.
func TestTableOfBreakersAndStars(t *testing.T) {
	s := stats.New(stats.WithBreakers(func() []providers.BreakerStatus {
		return []providers.BreakerStatus{
			{Target: "first", State: providers.BreakerOpen, Reason: "failure_rate"},
			{Target: "second", State: providers.BreakerClosed, Reason: "trials_succeeded", ConsecutiveFailures: 2},
			{Target: "third", State: providers.BreakerHalfOpen, Reason: "delay_elapsed"},
			{Target: "fourth", State: providers.BreakerOpen, Reason: "consecutive_failures", ConsecutiveFailures: 4},
			{Target: "fifth", State: providers.BreakerOpen, Reason: "trial_failed"},
		}
	}))
	r := plain(time.Second) // priced
	r.Target, r.Attempts = "third", 2
	r.Visits = []llmotel.Visit{
		{Target: "third", Provider: "p", RequestModel: "m", Attempts: 1, ErrorKind: providers.KindTimeout},
		{Target: "second", Provider: "p", RequestModel: "n", Attempts: 1, Usage: used(1, 1), Cost: dollars(1e9)},
	}
	r.Cost = dollars(1e9)
	s.Record(t.Context(), r)
	got := s.Snapshot().String()
	for _, want := range []string{
		`
circuit breaker      state  failures  successes  err %  in a row            because of  next trial
──────────────────────────────────────────────────────────────────────────────────────────────────
first                 open         0          0    0.0                    failure rate           -
second              closed         0          0    0.0         2                     -           -
third            half-open         0          0    0.0                   delay elapsed           -
fourth                open         0          0    0.0         4  consecutive failures           -
fifth                 open         0          0    0.0                    trial failed           -
`,
		"\n* without ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
}
