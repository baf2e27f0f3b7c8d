package pricing

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Catalogue is an immutable set of prices, safe for concurrent use.
type Catalogue struct {
	prices map[key][]*price // oldest first, never empty
}

type key struct{ provider, model, tier string }

// Default returns the built-in catalogue: list prices in US dollars of
// PricesDate. It is built on first use.
func Default() *Catalogue { return defaultCatalogue() }

var defaultCatalogue = sync.OnceValue(func() *Catalogue {
	c := &Catalogue{prices: make(map[key][]*price, len(rows))}
	from, _ := time.Parse(time.DateOnly, PricesDate)
	for i := range rows {
		r := &rows[i]
		k := key{r.provider, r.model, r.tier}
		rs := newRates(r.input, r.output, r.cacheRead, r.cacheWrite, r.cacheWrite1h)
		if c.prices[k] == nil {
			c.prices[k] = []*price{{id: priceID(k, from), currency: "USD", from: from, list: true}}
		}
		p := c.prices[k][0]
		if r.above > 0 {
			p.long, p.longAbove = rs, r.above
		} else {
			p.base = rs
		}
	}
	return c
})

// With returns a catalogue that has the given prices besides those of c. A price
// replaces one of the same provider, model, tier and From. Built-in prices hold
// only until the first of the given ones begins, whatever their own date: that
// is merely the day on which they were read. So a price without From replaces
// them altogether.
//
// With returns an error that names the first price that cannot be.
func (c *Catalogue) With(prices ...Price) (*Catalogue, error) {
	out := &Catalogue{prices: make(map[key][]*price)}
	if c != nil {
		maps.Copy(out.prices, c.prices)
	}
	for i := range prices {
		p := &prices[i]
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("pricing: price %d (%s %s): %w", i, p.Provider, p.Model, err)
		}
		k := key{p.Provider, p.Model, normalTier(p.Tier)}
		out.prices[k] = insert(out.prices[k], newPrice(k, p))
	}
	return out, nil
}

// insert returns a new list that has p among the old prices.
func insert(old []*price, p *price) []*price {
	list := make([]*price, 0, len(old)+1)
	for _, o := range old {
		if o.from.Equal(p.from) || o.list && o.from.After(p.from) {
			continue
		}
		list = append(list, o)
	}
	list = append(list, p)
	slices.SortFunc(list, func(a, b *price) int { return a.from.Compare(b.from) })
	return list
}

// Cost returns what a call costs. model is the model that answered and tier
// the service tier that served it. Names with a date behind them are priced
// as the name without it, unless the dated name has a price of its own.
//
// at is the time of the call: of several prices, the newest that had begun by
// then holds, and before all of them the oldest, as the better guess than none.
// The zero time asks for the newest.
//
// A call whose usage is missing, impossible or beyond what an Amount holds is
// not priced. One whose input or output is not known is priced in part, unless
// what is known costs nothing: then it is not priced either.
func (c *Catalogue) Cost(provider, model, tier string, usage *providers.Usage, at time.Time) Cost {
	p := c.find(provider, model, normalTier(tier), at)
	if p == nil {
		return Cost{}
	}
	cost := Cost{Currency: p.currency, PriceID: p.id}
	if usage == nil || usage.Completeness == providers.UsageMissing || usage.Validate() != nil {
		return cost
	}
	amount, ok := p.amount(usage)
	covered := p.covers(usage)
	if !ok || amount == 0 && !covered {
		return cost
	}
	cost.Amount, cost.Priced = amount, true
	// Audio has rates of its own, which this catalogue does not hold.
	cost.Partial = !covered || usage.Completeness != providers.UsageReported || usage.AudioInput+usage.AudioOutput > 0
	return cost
}

func (c *Catalogue) find(provider, model, tier string, at time.Time) *price {
	if c == nil {
		return nil
	}
	prices, ok := c.prices[key{provider, model, tier}]
	if !ok {
		base, dated := trimDate(model)
		if !dated {
			return nil
		}
		if prices, ok = c.prices[key{provider, base, tier}]; !ok {
			return nil
		}
	}
	newest := len(prices) - 1
	if newest == 0 || at.IsZero() {
		return prices[newest]
	}
	for _, p := range slices.Backward(prices) {
		if !p.from.After(at) {
			return p
		}
	}
	return prices[0]
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
