package pricing

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Amount is money in units of 1e-12 of the currency, so that prices per token
// and their sums are exact.
type Amount int64

const unit = 1_000_000_000_000

// Float returns the amount in whole units of the currency, rounded to the
// nearest float64.
func (a Amount) Float() float64 { return float64(a) / unit }

// String returns the amount in whole units of the currency with all its
// digits, such as "0.00125".
func (a Amount) String() string {
	whole, fraction := int64(a)/unit, int64(a)%unit
	if fraction == 0 {
		return strconv.FormatInt(whole, 10)
	}
	sign := ""
	if a < 0 {
		sign, whole, fraction = "-", -whole, -fraction
	}
	digits := strconv.FormatInt(unit+fraction, 10)[1:] // keeps leading zeros
	return sign + strconv.FormatInt(whole, 10) + "." + strings.TrimRight(digits, "0")
}

// Cost is what a call cost. The zero Cost is unpriced, which is not the same
// as free. What its methods say comes from the Catalogue that priced the call;
// they return zero values for a Cost that was made elsewhere.
type Cost struct {
	// Amount is the price of the call; meaningless unless Priced.
	Amount Amount
	// Priced is false if no price is known for the model, or the provider
	// did not report a usage that can be priced; PriceID tells the two apart.
	Priced bool
	// Partial is true if Amount does not cover everything: incomplete usage,
	// a class of tokens without a rate, or a call of several visits some of
	// which were unpriced.
	Partial bool
	// Currency is the ISO 4217 code, "USD" for the built-in prices.
	Currency string
	// PriceID names the price: provider, model, tier, region and the day from
	// which it holds, as far as it has them: "openai/gpt-5/flex+eu@2026-08-01".
	// It is empty if no price is known for the model.
	PriceID string

	match     Match
	model     string
	price     *price
	breakdown Breakdown
}

// Equal reports whether both are the same, for go-cmp.
func (c Cost) Equal(d Cost) bool { return c == d }

// Breakdown returns the cost by class of tokens. Its sum is Amount.
func (c Cost) Breakdown() Breakdown { return c.breakdown }

// Model returns the model that was asked for: the one to look into if the call is
// unpriced.
func (c Cost) Model() string { return c.model }

// Match says how the price was found.
func (c Cost) Match() Match { return c.match }

// From returns the day from which the price holds. For most built-in ones that
// is the day on which they were read, PricesDate: nobody publishes since when a
// price holds. It is zero for prices that always held.
func (c Cost) From() time.Time {
	if c.price == nil {
		return time.Time{}
	}
	return c.price.from
}

// Tier returns the service tier whose rates were used, "standard" for tiers
// without rates of their own; "" if there is no price.
func (c Cost) Tier() string {
	if c.price == nil {
		return ""
	}
	return c.price.tier.String()
}

// Source returns where the price was read, and what is to be known about it, such
// as that another source disagrees.
func (c Cost) Source() (source, note string) {
	if c.price == nil {
		return "", ""
	}
	return c.price.source, c.price.note
}

// Add returns the cost of two calls together; what its methods say but for the
// breakdown is of the first priced one. An unpriced part makes the sum Partial;
// costs in different currencies, and those whose sum no Amount can hold, cannot
// be added and make it Partial as well.
func (c Cost) Add(d Cost) Cost {
	switch {
	case !d.Priced:
		c.Partial = c.Partial || c.Priced
		return c
	case !c.Priced:
		d.Partial = true
		return d
	case c.Currency != d.Currency || overflows(c.Amount, d.Amount):
		c.Partial = true
		return c
	}
	c.Amount += d.Amount
	c.Partial = c.Partial || d.Partial
	for i := range c.breakdown {
		c.breakdown[i] += d.breakdown[i] // no more than the sum of all
	}
	return c
}

func overflows(a, b Amount) bool {
	if b < 0 {
		return a < math.MinInt64-b
	}
	return a > math.MaxInt64-b
}
