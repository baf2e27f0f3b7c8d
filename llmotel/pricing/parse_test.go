package pricing_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
)

const contract = `{
  "schema": 1, "currency": "EUR", "sources": {"contract": "our contract of May"},
  "prices": [
    {"provider": "openai", "model": "gpt-5.2", "aliases": ["house-model"], "from": "2026-05-01", "source": "contract", "note": "by the year",
     "rates": {"input": 1.5, "output": 12, "cache_read": 0.15, "reasoning": 11},
     "above": [{"tokens": 1000, "inclusive": true, "rates": {"input": 3}}, {"tokens": 2000, "rates": {"input": 4, "output": 20}}],
     "tiers": {"flex": {"multiplier": 0.5}, "priority": {"rates": {"input": 2}, "above": [{"tokens": 1500, "rates": {"output": 30}}]}},
     "regions": {"eu": 1.25}},
    {"provider": "self", "model": "llama", "region": "de", "currency": "CHF", "from": "2026-05-01T12:00:00Z", "rates": {"input": 0, "output": 0.000001}}
  ]
}`

func TestPriceFile(t *testing.T) {
	c, err := pricing.Default().WithJSON("prices.json", []byte(contract))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, provider, model, tier, region string
		input, output                       int64
		amount, currency, id                string
	}{
		{"below", "openai", "gpt-5.2", "", "", 999, 1000, "0.0134985", "EUR", "openai/gpt-5.2@2026-05-01"},
		{"at the inclusive threshold", "openai", "gpt-5.2", "", "", 1000, 1000, "0.015", "EUR", "openai/gpt-5.2@2026-05-01"},
		{"at the strict one", "openai", "gpt-5.2", "", "", 2000, 1000, "0.018", "EUR", "openai/gpt-5.2@2026-05-01"},
		{"above it", "openai", "gpt-5.2", "", "", 2001, 1000, "0.028004", "EUR", "openai/gpt-5.2@2026-05-01"},
		{"an alias", "openai", "house-model", "", "", 100, 0, "0.00015", "EUR", "openai/gpt-5.2@2026-05-01"},
		{"multiplied tier", "openai", "gpt-5.2", "flex", "", 1000, 1000, "0.0075", "EUR", "openai/gpt-5.2/flex@2026-05-01"},
		{"a tier's own rate", "openai", "gpt-5.2", "priority", "", 100, 100, "0.0014", "EUR", "openai/gpt-5.2/priority@2026-05-01"},
		{"above both its own and the other threshold", "openai", "gpt-5.2", "priority", "", 1600, 100, "0.0078", "EUR", "openai/gpt-5.2/priority@2026-05-01"},
		{"region", "openai", "gpt-5.2", "flex", "eu", 1000, 1000, "0.009375", "EUR", "openai/gpt-5.2/flex+eu@2026-05-01"},
		{"a price of a region", "self", "llama", "", "de", 5, 3, "0.000000000003", "CHF", "self/llama+de@2026-05-01"},
		{"not elsewhere", "self", "llama", "", "", 5, 3, "", "", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got := c.Price(pricing.Query{
				Provider: tc.provider, Model: tc.model, Tier: tc.tier, Region: tc.region, Usage: reported(tc.input, tc.output), At: day(t, "2026-06-01"),
			})
			if got.Priced != (tc.id != "") || got.Priced && got.Amount.String() != tc.amount || got.Currency != tc.currency || got.PriceID != tc.id {
				t.Errorf("got %s %s by %s, want %s %s by %s", got.Amount, got.Currency, got.PriceID, tc.amount, tc.currency, tc.id)
			}
			if got.Priced && got.Match() != pricing.MatchOverride {
				t.Errorf("matched %s", got.Match())
			}
		})
	}
	if source, note := c.Cost("openai", "gpt-5.2", "", nil, day(t, "2026-06-01")).Source(); source != "our contract of May" || note != "by the year" {
		t.Errorf("got %q, %q", source, note)
	}
}

