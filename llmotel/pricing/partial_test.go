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

// usageOf reads a ledger off numbers; bits of flags say what is reported.
func usageOf(input, output, read, write, hour, reasoning int64, flags uint16) providers.Usage {
	return providers.Usage{
		Completeness: providers.Completeness(flags >> 14), Reported: providers.TokenClass(flags) & (1<<14 - 1),
		Input: input, Output: output, CacheRead: read, CacheWrite: write, CacheWrite1h: hour, Reasoning: reasoning,
	}
}

// FuzzCost checks on every built-in price that what passes Validate costs at
// least nothing, that more input or output never costs less, and that nothing
// costs zero without a word.
func FuzzCost(f *testing.F) {
	f.Add(int64(1000), int64(100), int64(400), int64(300), int64(100), int64(50), uint16(0xffff), int64(1))
	f.Add(int64(0), int64(0), int64(500), int64(0), int64(0), int64(0), uint16(0x8000), int64(1000))
	f.Add(int64(1<<33), int64(1<<33), int64(1<<32), int64(1<<32), int64(1<<32), int64(1<<33), uint16(0xc000), int64(1<<33))
	f.Add(int64(200_000), int64(0), int64(0), int64(0), int64(0), int64(0), uint16(0xc001), int64(1))
	models := pricing.BuiltIn()
	f.Fuzz(func(t *testing.T, input, output, read, write, hour, reasoning int64, flags uint16, more int64) {
		u := usageOf(input, output, read, write, hour, reasoning, flags)
		if u.Validate() != nil {
			t.Skip()
		}
		for _, m := range models {
			cost := pricing.Default().Cost(m.Provider, m.Model, m.Tier, &u, time.Time{})
			if cost.Amount < 0 || !cost.Priced && cost.Amount != 0 || cost.PriceID == "" {
				t.Fatalf("%+v: %+v costs %+v", m, u, cost)
			}
			if cost.Priced && cost.Amount == 0 && (cost.Partial && u.Completeness == providers.UsageReported || u.Total() > 0 && !m.FreeOutput) {
				t.Fatalf("%+v: %+v costs nothing: %+v", m, u, cost)
			}
			for _, class := range []providers.TokenClass{providers.ClassInput, providers.ClassOutput} {
				v := u
				n, _ := u.Get(class)
				v.Set(class, n+more)
				if more < 0 || v.Validate() != nil {
					continue
				}
				if dearer := pricing.Default().Cost(m.Provider, m.Model, m.Tier, &v, time.Time{}); dearer.Amount < cost.Amount {
					t.Fatalf("%+v: %+v costs %v, and %+v %v", m, u, cost.Amount, v, dearer.Amount)
				}
			}
		}
	})
}
