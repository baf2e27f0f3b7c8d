package pricing_test

import (
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
)

func day(t *testing.T, s string) (at time.Time) {
	t.Helper()
	if s == "" {
		return at
	}
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Prices hold from their day on, built-in ones until the first own one.
func TestDatedPrices(t *testing.T) {
	with := func(c *pricing.Catalogue, model, from string, input float64) *pricing.Catalogue {
		c, err := c.With(pricing.Price{Provider: "openai", Model: model, From: day(t, from), Rates: pricing.Rates{Input: input}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	own := with(with(with(nil, "m", "2026-06-01", 2), "m", "2026-03-01", 1), "always", "", 7)
	list := with(with(with(pricing.Default(), "gpt-5.2", "2026-12-01", 9), "gpt-5", "2025-01-01", 8), "gpt-5.1", "", 7)
	later := with(list, "gpt-5.2", "2026-10-01", 5)
	again := with(later, "gpt-5.2", "2026-12-01", 3)
	cases := []struct {
		c                     *pricing.Catalogue
		model, at, id, amount string
	}{
		{own, "m", "2026-01-01", "openai/m@2026-03-01", "1"}, // the oldest
		{own, "m", "2026-03-01", "openai/m@2026-03-01", "1"},
		{own, "m", "2026-05-31", "openai/m@2026-03-01", "1"},
		{own, "m", "2026-06-01", "openai/m@2026-06-01", "2"},
		{own, "m-2026-02-02", "2030-01-01", "openai/m@2026-06-01", "2"},
		{own, "m", "", "openai/m@2026-06-01", "2"}, // now
		{own, "always", "1970-01-01", "openai/always", "7"},
		{pricing.Default(), "gpt-5.2", "2026-01-01", "openai/gpt-5.2@2026-08-01", "1.75"},
		{list, "gpt-5.2", "2026-11-30", "openai/gpt-5.2@2026-08-01", "1.75"},
		{list, "gpt-5.2", "2026-12-01", "openai/gpt-5.2@2026-12-01", "9"},
		{list, "gpt-5", "2026-09-09", "openai/gpt-5@2025-01-01", "8"},
		{list, "gpt-5.1", "2026-09-09", "openai/gpt-5.1", "7"},
		{list, "gpt-5.1", "", "openai/gpt-5.1", "7"},
		{later, "gpt-5.2", "2026-09-30", "openai/gpt-5.2@2026-08-01", "1.75"},
		{later, "gpt-5.2", "2026-11-30", "openai/gpt-5.2@2026-10-01", "5"},
		{later, "gpt-5.2", "2026-12-24", "openai/gpt-5.2@2026-12-01", "9"},
		{again, "gpt-5.2", "2026-11-30", "openai/gpt-5.2@2026-10-01", "5"},
		{again, "gpt-5.2", "2026-12-24", "openai/gpt-5.2@2026-12-01", "3"},
	}
	for _, c := range cases {
		got := c.c.Cost("openai", c.model, "", reported(100_000, 0), day(t, c.at))
		got.Amount *= 10
		if got.PriceID != c.id || got.Amount.String() != c.amount || got.Partial {
			t.Errorf("%s at %q: got %+v (%s), want %s by %s", c.model, c.at, got, got.Amount, c.amount, c.id)
		}
	}
}

func TestEmptyCatalogue(t *testing.T) {
	for _, c := range []*pricing.Catalogue{nil, {}} {
		if got := c.Cost("p", "m", "", reported(1, 1), time.Time{}); got.Priced || got.PriceID != "" || got.Model() != "m" || got.Match() != pricing.MatchNone {
			t.Errorf("an empty catalogue prices: %+v", got)
		}
		own, err := c.With(pricing.Price{Provider: "p", Model: "m", Rates: pricing.Rates{Input: 1, Output: 1}})
		if err != nil || !own.Cost("p", "m", "", reported(1, 1), time.Time{}).Priced {
			t.Errorf("With on an empty catalogue: %v", err)
		}
	}
}

func TestBuiltInPricesAreSound(t *testing.T) {
	text, err := pricing.Text()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pricing.Strict(text); err != nil {
		t.Error(err)
	}
	if _, err := time.Parse(time.DateOnly, pricing.PricesDate); err != nil {
		t.Error(err)
	}
}

func TestLookupAllocatesNothing(t *testing.T) {
	c, err := pricing.Default().With(pricing.Price{Provider: "openai", Model: "gpt-5", From: day(t, "2026-10-01"), Rates: pricing.Rates{Input: 1}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := pricing.OpenFiles(c)
	if err != nil {
		t.Fatal(err)
	}
	u, at := reported(1200, 300), day(t, "2026-09-01")
	for _, name := range [][3]string{
		{"openai", "gpt-5", ""},
		{"openai", "gpt-5-2026-01-01", "fast"},
		{"openai", "gpt-5.2", "flex"},
		{"openai", "unknown", ""},
		{"openai", "gpt-5", "unknown"},
		{"aws.bedrock", "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-5-20260901-v1:0", "default"},
		{"azure.ai.inference", "gpt-5.1", ""},
		{"gcp.vertex_ai", "models/gemini-2.5-pro-preview-05-06", "ON_DEMAND_FLEX"},
		{"anthropic", "claude-sonnet-4.5", ""},
	} {
		if n := testing.AllocsPerRun(100, func() { files.Cost(name[0], name[1], name[2], u, at) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		c.Price(pricing.Query{Provider: "openai", Model: "gpt-5.4", Region: "eu", Usage: u})
	}); n != 0 {
		t.Errorf("in a region: %v allocations", n)
	}
}
