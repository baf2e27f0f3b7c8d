package pricing

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"sync"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Rates are the prices of one million tokens of each class, in the price's
// currency. A zero cache rate means that the provider has none: reads and
// writes then cost what fresh input costs.
type Rates struct {
	Input, Output         float64
	CacheRead             float64
	CacheWrite            float64 // default time to live
	CacheWrite1h          float64
	LongContext           int64 // input above this many tokens is priced at Long
	LongInput, LongOutput float64
	LongCacheRead         float64
	LongCacheWrite        float64
	LongCacheWrite1h      float64
	_                     struct{} // rates are given by name
}

// Price is the price of one model in one service tier.
type Price struct {
	// Provider and Model are the names under which calls are made; Tier is
	// the service tier, empty for the standard one.
	Provider, Model, Tier string
	// From is the day from which the price holds.
	From time.Time
	// Currency is the ISO 4217 code; empty means "USD".
	Currency string
	Rates    Rates
}

// Catalogue is an immutable set of prices, safe for concurrent use.
type Catalogue struct{ prices map[key]*price }

type key struct{ provider, model, tier string }

// price is a Price with its rates in Amounts per token.
type price struct {
	id, currency string
	base, long   rates
	longAbove    int64 // 0: no threshold
}

type rates struct{ input, output, cacheRead, cacheWrite, cacheWrite1h Amount }

// Default returns the built-in catalogue: list prices in US dollars of
// PricesDate. It is built on first use.
func Default() *Catalogue { return defaultCatalogue() }

var defaultCatalogue = sync.OnceValue(func() *Catalogue {
	c := &Catalogue{prices: make(map[key]*price, len(rows))}
	for i := range rows {
		r := &rows[i]
		k := key{r.provider, r.model, r.tier}
		rs := newRates(r.input, r.output, r.cacheRead, r.cacheWrite, r.cacheWrite1h)
		p := c.prices[k]
		if p == nil {
			p = &price{id: priceID(k, PricesDate), currency: "USD"}
			c.prices[k] = p
		}
		if r.above > 0 {
			p.long, p.longAbove = rs, r.above
		} else {
			p.base = rs
		}
	}
	return c
})

// With returns a catalogue that has the given prices besides those of c, which
// they replace where provider, model and tier are the same. It returns an
// error that names the first price that cannot be.
func (c *Catalogue) With(prices ...Price) (*Catalogue, error) {
	out := &Catalogue{prices: maps.Clone(c.prices)}
	for i, p := range prices {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("pricing: price %d (%s %s): %w", i, p.Provider, p.Model, err)
		}
		k := key{p.Provider, p.Model, normalTier(p.Tier)}
		r := p.Rates
		entry := &price{id: priceID(k, p.From.Format(time.DateOnly)), currency: p.Currency, longAbove: r.LongContext}
		if entry.currency == "" {
			entry.currency = "USD"
		}
		entry.base = newRates(r.Input, r.Output, r.CacheRead, r.CacheWrite, r.CacheWrite1h)
		entry.long = newRates(r.LongInput, r.LongOutput, r.LongCacheRead, r.LongCacheWrite, r.LongCacheWrite1h)
		out.prices[k] = entry
	}
	return out, nil
}

func (p *Price) check() error {
	if p.Provider == "" || p.Model == "" {
		return errors.New("provider and model are required")
	}
	r := &p.Rates
	for _, v := range []float64{
		r.Input, r.Output, r.CacheRead, r.CacheWrite, r.CacheWrite1h,
		r.LongInput, r.LongOutput, r.LongCacheRead, r.LongCacheWrite, r.LongCacheWrite1h,
	} {
		if math.IsNaN(v) || v < 0 || v > 1e6 {
			return errors.New("rates are prices of a million tokens, from 0 to 1,000,000")
		}
	}
	if r.LongContext < 0 {
		return errors.New("the long-context threshold is negative; use 0 for none")
	}
	return nil
}

// Cost returns what a call costs. model is the model that answered and tier
// the service tier that served it. Names with a date behind them are priced
// as the name without it, unless the dated name has a price of its own. at is
// the time of the call.
func (c *Catalogue) Cost(provider, model, tier string, usage *providers.Usage, _ time.Time) Cost {
	p := c.find(provider, model, normalTier(tier))
	if p == nil {
		return Cost{}
	}
	cost := Cost{Currency: p.currency, PriceID: p.id}
	if usage == nil || usage.Completeness == providers.UsageMissing || usage.Validate() != nil {
		return cost
	}
	r := &p.base
	if p.longAbove > 0 && usage.Input > p.longAbove {
		r = &p.long
	}
	write5m := usage.CacheWrite - usage.CacheWrite1h
	cost.Amount = Amount(usage.FreshInput())*r.input +
		Amount(usage.CacheRead)*r.cacheRead +
		Amount(write5m)*r.cacheWrite +
		Amount(usage.CacheWrite1h)*r.cacheWrite1h +
		Amount(usage.Output)*r.output
	cost.Priced = true
	// Audio has rates of its own, which this catalogue does not hold.
	cost.Partial = usage.Completeness != providers.UsageReported || usage.AudioInput+usage.AudioOutput > 0
	return cost
}

func (c *Catalogue) find(provider, model, tier string) *price {
	if p := c.prices[key{provider, model, tier}]; p != nil {
		return p
	}
	if base, dated := trimDate(model); dated {
		return c.prices[key{provider, base, tier}]
	}
	return nil
}

// trimDate removes a snapshot date: "-2025-08-07" or "-20250807".
func trimDate(model string) (string, bool) {
	for _, layout := range []string{"-0000-00-00", "-00000000"} {
		n := len(model) - len(layout)
		if n > 0 && matches(model[n:], layout) {
			return model[:n], true
		}
	}
	return model, false
}

func matches(s, layout string) bool {
	for i := range len(layout) {
		digit := '0' <= s[i] && s[i] <= '9'
		if (layout[i] == '0') != digit || !digit && s[i] != layout[i] {
			return false
		}
	}
	return true
}

// normalTier maps the vendors' names of the ordinary tier to "" and OpenAI's
// request name of the priority tier to its response name.
func normalTier(tier string) string {
	switch tier {
	case "auto", "default", "standard":
		return ""
	case "fast":
		return "priority"
	}
	return tier
}

func priceID(k key, from string) string {
	id := k.provider + "/" + k.model
	if k.tier != "" {
		id += "/" + k.tier
	}
	return id + "@" + from
}

// newRates converts prices of a million tokens. One such price of 1 is 1e-6 a
// token, which is 1e6 Amounts.
func newRates(input, output, cacheRead, cacheWrite, cacheWrite1h float64) rates {
	amount := func(perMillion float64) Amount { return Amount(math.Round(perMillion * 1e6)) }
	r := rates{amount(input), amount(output), amount(cacheRead), amount(cacheWrite), amount(cacheWrite1h)}
	if r.cacheRead == 0 {
		r.cacheRead = r.input
	}
	if r.cacheWrite == 0 {
		r.cacheWrite = r.input
	}
	if r.cacheWrite1h == 0 {
		r.cacheWrite1h = r.cacheWrite
	}
	return r
}
