package pricing

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Rates are the prices of one million tokens of each class, in the price's
// currency. A zero cache rate means that the provider has none: reads and
// writes then cost what fresh input costs.
type Rates struct {
	Input, Output float64
	CacheRead     float64
	CacheWrite    float64 // default time to live
	CacheWrite1h  float64
	// LongContext is the input above which the whole call is priced at the
	// Long rates; 0 is none. It needs a Long rate for each class that has a
	// rate.
	LongContext           int64
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
	// From is when the price begins to hold; zero means that it always has.
	// It holds until the next price of the same model and tier begins.
	From time.Time
	// Currency is the ISO 4217 code; empty means "USD".
	Currency string
	Rates    Rates
}

func (p *Price) check() error {
	if p.Provider == "" || p.Model == "" {
		return errors.New("provider and model are required")
	}
	r := &p.Rates
	base := []float64{r.Input, r.Output, r.CacheRead, r.CacheWrite, r.CacheWrite1h}
	long := []float64{r.LongInput, r.LongOutput, r.LongCacheRead, r.LongCacheWrite, r.LongCacheWrite1h}
	for _, v := range slices.Concat(base, long) {
		if v != 0 && !(v >= minRate && v <= maxRate) { // NaN is neither
			return errors.New("rates are prices of a million tokens: 0, or 0.000001 to 1,000,000")
		}
	}
	if r.LongContext < 0 {
		return errors.New("the long-context threshold is negative; use 0 for none")
	}
	for i := range base {
		switch {
		case r.LongContext > 0 && base[i] > 0 && long[i] == 0:
			return errors.New("a long-context threshold needs a long-context rate for each class that has a rate")
		case r.LongContext == 0 && long[i] > 0:
			return errors.New("long-context rates need a long-context threshold")
		}
	}
	return nil
}

// Bounds of a rate: one Amount for a token, and what no price reaches.
const (
	minRate = 1e-6
	maxRate = 1e6
)

// price is a Price with its rates in Amounts per token.
type price struct {
	id, currency string
	from         time.Time
	list         bool // a built-in one
	base, long   rates
	longAbove    int64 // 0: no threshold
}

type rates struct{ input, output, cacheRead, cacheWrite, cacheWrite1h Amount }

func newPrice(k key, p *Price) *price {
	r := &p.Rates
	out := &price{
		id: priceID(k, p.From), currency: p.Currency, from: p.From, longAbove: r.LongContext,
		base: newRates(r.Input, r.Output, r.CacheRead, r.CacheWrite, r.CacheWrite1h),
		long: newRates(r.LongInput, r.LongOutput, r.LongCacheRead, r.LongCacheWrite, r.LongCacheWrite1h),
	}
	if out.currency == "" {
		out.currency = "USD"
	}
	return out
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

func priceID(k key, from time.Time) string {
	id := k.provider + "/" + k.model
	if k.tier != "" {
		id += "/" + k.tier
	}
	if from.IsZero() {
		return id
	}
	return id + "@" + from.Format(time.DateOnly)
}

// amount is what the tokens of a valid usage cost; ok is false if no Amount can
// hold it. Where a total is unknown, what is known of its parts is priced.
func (p *price) amount(u *providers.Usage) (a Amount, ok bool) {
	cached := u.CacheRead + u.CacheWrite
	input, output := max(u.Input, cached), max(u.Output, u.Reasoning)
	r := &p.base
	if p.longAbove > 0 && input > p.longAbove {
		r = &p.long
	}
	var t total
	t.add(input-cached, r.input)
	t.add(u.CacheRead, r.cacheRead)
	t.add(u.CacheWrite-u.CacheWrite1h, r.cacheWrite)
	t.add(u.CacheWrite1h, r.cacheWrite1h)
	t.add(output, r.output)
	return t.amount()
}

// covers reports whether the usage has all that the price needs: both totals,
// unless that class is free, as the output of embeddings is.
func (p *price) covers(u *providers.Usage) bool {
	return (u.Has(providers.ClassInput) || p.base.input+p.long.input == 0) &&
		(u.Has(providers.ClassOutput) || p.base.output+p.long.output == 0)
}
