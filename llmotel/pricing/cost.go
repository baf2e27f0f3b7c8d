package pricing

import "strconv"

// Amount is money in units of 1e-12 of the currency, so that prices per token
// and their sums are exact.
type Amount int64

// Float returns the amount in whole units of the currency.
func (a Amount) Float() float64 { return float64(a) / unit }

// String returns the amount in whole units with all its digits, such as
// "0.00125".
func (a Amount) String() string {
	return strconv.FormatFloat(a.Float(), 'f', -1, 64)
}

const unit = 1e12

// Cost is what a call cost. The zero Cost is unpriced, which is not the same
// as free.
type Cost struct {
	// Amount is the price of the call; meaningless unless Priced.
	Amount Amount
	// Priced is false if no price is known for the model.
	Priced bool
	// Partial is true if Amount covers only a part: some visits of the call
	// were unpriced, or their usage is incomplete.
	Partial bool
	// Currency is the ISO 4217 code, "USD" unless an override says otherwise.
	Currency string
	// PriceID names the price that was applied: provider, model and the date
	// from which it holds.
	PriceID string
}
