package pricing

import (
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
	// did not report the usage; PriceID tells the two apart.
	Priced bool
	// Partial is true if Amount does not cover everything: incomplete usage,
	// a class of tokens without a rate, or a call of several visits some of
	// which were unpriced.
	Partial bool
	// Currency is the ISO 4217 code, "USD" for the built-in prices.
	Currency string
	// PriceID names the price: provider, model, tier and the day from which
	// it holds. It is empty if no price is known for the model.
	PriceID string
}

// Add returns the cost of two calls together. An unpriced part makes the sum
// Partial; costs in different currencies cannot be added and make it Partial
// as well.
func (c Cost) Add(d Cost) Cost {
	switch {
	case !d.Priced:
		c.Partial = c.Partial || c.Priced
		return c
	case !c.Priced:
		d.Partial = true
		return d
	case c.Currency != d.Currency:
		c.Partial = true
		return c
	}
	c.Amount += d.Amount
	c.Partial = c.Partial || d.Partial
	return c
}
