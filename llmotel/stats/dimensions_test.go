package stats_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

func of(a llmotel.Attribution) *llmotel.Record {
	r := fallback()
	r.Attribution = a
	return r
}

// Attributed views count calls, views by what served them count visits.
func TestDimensions(t *testing.T) {
	s := stats.New()
	a := llmotel.Attribution{Feature: "search", Prompt: "rank", PromptVersion: "3", Experiment: "tone", Variant: "a", User: "u", Tenant: "t"}
	b := llmotel.Attribution{Feature: "search", Prompt: "rank", PromptVersion: "4", Experiment: "tone", Variant: "b"}
	s.Record(t.Context(), of(a))
	s.Record(t.Context(), of(b))
	s.Record(t.Context(), of(b))
	failed := plain(time.Second)
	failed.ErrorKind, failed.Attribution = providers.KindTimeout, llmotel.Attribution{Feature: "mail", Variant: "b", Experiment: "tone"}
	s.Record(t.Context(), failed)
	s.Record(t.Context(), plain(time.Second)) // without attribution

	snap := s.Snapshot()
	type row struct {
		requests, failed, fallbacks int64
		usd                         float64
	}
	got := map[string]row{}
	add := func(name string, f stats.Figures) { got[name] = row{f.Requests, f.Failed, f.Fallbacks, f.Cost.USD} }
	add("overall", snap.Overall.Figures)
	for _, x := range snap.Providers {
		add("provider "+x.Provider, x.Figures)
	}
	for _, x := range snap.Models {
		add("model "+x.Model, x.Figures)
	}
	for _, x := range snap.Targets {
		add("target "+x.Target, x.Figures)
	}
	for _, x := range snap.Features {
		add("feature "+x.Feature, x.Figures)
	}
	for _, x := range snap.Prompts {
		add("prompt "+x.Prompt+"/"+x.Version, x.Figures)
	}
	for _, x := range snap.Variants {
		add("variant "+x.Experiment+"/"+x.Variant, x.Figures)
	}
	want := map[string]row{
		"overall":               {5, 1, 3, 0.011},
		"provider openai":       {5, 4, 0, 0.005},
		"provider anthropic":    {3, 0, 3, 0.006},
		"model gpt-5.2":         {5, 4, 0, 0.005},
		"model claude-sonnet-5": {3, 0, 3, 0.006},
		"target primary":        {3, 3, 0, 0.003},
		"target backup":         {3, 0, 3, 0.006},
		"feature search":        {3, 0, 3, 0.009},
		"feature mail":          {1, 1, 0, 0.001},
		"prompt rank/3":         {1, 0, 1, 0.003},
		"prompt rank/4":         {2, 0, 2, 0.006},
		"variant tone/a":        {1, 0, 1, 0.003},
		"variant tone/b":        {3, 1, 2, 0.007},
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: %+v, want %+v", name, got[name], w)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("more than wanted: %+v", got)
	}
}

func TestFallbackIsWhatAnotherAnswered(t *testing.T) {
	skipped := plain(time.Second)
	skipped.Visits = []llmotel.Visit{{Target: "backup", Provider: "p", RequestModel: "m", Attempts: 1}}
	skipped.Skips = []llmotel.Skip{{Target: "primary", Reason: "breaker_open"}}
	first := fallback()
	first.Visits[0].ErrorKind, first.Visits[1].ErrorKind = "", providers.KindCancelled // a hedge that lost
	failed := fallback()
	failed.ErrorKind, failed.Visits[1].ErrorKind = providers.KindOverloaded, providers.KindOverloaded
	cases := map[string]struct {
		record    *llmotel.Record
		fallbacks int64
	}{
		"second target": {fallback(), 1}, "first was skipped": {skipped, 1}, "first of two": {first, 0}, "all failed": {failed, 0}, "no chain": {plain(1), 0},
	}
	for name, c := range cases {
		s := stats.New()
		s.Record(t.Context(), c.record)
		snap := s.Snapshot()
		var targets int64
		for _, x := range snap.Targets {
			targets += x.Fallbacks
		}
		if snap.Overall.Fallbacks != c.fallbacks || targets != c.fallbacks {
			t.Errorf("%s: %d fallbacks, %d at targets, want %d", name, snap.Overall.Fallbacks, targets, c.fallbacks)
		}
	}
}

