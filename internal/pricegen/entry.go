package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// entry is a price as llmotel/pricing reads it.
type entry struct {
	Provider string   `json:"provider"`
	Model    string   `json:"model"`
	Aliases  []string `json:"aliases,omitempty"`
	Region   string   `json:"region,omitempty"`
	From     string   `json:"from,omitempty"`
	Source   string   `json:"source"`
	Note     string   `json:"note,omitempty"`
	card
	Tiers   map[string]*tier   `json:"tiers,omitempty"`
	Regions map[string]decimal `json:"regions,omitempty"`
}

type card struct {
	Rates rates  `json:"rates,omitempty"`
	Above []step `json:"above,omitempty"`
}

// rates are prices of a million tokens by class.
type rates map[string]decimal

type step struct {
	Tokens    int64 `json:"tokens"`
	Inclusive bool  `json:"inclusive,omitempty"`
	Rates     rates `json:"rates"`
}

type tier struct {
	Multiplier decimal `json:"multiplier,omitempty"`
	card
}

// above returns the rates from a number of tokens on, which it adds.
func (c *card) above(tokens int64, inclusive bool) rates {
	for _, s := range c.Above {
		if s.Tokens == tokens {
			return s.Rates
		}
	}
	c.Above = append(c.Above, step{tokens, inclusive, rates{}})
	slices.SortFunc(c.Above, func(a, b step) int { return int(a.Tokens - b.Tokens) })
	return c.above(tokens, inclusive)
}

// decimal is a number in the digits that a price file has: no exponent, at most
// six decimals.
type decimal string

// MarshalJSON writes the digits as they are.
func (d decimal) MarshalJSON() ([]byte, error) { return json.Marshal(json.Number(d)) }

func (d decimal) rat() *big.Rat {
	r, ok := new(big.Rat).SetString(string(d))
	if !ok {
		return new(big.Rat)
	}
	return r
}

func (d decimal) zero() bool { return d.rat().Sign() == 0 }

// decimalOf returns a number of a list, times scale. The lists have been through
// floating point and division: what is off by less than a hundred-thousandth
// of the value is noise.
func decimalOf(n json.Number, scale int64) (decimal, error) {
	exact, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return "", fmt.Errorf("%s is no number", n)
	}
	exact.Mul(exact, new(big.Rat).SetInt64(scale))
	d := digits(exact)
	off := new(big.Rat).Sub(exact, d.rat())
	if off.Abs(off).Mul(off, big.NewRat(100_000, 1)).Cmp(exact) > 0 {
		return "", fmt.Errorf("%s has too many decimals", n)
	}
	return d, nil
}

func digits(r *big.Rat) decimal {
	return decimal(strings.TrimSuffix(strings.TrimRight(r.FloatString(6), "0"), "."))
}

// sources are what the entries' sources stand for.
var sources = map[string]string{
	wideSource:  "BerriAI/litellm model_prices_and_context_window.json (MIT), read on " + wideDay,
	datedSource: "pydantic/genai-prices prices/new_data/v2/data.json (MIT), of " + datedDay,
}

// render writes the price file with a line for each entry.
func render(entries []*entry) ([]byte, error) {
	var b bytes.Buffer
	names, err := json.Marshal(sources)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "{\"schema\":1,\"currency\":\"USD\",\"sources\":%s,\"prices\":[", names)
	for i, e := range entries {
		line, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return b.Bytes(), nil
}

func (c card) clone() card {
	c.Rates, c.Above = maps.Clone(c.Rates), slices.Clone(c.Above)
	for i := range c.Above {
		c.Above[i].Rates = maps.Clone(c.Above[i].Rates)
	}
	return c
}

// tier returns a tier of the entry, which it adds.
func (e *entry) tier(name string) *tier {
	if e.Tiers == nil {
		e.Tiers = map[string]*tier{}
	}
	if e.Tiers[name] == nil {
		e.Tiers[name] = &tier{}
	}
	return e.Tiers[name]
}
