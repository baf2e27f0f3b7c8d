package cli_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/report"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// What a fallback is, statistics and reports agree on.
func TestStatisticsAndReportsCountTheSameFallbacks(t *testing.T) {
	visit := func(target string, kind providers.Kind) llmotel.Visit {
		return llmotel.Visit{Target: target, Provider: "p", RequestModel: "m", Attempts: 1, ErrorKind: kind}
	}
	skip := []llmotel.Skip{{Target: "a", Reason: "breaker_open"}}
	for name, c := range map[string]struct {
		r    llmotel.Record
		want int64
	}{
		"no chain":                 {llmotel.Record{}, 0},
		"the first":                {llmotel.Record{Target: "a", Visits: []llmotel.Visit{visit("a", "")}}, 0},
		"the second":               {llmotel.Record{Target: "b", Visits: []llmotel.Visit{visit("a", "timeout"), visit("b", "")}}, 1},
		"a hedge that won":         {llmotel.Record{Target: "b", Visits: []llmotel.Visit{visit("a", "cancelled"), visit("b", "")}}, 1},
		"a hedge that lost":        {llmotel.Record{Target: "a", Visits: []llmotel.Visit{visit("a", ""), visit("b", "cancelled")}}, 0},
		"a hedge that came second": {llmotel.Record{Target: "a", Visits: []llmotel.Visit{visit("a", ""), visit("b", "")}}, 0},
		"the same again":           {llmotel.Record{Target: "a", Visits: []llmotel.Visit{visit("a", "network"), visit("a", "")}}, 0},
		"one passed over":          {llmotel.Record{Target: "b", Visits: []llmotel.Visit{visit("b", "")}, Skips: skip}, 1},
		"all failed":               {llmotel.Record{Target: "b", ErrorKind: "timeout", Visits: []llmotel.Visit{visit("a", "timeout"), visit("b", "timeout")}}, 0},
		"the last resort":          {llmotel.Record{Degraded: true, Visits: []llmotel.Visit{visit("b", "timeout")}, Skips: skip}, 0},
		"left":                     {llmotel.Record{Target: "b", Abandoned: true, Visits: []llmotel.Visit{visit("a", "timeout"), visit("b", "")}}, 0},
	} {
		c.r.CallID, c.r.Operation, c.r.Provider, c.r.RequestModel = "c", "chat", "p", "m"
		c.r.Start, c.r.Attempts = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), max(1, len(c.r.Visits))
		sink := stats.New()
		sink.Record(t.Context(), &c.r)
		if got := sink.Snapshot().Overall.Fallbacks; got != c.want {
			t.Errorf("%s: %d in statistics, want %d", name, got, c.want)
		}
		var line bytes.Buffer
		calllog.New(&line).Record(t.Context(), &c.r)
		var e calllog.Entry
		if err := calllog.NewReader(nil).Parse(bytes.TrimSpace(line.Bytes()), &e); err != nil {
			t.Fatal(err)
		}
		rep, err := report.New()
		if err != nil {
			t.Fatal(err)
		}
		rep.Add(&e)
		if got := rep.Total().Fallbacks; got != float64(c.want) {
			t.Errorf("%s: %v in the report, want %d", name, got, c.want)
		}
	}
}