func TestSpeedAndCostPerSuccess(t *testing.T) {
	s := stats.New()
	r := plain(2 * time.Second) // 10 tokens out, $0.001
	r.TimeToFirstChunk = time.Second
	s.Record(t.Context(), r)
	r = plain(3 * time.Second)
	r.Usage = used(100, 90)
	s.Record(t.Context(), r)
	r = plain(time.Hour)
	r.ErrorKind, r.Cost = providers.KindServerError, dollars(4e9)
	s.Record(t.Context(), r)
	r = plain(time.Hour)
	r.Usage = providers.Usage{} // nobody knows how many
	s.Record(t.Context(), r)
	o := s.Snapshot().Overall
	if o.OutputTokensPerSecond != 20 || o.StreamedTokensPerSecond != 10 {
		t.Errorf("%v tokens a second, %v streamed; want 20 (100 in 5 s) and 10 (10 in 1 s)", o.OutputTokensPerSecond, o.StreamedTokensPerSecond)
	}
	if c := o.Cost; c.USDPerSuccess == nil || c.USD != 0.007 || *c.USDPerSuccess != 0.007/3 {
		t.Errorf("%+v, want $0.007 by the 3 that succeeded", c)
	}
	s = stats.New()
	r = plain(time.Second)
	r.ErrorKind = providers.KindServerError
	s.Record(t.Context(), r)
	if c := s.Snapshot().Overall.Cost; c.USDPerSuccess != nil {
		t.Errorf("%+v, want none without a success", c)
	}
}

func TestTokensByClass(t *testing.T) {
	u := providers.Usage{
		Completeness: providers.UsageEstimated, Input: 1000, Output: 500, CacheRead: 100, CacheWrite: 60, CacheWrite1h: 20, Reasoning: 30,
		AudioInput: 7, AudioOutput: 8, ImageInput: 9, ImageOutput: 11,
	}
	s := stats.New()
	for range 2 {
		s.Record(t.Context(), &llmotel.Record{Provider: "p", RequestModel: "m", Attempts: 1, Usage: u})
	}
	want := stats.Tokens{
		Input: 2000, Output: 1000, CacheRead: 200, CacheWrite: 120, CacheWrite1h: 40, Reasoning: 60,
		AudioInput: 14, AudioOutput: 16, ImageInput: 18, ImageOutput: 22, Incomplete: 2, Estimated: 2,
	}
	for _, w := range []stats.Window{stats.SinceStart, stats.LastMinute, stats.LastHour} {
		if got := s.Window(w).Overall.Tokens; got != want {
			t.Errorf("%v: %+v, want %+v", w, got, want)
		}
	}
}

// When there is no more room attribution goes first, and models stay apart as
// long as there is any.
func TestAttributionOverflowsFirst(t *testing.T) {
	s := stats.New(stats.WithMaxSeries(8))
	for i := range 100 {
		r := plain(time.Second)
		r.RequestModel = "m" + strconv.Itoa(i%2)
		r.Attribution.Feature = "f" + strconv.Itoa(i)
		s.Record(t.Context(), r)
	}
	s.Record(t.Context(), plain(time.Second)) // a third model: no room
	snap := s.Snapshot()
	models := map[string]int64{}
	for _, m := range snap.Models {
		models[m.Model] = m.Requests
	}
	if len(models) != 3 || models["m0"] != 50 || models["m1"] != 50 || models[stats.Other] != 1 {
		t.Errorf("models %v, want 50 each and one under other", models)
	}
	last := snap.Features[len(snap.Features)-1]
	if len(snap.Features) != 9 || last.Feature != stats.Other || last.Requests != 93 || snap.OverflowCalls != 93 || snap.OverflowVisits != 93 {
		t.Errorf("%d features, last %s with %d; overflow %d and %d", len(snap.Features), last.Feature, last.Requests, snap.OverflowCalls, snap.OverflowVisits)
	}
	if snap.Overall.Requests != 101 {
		t.Errorf("%d requests, want 101: none may be lost", snap.Overall.Requests)
	}
}
