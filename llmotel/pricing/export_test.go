package pricing

// Listed is a built-in price.
type Listed struct {
	Provider, Model, Tier string
	FreeOutput            bool
}

// BuiltIn returns the built-in prices.
func BuiltIn() []Listed {
	out := make([]Listed, len(rows))
	for i, r := range rows {
		out[i] = Listed{r.provider, r.model, r.tier, r.output == 0}
	}
	return out
}

// CheckRows returns the first error that With would have for a built-in price.
func CheckRows() error {
	prices := map[key]*Price{}
	for _, r := range rows {
		k := key{r.provider, r.model, r.tier}
		if prices[k] == nil {
			prices[k] = &Price{Provider: r.provider, Model: r.model, Tier: r.tier}
		}
		p := &prices[k].Rates
		if r.above > 0 {
			p.LongContext, p.LongInput, p.LongOutput = r.above, r.input, r.output
			p.LongCacheRead, p.LongCacheWrite, p.LongCacheWrite1h = r.cacheRead, r.cacheWrite, r.cacheWrite1h
			continue
		}
		p.Input, p.Output, p.CacheRead, p.CacheWrite, p.CacheWrite1h = r.input, r.output, r.cacheRead, r.cacheWrite, r.cacheWrite1h
	}
	c := &Catalogue{}
	for _, p := range prices {
		if _, err := c.With(*p); err != nil {
			return err
		}
	}
	return nil
}
