package pricing

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
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
// as free.
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
	// PriceID names the price: provider, model, tier and the day from which
	// it holds, if it has one. It is empty if no price is known for the model.
	PriceID string
}

// Add returns the cost of two calls together. An unpriced part makes the sum
// Partial; costs in different currencies, and those whose sum no Amount can
// hold, cannot be added and make it Partial as well.
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
	return c
}

func overflows(a, b Amount) bool {
	if b < 0 {
		return a < math.MinInt64-b
	}
	return a > math.MaxInt64-b
}

// total adds up products of tokens and rates, both at least 0, in 128 bits.
type total struct{ high, low uint64 }

func (t *total) add(tokens int64, rate Amount) {
	high, low := bits.Mul64(uint64(tokens), uint64(rate)) //nolint:gosec // neither is negative
	var carry uint64
	t.low, carry = bits.Add64(t.low, low, 0)
	t.high += high + carry
}

// amount returns the sum, unless it is too large.
func (t *total) amount() (Amount, bool) {
	if t.high > 0 || t.low > math.MaxInt64 {
		return 0, false
	}
	return Amount(t.low), true
}
