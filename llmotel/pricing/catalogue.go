package pricing

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Catalogue is an immutable set of prices, safe for concurrent use.
type Catalogue struct {
	load   func() *table
	region string
}

// Query is a call to be priced.
type Query struct {
	// Provider, Model and Tier are those that answered. Provider names are
	// those of the GenAI conventions.
	Provider, Model, Tier string
	// Region is where the provider was bound to keep the data, in its own
	// words: "eu" at OpenAI, "us" at Anthropic, "eu-west-1" at Bedrock. Empty is
	// the region of the Catalogue; one without a price of its own costs
	// what all others cost.
	Region string
	// Usage is the ledger; nil is a missing one.
	Usage *providers.Usage
	// At is when the call was made; zero is now.
	At time.Time
}

// In returns the same prices for calls whose data stays in a region: see
// Query.
func (c *Catalogue) In(region string) *Catalogue {
	out := *c
	out.region = region
	return &out
}

// With returns a catalogue that has the given prices besides those of c. A price
// replaces one of the same provider, model, tier and From. Built-in prices hold
// only until the first of the given ones begins, whatever their own date: that
// is often merely the day on which they were read. So a price without From
// replaces them altogether. The other tiers of the model keep their prices.
//
// With returns an error that names the first price that cannot be.
func (c *Catalogue) With(prices ...Price) (*Catalogue, error) {
	var d document
	for i := range prices {
		p := &prices[i]
		e, err := p.entry()
		if err == nil {
			_, err = e.compile(&d, false)
		}
		if err != nil {
			return nil, fmt.Errorf("pricing: price %d (%s %s): %w", i, p.Provider, p.Model, err)
		}
		d.Prices = append(d.Prices, *e)
	}
	return c.with(&d)
}

// WithJSON returns a catalogue that has the prices of a price file besides those
// of c, by the rules of With. name is the file's, for errors, which say where in
// it something is wrong: nothing that is not understood is left out.
func (c *Catalogue) WithJSON(name string, data []byte) (*Catalogue, error) {
	d, err := parse(data)
	if err == nil {
		var out *Catalogue
		if out, err = c.with(d); err == nil {
			return out, nil
		}
	}
	return nil, fmt.Errorf("pricing: %s: %w", name, err)
}

func (c *Catalogue) with(d *document) (*Catalogue, error) {
	t := &table{models: map[key]*series{}}
	if old := c.table(); old != nil {
		t.models = maps.Clone(old.models)
	}
	if err := t.add(d, false); err != nil {
		return nil, err
	}
	out := &Catalogue{load: func() *table { return t }}
	if c != nil {
		out.region = c.region
	}
	return out, nil
}

// Cost returns what a call costs. model is the model that answered and tier
// the service tier that served it; a tier without rates of its own costs what
// the standard one costs. Match has the rules by which models are found.
//
// at is the time of the call: of several prices, the newest that had begun by
// then holds, and before all of them the oldest, as the better guess than none.
// The zero time is now.
//
// A call whose usage is missing, impossible or beyond what an Amount holds is
// not priced. One whose input or output is not known is priced in part, unless
// what is known costs nothing: then it is not priced either.
func (c *Catalogue) Cost(provider, model, tier string, usage *providers.Usage, at time.Time) Cost {
	return c.Price(Query{Provider: provider, Model: model, Tier: tier, Usage: usage, At: at})
}

// Price is Cost for a call in a region.
func (c *Catalogue) Price(q Query) Cost {
	p, r, match := c.find(&q)
	if p == nil {
		return Cost{model: q.Model}
	}
	cost := Cost{Currency: p.currency, PriceID: p.id, match: match, model: q.Model, price: p}
	factor := int64(1000)
	if r != nil {
		cost.PriceID, factor = r.id, r.factor
	}
	u := q.Usage
	if u == nil || u.Completeness == providers.UsageMissing || u.Validate() != nil {
		return cost
	}
	amount, partial, ok := p.cost(u, factor, &cost.breakdown)
	if !ok || amount == 0 && partial {
		return cost
	}
	cost.Amount, cost.Priced = amount, true
	cost.Partial = partial || u.Completeness != providers.UsageReported
	return cost
}

// Line is one class of an explained cost.
type Line struct {
	Class  Class
	Tokens int64
	Rate   Amount // of one token
	Amount Amount
}

