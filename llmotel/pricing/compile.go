package pricing

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// compile returns the prices of all tiers of an entry.
func (e *entry) compile(d *document, list bool) ([]*price, error) {
	from, err := parseDay(e.From)
	switch {
	case e.Provider == "":
		return nil, wrong("provider", "is required")
	case e.Model == "":
		return nil, wrong("model", "is required")
	case err != nil:
		return nil, wrong("from", "%q is neither a day such as 2026-08-01 nor a time such as 2026-08-01T12:00:00Z", e.From)
	case len(e.Rates) == 0 && len(e.Tiers) == 0:
		return nil, wrong("rates", "is required unless there are tiers")
	case len(e.Rates) == 0 && len(e.Above) > 0:
		return nil, wrong("above", "needs rates to differ from")
	}
	currency := cmp.Or(e.Currency, d.Currency, "USD")
	if !isCurrency(currency) {
		return nil, wrong("currency", "%q is no ISO 4217 code such as USD", currency)
	}
	source := e.Source
	if long := d.Sources[e.Source]; long != "" {
		source = long
	}
	var base []level
	if len(e.Rates) > 0 {
		if base, err = e.levels(nil); err != nil {
			return nil, err
		}
	}
	var out []*price
	add := func(t tier, levels []level) error {
		p := &price{currency: currency, tier: t, from: from, list: list, source: source, note: e.Note, levels: levels}
		p.id = priceID(e, t, "", from)
		for _, name := range slices.Sorted(maps.Keys(e.Regions)) {
			factor, err := factorOf(e.Regions[name])
			if err == nil {
				err = multiplies(levels, factor)
			}
			if err != nil || name == "" {
				return wrong("regions."+name, "%w", cmp.Or(err, errors.New("has no name")))
			}
			p.regions = append(p.regions, regional{name, priceID(e, t, name, from), factor})
		}
		out = append(out, p)
		return nil
	}
	if len(e.Rates) > 0 {
		if err := add(standard, base); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Tiers)) {
		t, ok := tierWords[name]
		if !ok || t == standard || t.String() != name {
			return nil, wrong("tiers."+name, "is no tier: batch, flex, priority or fast")
		}
		levels, err := e.Tiers[name].levels(base)
		if err == nil {
			err = add(t, levels)
		}
		if err != nil {
			return nil, under("tiers."+name, err)
		}
	}
	for _, p := range out {
		for i := range p.levels {
			p.levels[i].rates.fill()
		}
	}
	return out, nil
}

func under(path string, err error) error {
	if p, ok := errors.AsType[*problem](err); ok {
		return &problem{path + "." + p.path, p.err}
	}
	return &problem{path, err}
}

// levels returns the tier's rates: its own, where it has any, on those of the
// standard tier.
func (c tierCard) levels(base []level) ([]level, error) {
	if c.Multiplier == "" {
		if len(c.Rates) == 0 {
			return nil, wrong("rates", "is required unless there is a multiplier")
		}
		return c.rateCard.levels(base)
	}
	factor, err := factorOf(c.Multiplier)
	switch {
	case len(c.Rates)+len(c.Above) > 0:
		err = errors.New("cannot stand beside rates")
	case len(base) == 0:
		err = errors.New("needs rates of the standard tier")
	case err == nil:
		err = multiplies(base, factor)
	}
	if err != nil {
		return nil, wrong("multiplier", "%w", err)
	}
	out := slices.Clone(base)
	for i := range out {
		for class := range out[i].rates.of {
			out[i].rates.of[class] = out[i].rates.of[class] * Amount(factor) / 1000
		}
	}
	return out, nil
}

// levels returns the levels of the card and of base together; at each of them
// the card's rate comes before that of base, and that of the level before that
// of a lower one.
func (c rateCard) levels(base []level) ([]level, error) {
	own := []level{{}}
	if err := read(&own[0].rates, c.Rates, "rates"); err != nil {
		return nil, err
	}
	for i, s := range c.Above {
		path := fmt.Sprintf("above[%d]", i)
		from := s.Tokens
		if !s.Inclusive {
			from++
		}
		switch {
		case s.Tokens <= 0 || s.Tokens > 1<<40:
			return nil, wrong(path+".tokens", "%d is no number of tokens", s.Tokens)
		case from <= own[i].from:
			return nil, wrong(path+".tokens", "%d is not more than the level before", s.Tokens)
		case len(s.Rates) == 0:
			return nil, wrong(path+".rates", "is required")
		}
		next := level{from: from}
		if err := read(&next.rates, s.Rates, path+".rates"); err != nil {
			return nil, err
		}
		own = append(own, next)
	}
	return join(base, own), nil
}

// join puts the rates of top on those of base at every level of either. The
// order of precedence is that of the lists which the catalogue comes from: the
// level decides before the tier does.
func join(base, top []level) []level {
	var froms []int64
	for _, l := range slices.Concat(base, top) {
		froms = append(froms, l.from)
	}
	slices.Sort(froms)
	var out []level
	for _, from := range slices.Compact(froms) {
		next := level{from: from}
		if len(out) > 0 {
			next.rates = out[len(out)-1].rates
		}
		for _, from := range [][]level{base, top} {
			for _, l := range from {
				if l.from != next.from {
					continue
				}
				for class, known := range l.rates.known {
					if known {
						next.rates.of[class], next.rates.known[class] = l.rates.of[class], true
					}
				}
			}
		}
		out = append(out, next)
	}
	return out
}

func read(r *rates, in map[string]decimal, path string) error {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		class, ok := classOf(name)
		if !ok {
			return wrong(path+"."+name, "is no class of tokens")
		}
		v, err := parseDecimal(string(in[name]))
		if err != nil {
			return wrong(path+"."+name, "%s %w", in[name], err)
		}
		r.of[class], r.known[class] = v, true
	}
	return nil
}

// factorOf reads a multiplier of at most three decimals, in thousandths.
func factorOf(d decimal) (int64, error) {
	v, err := parseDecimal(string(d))
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s %w", d, err)
	case v == 0 || v%1000 != 0 || v > 1000*1_000_000:
		return 0, fmt.Errorf("%s is no multiplier: 0.001 to 1000, of at most 3 decimals", d)
	}
	return int64(v) / 1000, nil
}

// multiplies reports a rate that cannot be multiplied exactly.
func multiplies(levels []level, factor int64) error {
	for _, l := range levels {
		for class, rate := range l.rates.of {
			if int64(rate)*factor%1000 != 0 {
				return fmt.Errorf("the rate of %s times the multiplier has more than 6 decimals", Class(class))
			}
		}
	}
	return nil
}

func parseDay(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.DateOnly, s); err == nil {
		return at, nil
	}
	return time.Parse(time.RFC3339, s)
}

func isCurrency(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) == 3
}

func priceID(e *entry, t tier, factor string, from time.Time) string {
	id := e.Provider + "/" + e.Model
	if t != standard {
		id += "/" + t.String()
	}
	if region := cmp.Or(e.Region, factor); region != "" {
		id += "+" + region
	}
	if !from.IsZero() {
		id += "@" + from.Format(time.DateOnly)
	}
	return id
}
