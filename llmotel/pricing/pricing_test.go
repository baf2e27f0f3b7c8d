package pricing_test

import (
	"math"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

func reported(input, output int64) *providers.Usage {
	u := &providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, input)
	u.Set(providers.ClassOutput, output)
	return u
}

func TestCost(t *testing.T) {
	cases := []struct {
		name, provider, model, tier string
		usage                       *providers.Usage
		amount, priceID             string
	}{
		{"plain", "openai", "gpt-5.2", "", reported(1000, 500), "0.00875", "openai/gpt-5.2@2026-08-01"},
		{"dated snapshot", "openai", "gpt-5.2-2025-12-11", "", reported(1000, 500), "0.00875", "openai/gpt-5.2@2026-08-01"},
		{"snapshot with a price of its own", "openai", "gpt-4o-2024-05-13", "", reported(1000, 0), "0.005", "openai/gpt-4o-2024-05-13@2026-08-01"},
		{"names of the ordinary tier", "openai", "gpt-5.2", "default", reported(1000, 500), "0.00875", "openai/gpt-5.2@2026-08-01"},
		{"tier", "openai", "gpt-4o", "priority", reported(1000, 0), "0.00425", "openai/gpt-4o/priority@2026-08-01"},
		{
			"cached and written", "anthropic", "claude-sonnet-5", "",
			&providers.Usage{Completeness: providers.UsageReported, Input: 1000, CacheRead: 400, CacheWrite: 300, CacheWrite1h: 100, Output: 10},
			// 300 fresh * 2 + 400 * 0.2 + 200 * 2.5 + 100 * 4 + 10 * 10, per million
			"0.00168", "anthropic/claude-sonnet-5@2026-08-01",
		},
		{"at the long-context threshold", "anthropic", "claude-sonnet-4-5", "", reported(200_000, 0), "0.6", "anthropic/claude-sonnet-4-5@2026-08-01"},
		{"above it", "anthropic", "claude-sonnet-4-5", "", reported(200_001, 0), "1.200006", "anthropic/claude-sonnet-4-5@2026-08-01"},
		{
			"an hour's writes above it", "anthropic", "claude-sonnet-4-20250514", "",
			&providers.Usage{Completeness: providers.UsageReported, Input: 300_000, CacheWrite: 300_000, CacheWrite1h: 300_000, Output: 1000},
			// 300000 * 12 + 1000 * 22.5, per million
			"3.6225", "anthropic/claude-sonnet-4-20250514@2026-08-01",
		},
		{"embeddings have no output", "openai", "text-embedding-3-small", "", &providers.Usage{Completeness: providers.UsageReported, Input: 24}, "0.00000048", "openai/text-embedding-3-small@2026-08-01"},
		{"cache read without a rate costs fresh input", "openai", "gpt-4o-2024-05-13", "", &providers.Usage{Completeness: providers.UsageReported, Input: 1000, CacheRead: 1000, Reported: providers.ClassOutput}, "0.005", "openai/gpt-4o-2024-05-13@2026-08-01"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := pricing.Default().Cost(c.provider, c.model, c.tier, c.usage, day(t, "2026-08-01"))
			if !got.Priced || got.Partial || got.Amount.String() != c.amount || got.PriceID != c.priceID || got.Currency != "USD" {
				t.Errorf("got %+v (%s), want %s of %s", got, got.Amount, c.amount, c.priceID)
			}
		})
	}
}

func TestCostIsNeverSilentlyZero(t *testing.T) {
	c := pricing.Default()
	if got := c.Cost("openai", "gpt-of-tomorrow", "", reported(1, 1), time.Time{}); got.Priced || got.PriceID != "" {
		t.Errorf("unknown model: %+v", got)
	}
	if got := c.Cost("openai", "gpt-5.2", "scale", reported(1, 1), time.Time{}); got.Priced {
		t.Errorf("unknown tier: %+v", got)
	}
	if got := c.Cost("openai", "gpt-5.2", "", &providers.Usage{}, time.Time{}); got.Priced || got.PriceID == "" {
		t.Errorf("missing usage: %+v, want unpriced with the price's id", got)
	}
	if got := c.Cost("openai", "gpt-5.2", "", reported(-5, 1), time.Time{}); got.Priced {
		t.Errorf("negative count: %+v", got)
	}
	partial := reported(10, 0)
	partial.Completeness = providers.UsagePartial
	if got := c.Cost("openai", "gpt-5.2", "", partial, time.Time{}); !got.Priced || !got.Partial {
		t.Errorf("partial usage: %+v", got)
	}
}

func TestWith(t *testing.T) {
	own := pricing.Price{Provider: "self", Model: "llama", From: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Currency: "EUR", Rates: pricing.Rates{Input: 1, Output: 2}}
	c, err := pricing.Default().With(own)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Cost("self", "llama", "", reported(1_000_000, 500_000), time.Time{})
	if got.Amount.String() != "2" || got.Currency != "EUR" || got.PriceID != "self/llama@2026-01-02" {
		t.Errorf("got %+v", got)
	}
	if pricing.Default().Cost("self", "llama", "", reported(1, 1), time.Time{}).Priced {
		t.Error("With changed the catalogue that it was called on")
	}
	if _, err := c.With(pricing.Price{Model: "m"}); err == nil {
		t.Error("accepted a price without a provider")
	}
	for _, bad := range []pricing.Rates{
		{Input: -1},
		{Input: math.NaN()},
		{Output: math.Inf(1)},
		{Output: 1e6 + 1},
		{CacheRead: 1e-7},
		{LongContext: -1},
		{Input: 1, Output: 2, LongContext: 10},
		{Input: 1, Output: 2, LongContext: 10, LongInput: 2},
		{Input: 1, CacheWrite1h: 2, LongContext: 10, LongInput: 2},
		{Input: 1, LongInput: 2},
	} {
		if _, err := c.With(pricing.Price{Provider: "p", Model: "m", Rates: bad}); err == nil {
			t.Errorf("accepted %+v", bad)
		}
	}
}

func TestAmountString(t *testing.T) {
	for amount, want := range map[pricing.Amount]string{
		0: "0", 1: "0.000000000001", 1_250_000_000: "0.00125", 2_000_000_000_000: "2", -1_500_000_000_000: "-1.5",
	} {
		if got := amount.String(); got != want {
			t.Errorf("%d: got %s, want %s", int64(amount), got, want)
		}
	}
}

func TestCostAdd(t *testing.T) {
	a := pricing.Cost{Amount: 5, Priced: true, Currency: "USD"}
	if got := a.Add(a); got.Amount != 10 || got.Partial {
		t.Errorf("priced + priced: %+v", got)
	}
	if got := a.Add(pricing.Cost{}); got.Amount != 5 || !got.Partial {
		t.Errorf("priced + unpriced: %+v", got)
	}
	if got := (pricing.Cost{}).Add(a); got.Amount != 5 || !got.Partial {
		t.Errorf("unpriced + priced: %+v", got)
	}
	if got := (pricing.Cost{}).Add(pricing.Cost{}); got.Priced || got.Partial {
		t.Errorf("unpriced + unpriced: %+v", got)
	}
}
