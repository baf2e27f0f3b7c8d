package pricing_test

import (
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// FuzzCost checks on every built-in price that what passes Validate costs at
// least nothing in every class, that the classes add up, that more input or output
// never costs less, that cached tokens are not dearer than fresh ones unless the
// price says so, that what was counted in pieces costs the same, and that nothing
// costs zero without a word.
func FuzzCost(f *testing.F) {
	f.Add(int64(1000), int64(100), int64(400), int64(300), int64(100), int64(50), int64(20), int64(30), int64(10), uint16(0xffff), int64(1))
	f.Add(int64(0), int64(0), int64(500), int64(0), int64(0), int64(0), int64(0), int64(0), int64(600), uint16(0x8000), int64(1000))
	f.Add(int64(1<<33), int64(1<<33), int64(1<<32), int64(1<<32), int64(1<<32), int64(1<<33), int64(1<<33), int64(1<<33), int64(1), uint16(0xc000), int64(1<<33))
	f.Add(int64(200_000), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), uint16(0xc001), int64(1))
	models := pricing.BuiltIn()
	f.Fuzz(func(t *testing.T, input, output, read, write, hour, reasoning, audioIn, audioOut, audioRead int64, flags uint16, more int64) {
		u := providers.Usage{
			Completeness: providers.Completeness(flags >> 14), Reported: providers.TokenClass(flags) & (1<<14 - 1),
			Input: input, Output: output, CacheRead: read, CacheWrite: write, CacheWrite1h: hour, Reasoning: reasoning,
			AudioInput: audioIn, AudioOutput: audioOut, AudioCacheRead: audioRead,
		}
		if u.Validate() != nil {
			t.Skip()
		}
		for i := range models {
			checkCost(t, &models[i], &u, more)
		}
	})
}

func checkCost(t *testing.T, m *pricing.Listed, u *providers.Usage, more int64) {
	price := func(u *providers.Usage) pricing.Cost {
		return pricing.Default().Price(pricing.Query{Provider: m.Provider, Model: m.Model, Tier: m.Tier, Region: m.Region, Usage: u, At: time.Unix(1785542400, 0)})
	}
	cost := price(u)
	if cost.Amount < 0 || !cost.Priced && cost.Amount != 0 || cost.PriceID == "" {
		t.Fatalf("%+v: %+v costs %+v", m, u, cost)
	}
	for class, amount := range cost.Breakdown().All() {
		if amount < 0 {
			t.Fatalf("%+v: %s of %+v costs %s", m, class, u, amount)
		}
	}
	if cost.Priced && cost.Breakdown().Sum() != cost.Amount {
		t.Fatalf("%+v: %+v costs %s, its classes %s", m, u, cost.Amount, cost.Breakdown().Sum())
	}
	if cost.Priced && cost.Amount == 0 && (cost.Partial && u.Completeness == providers.UsageReported || u.Total() > 0 && !m.FreeOutput && !m.Free) {
		t.Fatalf("%+v: %+v costs nothing: %+v", m, u, cost)
	}
	for _, class := range []providers.TokenClass{providers.ClassInput, providers.ClassOutput} {
		v := *u
		n, known := u.Get(class)
		v.Set(class, n+more)
		if more < 0 || !known || v.Validate() != nil {
			continue
		}
		if dearer := price(&v); dearer.Priced && dearer.Amount < cost.Amount {
			t.Fatalf("%+v: %+v costs %v, and %+v %v", m, u, cost.Amount, v, dearer.Amount)
		}
	}
	consistent := u.AudioCacheRead <= min(u.AudioInput, u.CacheRead) && u.AudioInput-u.AudioCacheRead <= u.FreshInput()
	if u.Has(providers.ClassInput) && consistent && !m.DearCache {
		fresh := *u
		fresh.CacheRead, fresh.AudioCacheRead = 0, 0
		if dearer := price(&fresh); dearer.Priced && cost.Priced && dearer.Amount < cost.Amount {
			t.Fatalf("%+v: %+v costs %v, and %v with nothing of it from the cache", m, u, cost.Amount, dearer.Amount)
		}
	}
	// A stream tells its counts one by one, and again with the last chunk.
	streamed := providers.Usage{Completeness: u.Completeness, CacheWrite1h: u.CacheWrite1h}
	for class := providers.ClassInput; class <= providers.ClassImageCacheRead; class <<= 1 {
		if n, known := u.Get(class); known {
			streamed.Set(class, n/2)
			streamed.Set(class, n)
		}
	}
	if got := price(&streamed); got != cost {
		t.Fatalf("%+v: %+v costs %+v, counted in pieces %+v", m, u, cost, got)
	}
}

// What is read on first use is read once, by the first call.
func TestBuiltInPricesAreReadOnFirstUse(t *testing.T) {
	n := 0
	c := pricing.Lazy(func() { n++ }).In("eu")
	if n != 0 {
		t.Error("read before use")
	}
	c.Cost("openai", "gpt-5", "", reported(1, 1), time.Time{})
	if n != 1 {
		t.Errorf("read %d times", n)
	}
	if err := pricing.Load(); err != nil {
		t.Error(err)
	}
}
