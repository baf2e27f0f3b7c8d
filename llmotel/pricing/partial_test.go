package pricing_test

import (
	"math"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

func TestCostOfWhatIsKnown(t *testing.T) {
	cases := []struct {
		name, model string
		usage       providers.Usage
		amount      string // "" is unpriced
	}{
		{"nothing", "claude-sonnet-5", providers.Usage{}, ""},
		{"zero output", "claude-sonnet-5", providers.Usage{Reported: providers.ClassOutput}, ""},
		{"cache read without input", "claude-sonnet-5", providers.Usage{CacheRead: 500}, "0.0001"},
		{"cache beyond the threshold", "claude-sonnet-4-5", providers.Usage{CacheRead: 150_000, CacheWrite: 100_000}, "0.84"},
		{"output", "claude-sonnet-5", providers.Usage{Output: 100}, "0.001"},
		{"reasoning without output", "claude-sonnet-5", providers.Usage{Input: 1000, Reasoning: 100}, "0.003"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			tc.usage.Completeness = providers.UsageReported
			got := pricing.Default().Cost("anthropic", tc.model, "", &tc.usage, day(t, "2026-08-01"))
			switch {
			case tc.amount == "":
				if got.Priced || got.PriceID == "" {
					t.Errorf("got %+v, want unpriced", got)
				}
			case !got.Priced || !got.Partial || got.Amount.String() != tc.amount:
				t.Errorf("got %+v (%s), want %s in part", got, got.Amount, tc.amount)
			}
		})
	}
}

func TestFree(t *testing.T) {
	c, err := (&pricing.Catalogue{}).With(pricing.Price{Provider: "self", Model: "llama"})
	if err != nil {
		t.Fatal(err)
	}
	u := &providers.Usage{Completeness: providers.UsageReported}
	if got := c.Cost("self", "llama", "", u, time.Time{}); !got.Priced || got.Partial || got.Amount != 0 {
		t.Errorf("what is free costs nothing, whatever was used: %+v", got)
	}
}

// What no Amount can hold is unpriced; up to there the amount is exact.
func TestCostNeverOverflows(t *testing.T) {
	c, err := (&pricing.Catalogue{}).With(pricing.Price{Provider: "p", Model: "m", Rates: pricing.Rates{Input: 1e6, Output: 1e6}})
	if err != nil {
		t.Fatal(err)
	}
	const most = 9_223_372 // int64 holds as many units of 1e12
	if got := c.Cost("p", "m", "", reported(most, 0), time.Time{}); !got.Priced || got.Amount.String() != "9223372" {
		t.Errorf("the most: %+v", got)
	}
	for _, u := range []*providers.Usage{reported(most+1, 0), reported(most, 1), reported(1<<33, 1<<33)} {
		if got := c.Cost("p", "m", "", u, time.Time{}); got.Priced || got.Amount != 0 || got.PriceID == "" {
			t.Errorf("%d and %d tokens: %+v, want unpriced", u.Input, u.Output, got)
		}
	}
	for _, s := range []struct {
		a, b, sum pricing.Amount
		partial   bool
	}{
		{math.MaxInt64 - 1, 1, math.MaxInt64, false},
		{math.MaxInt64 - 1, 2, math.MaxInt64 - 1, true},
		{math.MinInt64, -1, math.MinInt64, true},
	} {
		a := pricing.Cost{Amount: s.a, Priced: true, Currency: "USD"}
		b := pricing.Cost{Amount: s.b, Priced: true, Currency: "USD"}
		if got := a.Add(b); got.Amount != s.sum || got.Partial != s.partial {
			t.Errorf("%d + %d: %+v", s.a, s.b, got)
		}
	}
}