// Explain is Price together with how the amount comes about. It is for people:
// it allocates.
func (c *Catalogue) Explain(q Query) (Cost, []Line) {
	cost := c.Price(q)
	if !cost.Priced {
		return cost, nil
	}
	var n [classCount]int64
	split(q.Usage, &n)
	var lines []Line
	for class, tokens := range n {
		if tokens > 0 {
			a := cost.breakdown[class]
			lines = append(lines, Line{Class(class), tokens, a / Amount(tokens), a})
		}
	}
	return cost, lines
}

// table returns the prices, which the built-in catalogue reads here.
func (c *Catalogue) table() *table {
	if c == nil || c.load == nil {
		return nil
	}
	return c.load()
}

func (c *Catalogue) find(q *Query) (*price, *regional, Match) {
	t := c.table()
	at, ok := tierOf(q.Tier)
	if t == nil || !ok {
		return nil, nil, MatchNone
	}
	region := q.Region
	if region == "" {
		region = c.region
	}
	s, match := t.search(q.Provider, region, q.Model)
	if s == nil {
		return nil, nil, MatchNone
	}
	for at != standard && s.tiers[at] == nil {
		at = at.next()
	}
	p := s.tiers[at].on(q.At)
	if p == nil {
		return nil, nil, MatchNone
	}
	if !p.list {
		match = MatchOverride
	}
	for i := range p.regions {
		if p.regions[i].name == region {
			return p, &p.regions[i], match
		}
	}
	return p, nil, match
}

// table is the prices by name.
type table struct{ models map[key]*series }

type key struct{ provider, region, model string }

// series is what a model costs over time, by tier, or another name of a model.
type series struct {
	tiers [tierCount]timeline
	alias string // the listed name; no alias itself
}

// timeline is prices, oldest first.
type timeline []*price

// add puts the prices of a file into the table. It changes no series that the
// table had before.
func (t *table) add(d *document, list bool) error {
	seen := map[string]int{}
	for i := range d.Prices {
		e := &d.Prices[i]
		prices, err := e.compile(d, list)
		if err != nil {
			return under(fmt.Sprintf("prices[%d]", i), err)
		}
		if !list { // the generator writes none twice
			if err := unique(seen, i, e, prices); err != nil {
				return err
			}
		}
		t.insert(key{e.Provider, e.Region, e.Model}, prices)
	}
	for i := range d.Prices {
		for j, alias := range d.Prices[i].Aliases {
			if err := t.name(&d.Prices[i], alias); err != nil {
				return &problem{fmt.Sprintf("prices[%d].aliases[%d]", i, j), err}
			}
		}
	}
	return nil
}

// unique remembers an entry's prices and reports one that is there already.
func unique(seen map[string]int, i int, e *entry, prices []*price) error {
	for _, p := range prices {
		id := fmt.Sprintf("%q %q %q %d %s", e.Provider, e.Model, e.Region, p.tier, p.from.UTC())
		if j, twice := seen[id]; twice {
			return wrong(fmt.Sprintf("prices[%d]", i), "is of the same model, tier, region and day as prices[%d]", j)
		}
		seen[id] = i
	}
	return nil
}

// name adds an alias. A name with prices of its own is none.
func (t *table) name(e *entry, alias string) error {
	k := key{e.Provider, e.Region, alias}
	if s := t.models[k]; alias == "" || s != nil && s.alias != e.Model {
		return fmt.Errorf("%q is the name of another price", alias)
	}
	t.models[k] = &series{alias: e.Model}
	return nil
}

func (t *table) insert(k key, prices []*price) {
	s := &series{}
	if old, _ := t.get(k); old != nil {
		s.tiers = old.tiers
	}
	for _, p := range prices {
		s.tiers[p.tier] = s.tiers[p.tier].with(p)
	}
	t.models[k] = s
}

// with returns a new timeline that has p among the old prices.
func (l timeline) with(p *price) timeline {
	out := make(timeline, 0, len(l)+1)
	for _, o := range l {
		if o.from.Equal(p.from) || !p.list && o.list && !o.from.Before(p.from) {
			continue
		}
		out = append(out, o)
	}
	out = append(out, p)
	slices.SortFunc(out, func(a, b *price) int { return a.from.Compare(b.from) })
	return out
}

// on returns the price of a day, nil if there is none.
func (l timeline) on(at time.Time) *price {
	if len(l) <= 1 {
		if len(l) == 0 {
			return nil
		}
		return l[0]
	}
	if at.IsZero() {
		at = time.Now()
	}
	for _, p := range slices.Backward(l) {
		if !p.from.After(at) {
			return p
		}
	}
	return l[0]
}