// What a file must not say, and where the error finds it.
func TestPriceFileErrors(t *testing.T) {
	one := func(rest string) string { return `{"schema":1,"prices":[{"provider":"p","model":"m"` + rest + `}]}` }
	cases := []struct{ name, file, want string }{
		{"nothing", ``, "f.json: ends too early"},
		{"cut", `{"schema":1,`, "f.json: ends too early"},
		{"cut in a price", `{"schema":1,"prices":[{"provider":`, "f.json: ends too early"},
		{"no JSON", "{\"schema\":1,\n\"prices\":[}", "f.json: line 2: invalid character"},
		{"no UTF-8", "{\"schema\":1,\"prices\":[],\"currency\":\"\xff\"}", "f.json: is not UTF-8"},
		{"more", `{"schema":1,"prices":[]} {}`, "f.json: has something behind the end"},
		{"an array", `[]`, "f.json: is no object"},
		{"no schema", `{"prices":[]}`, "f.json: schema: is 0; this version reads 1"},
		{"a later schema", `{"schema":2,"prices":[]}`, "f.json: schema: is 2; this version reads 1"},
		{"schema of text", `{"schema":"1","prices":[]}`, "f.json: schema: is no whole number"},
		{"no prices", `{"schema":1}`, "f.json: prices: is required"},
		{"null", `{"schema":1,"prices":null}`, "f.json: prices: is no array"},
		{"unknown field", `{"schema":1,"prices":[],"x":1}`, "f.json: x: is no field of a price file"},
		{"twice", `{"schema":1,"prices":[],"schema":1}`, "f.json: schema: is there twice"},
		{"source", `{"schema":1,"sources":{"a":1},"prices":[]}`, "f.json: sources.a: is no text"},
		{"provider", `{"schema":1,"prices":[{"model":"m","rates":{"input":1}}]}`, "f.json: prices[0].provider: is required"},
		{"model", `{"schema":1,"prices":[{"provider":"p","rates":{"input":1}}]}`, "f.json: prices[0].model: is required"},
		{"empty text", one(`,"note":""`), "f.json: prices[0].note: is no text"},
		{"rates", one(``), "f.json: prices[0].rates: is required unless there are tiers"},
		{"unknown in a price", one(`,"rate":{}`), "f.json: prices[0].rate: is no field of a price file"},
		{"day", one(`,"from":"May","rates":{"input":1}`), `f.json: prices[0].from: "May" is neither a day`},
		{"currency", one(`,"currency":"$","rates":{"input":1}`), `f.json: prices[0].currency: "$" is no ISO 4217 code`},
		{"class", one(`,"rates":{"inptu":1}`), "f.json: prices[0].rates.inptu: is no class of tokens"},
		{"negative", one(`,"rates":{"input":-1}`), "f.json: prices[0].rates.input: -1 is no decimal number"},
		{"exponent", one(`,"rates":{"input":1e6}`), "f.json: prices[0].rates.input: 1e6 is no decimal number"},
		{"too fine", one(`,"rates":{"input":0.0000001}`), "f.json: prices[0].rates.input: 0.0000001 is no decimal number"},
		{"too large", one(`,"rates":{"input":1000001}`), "f.json: prices[0].rates.input: 1000001 is more than 1000000"},
		{"text for a rate", one(`,"rates":{"input":"1"}`), "f.json: prices[0].rates.input: is no number"},
		{"twice in a map", one(`,"rates":{"input":1,"input":2}`), "f.json: prices[0].rates.input: is there twice"},
		{"threshold", one(`,"rates":{"input":1},"above":[{"tokens":0,"rates":{"input":2}}]`), "f.json: prices[0].above[0].tokens: 0 is no number of tokens"},
		{"broken threshold", one(`,"rates":{"input":1},"above":[{"tokens":1.5,"rates":{"input":2}}]`), "f.json: prices[0].above[0].tokens: is no whole number"},
		{"thresholds out of order", one(`,"rates":{"input":1},"above":[{"tokens":9,"rates":{"input":2}},{"tokens":9,"rates":{"input":3}}]`), "f.json: prices[0].above[1].tokens: 9 is not more than the level before"},
		{"no rates above", one(`,"rates":{"input":1},"above":[{"tokens":9}]`), "f.json: prices[0].above[0].rates: is required"},
		{"inclusive", one(`,"rates":{"input":1},"above":[{"inclusive":1}]`), "f.json: prices[0].above[0].inclusive: is neither true nor false"},
		{"unknown above", one(`,"rates":{"input":1},"above":[{"token":1}]`), "f.json: prices[0].above[0].token: is no field"},
		{"above without rates", one(`,"above":[{"tokens":9,"rates":{"input":1}}],"tiers":{"flex":{"rates":{"input":1}}}`), "f.json: prices[0].above: needs rates to differ from"},
		{"tier", one(`,"tiers":{"slow":{"rates":{"input":1}}}`), "f.json: prices[0].tiers.slow: is no tier"},
		{"tier's rate", one(`,"tiers":{"flex":{"rates":{"input":-1}}}`), "f.json: prices[0].tiers.flex.rates.input: -1 is no decimal number"},
		{"empty tier", one(`,"tiers":{"flex":{}}`), "f.json: prices[0].tiers.flex.rates: is required unless there is a multiplier"},
		{"multiplier of nothing", one(`,"tiers":{"flex":{"multiplier":2}}`), "f.json: prices[0].tiers.flex.multiplier: needs rates of the standard tier"},
		{"multiplier and rates", one(`,"rates":{"input":1},"tiers":{"flex":{"multiplier":2,"rates":{"input":1}}}`), "f.json: prices[0].tiers.flex.multiplier: cannot stand beside rates"},
		{"multiplier 0", one(`,"rates":{"input":1},"tiers":{"flex":{"multiplier":0}}`), "f.json: prices[0].tiers.flex.multiplier: 0 is no multiplier"},
		{"too fine a multiplier", one(`,"rates":{"input":1},"regions":{"eu":1.0001}`), "f.json: prices[0].regions.eu: 1.0001 is no multiplier"},
		{"inexact product", one(`,"rates":{"input":0.000001},"regions":{"eu":1.1}`), "f.json: prices[0].regions.eu: the rate of input times the multiplier has more than 6 decimals"},
		{"nameless region", one(`,"rates":{"input":1},"regions":{"":2}`), "f.json: prices[0].regions.: has no name"},
		{"empty alias", one(`,"aliases":[""],"rates":{"input":1}`), "f.json: prices[0].aliases[0]: is no text"},
		{"alias of another", one(`,"rates":{"input":1}},{"provider":"p","model":"n","aliases":["m"],"rates":{"input":1}`), `f.json: prices[1].aliases[0]: "m" is the name of another price`},
		{"the same twice", one(`,"rates":{"input":1}},{"provider":"p","model":"m","rates":{"input":2}`), "f.json: prices[1]: is of the same model, tier, region and day as prices[0]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := pricing.Default().WithJSON("f.json", []byte(c.file))
			if err == nil || !strings.HasPrefix(err.Error(), "pricing: "+c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// FuzzPriceFile checks that whatever the strict reader takes means the same to
// encoding/json, gives prices that price, and never a negative amount.
func FuzzPriceFile(f *testing.F) {
	f.Add([]byte(contract))
	for _, s := range []string{
		`{"schema":1,"prices":[]}`, `{"schema":1,"prices":[{"provider":"p","model":"m","rates":{"input":1e999999999}}]}`,
		`{"schema":1,"prices":[{"provider":"p","model":"m","rates":{"output":1},"tiers":{"fast":{"multiplier":6}}}]}`,
		`{"schema":1,"prices":[{"provider":"p","model":"m","aliases":["m"],"rates":{"output":1}}]}`, `[[[[`, `{"a":{"a":{}}}`,
	} {
		f.Add([]byte(s))
	}
	u := reported(1000, 10)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := (*pricing.Catalogue)(nil).WithJSON("f", data)
		strict, strictErr := pricing.Strict(data)
		if (err == nil) != (strictErr == nil) {
			t.Fatalf("WithJSON: %v; the reader alone: %v", err, strictErr)
		}
		if err != nil {
			return
		}
		plain, err := pricing.Plain(data)
		if err != nil || !reflect.DeepEqual(strict, plain) {
			t.Fatalf("%s\nstrict: %+v\nplain: %+v, %v", data, strict, plain, err)
		}
		if got := c.Cost("p", "m", "fast", u, time.Time{}); got.Amount < 0 || got.Breakdown().Sum() != got.Amount {
			t.Fatalf("%s: %+v", data, got)
		}
	})
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.json"), filepath.Join(dir, "second.json")
	write := func(name, rate string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(`{"schema":1,"prices":[{"provider":"openai","model":"gpt-5","rates":{"input":`+rate+`,"output":0}}]}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(first, "1")
	if _, err := pricing.OpenFiles(pricing.Default(), first, second); err == nil || !strings.Contains(err.Error(), "second.json") {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := pricing.OpenFiles(nil); err == nil {
		t.Error("neither prices nor files: no error")
	}
	write(second, "2")
	files, err := pricing.OpenFiles(pricing.Default(), first, second)
	if err != nil {
		t.Fatal(err)
	}
	price := func() string {
		return files.Cost("openai", "gpt-5", "", reported(1_000_000, 0), time.Time{}).Amount.String()
	}
	if got := price(); got != "2" {
		t.Errorf("got %s, want that of the later file", got)
	}
	write(second, "-3")
	if err := files.Reload(); err == nil || !strings.Contains(err.Error(), second+": prices[0].rates.input: -3") {
		t.Errorf("got %v, want the file and the place", err)
	}
	if got := price(); got != "2" {
		t.Errorf("after a wrong file: got %s, want the old price", got)
	}
	write(second, "4")
	if err := files.Reload(); err != nil || price() != "4" {
		t.Errorf("got %s, %v", price(), err)
	}
	if !files.Cost("anthropic", "claude-opus-5", "", reported(1, 1), time.Time{}).Priced {
		t.Error("the built-in prices are gone")
	}
}

func TestFilesConcurrentSafe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "prices.json")
	if err := os.WriteFile(name, []byte(contract), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := pricing.OpenFiles(pricing.Default(), name)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if got := files.Cost("openai", "house-model", "", reported(100, 0), day(t, "2026-06-01")); got.Amount.String() != "0.00015" {
					t.Errorf("got %+v", got)
				}
			}
		})
		wg.Go(func() {
			for range 3 {
				if err := files.Reload(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
