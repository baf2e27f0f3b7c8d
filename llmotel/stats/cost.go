package stats

import (
	"encoding/json"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Cost is the sum of what priced calls cost, and the number of those that
// could not be priced, without which the sum means nothing.
type Cost struct {
	// USD is the sum of the calls priced in US dollars; meaningless if there
	// are none, and then null in JSON.
	USD float64 `json:"usd"`
	// USDPerSuccess is USD by succeeded calls, what the others cost included;
	// nil without a priced or without a succeeded call.
	USDPerSuccess *float64 `json:"usd_per_success"`
	// Other holds the sums of calls priced in another currency.
	Other map[string]float64 `json:"other_currencies,omitempty"`
	// Priced, Unpriced and Partial count calls. Partial ones are priced, but
	// only in part. Unpriced ones may have cost something that nobody knows; a
	// call that the provider refused without reporting usage is in neither.
	Priced   int64 `json:"priced_calls"`
	Unpriced int64 `json:"unpriced_calls"`
	Partial  int64 `json:"partially_priced_calls"`
}

// inUSD tells whether any call was priced in US dollars.
func (c *Cost) inUSD() bool { return c.Priced > 0 && (c.USD != 0 || len(c.Other) == 0) }

// MarshalJSON writes a sum of no calls as null.
func (c Cost) MarshalJSON() ([]byte, error) {
	type plain Cost
	out := struct {
		USD *float64 `json:"usd"`
		plain
	}{plain: plain(c)}
	if c.inUSD() {
		out.USD = &c.USD
	}
	return json.Marshal(out)
}

// money sums amounts exactly and without overflow.
type money struct {
	usd                       sum
	other                     []currencySum
	priced, unpriced, partial int64
}

type currencySum struct {
	currency string
	sum
}

// sum is whole units and the rest below one.
type sum struct {
	whole int64
	rest  pricing.Amount
}

const (
	usd           = "USD"
	one           = pricing.Amount(1e12)
	maxCurrencies = 16
)

func (s *sum) add(a pricing.Amount) {
	s.rest += a % one
	s.whole += int64(a / one)
	if s.rest >= one {
		s.rest -= one
		s.whole++
	}
}

func (s *sum) float() float64 { return float64(s.whole) + s.rest.Float() }

func (m *money) add(o *outcome) {
	switch {
	case o.cost.Priced:
		m.priced++
		if o.cost.Partial {
			m.partial++
		}
		m.sumOf(o.cost.Currency).add(o.cost.Amount)
	case mayCost(o):
		m.unpriced++
	}
}

// mayCost tells whether a call without a price may have cost something: it was
// answered, or tokens were used, or it ended in a way that leaves it open
// whether the provider did the work. A refusal costs nothing.
func mayCost(o *outcome) bool {
	if o.attempts == 0 {
		return false
	}
	switch o.kind {
	case "", providers.KindCancelled, providers.KindTimeout, providers.KindNetwork, providers.KindMalformed, providers.KindContentFiltered:
		return true
	}
	return o.usage.Completeness != providers.UsageMissing
}

func (m *money) sumOf(currency string) *sum {
	if currency == "" || currency == usd {
		return &m.usd
	}
	for i := range m.other {
		if m.other[i].currency == currency {
			return &m.other[i].sum
		}
	}
	if len(m.other) >= maxCurrencies && currency != Other {
		return m.sumOf(Other)
	}
	m.other = append(m.other, currencySum{currency: currency})
	return &m.other[len(m.other)-1].sum
}

func (s *sum) merge(other sum) {
	s.whole += other.whole
	s.add(other.rest)
}

func (m *money) merge(other *money) {
	m.usd.merge(other.usd)
	for i := range other.other {
		m.sumOf(other.other[i].currency).merge(other.other[i].sum)
	}
	m.priced += other.priced
	m.unpriced += other.unpriced
	m.partial += other.partial
}

func (m *money) snapshot(succeeded int64) Cost {
	c := Cost{USD: m.usd.float(), Priced: m.priced, Unpriced: m.unpriced, Partial: m.partial}
	if len(m.other) > 0 {
		c.Other = make(map[string]float64, len(m.other))
		for i := range m.other {
			c.Other[m.other[i].currency] = m.other[i].float()
		}
	}
	if succeeded > 0 && c.inUSD() {
		perSuccess := c.USD / float64(succeeded)
		c.USDPerSuccess = &perSuccess
	}
	return c
}
