package pricing_test

import (
	"encoding/json"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// ratesOf are the names of a class's rate in the wide list, the first that is
// there counts.
var ratesOf = map[string][]string{
	"fresh":       {"input_cost_per_token"},
	"cache read":  {"cache_read_input_token_cost", "input_cost_per_token_cache_hit", "input_cost_per_token"},
	"cache write": {"cache_creation_input_token_cost", "input_cost_per_token"},
	"hour":        {"cache_creation_input_token_cost_above_1hr", "cache_creation_input_token_cost", "input_cost_per_token"},
	"answer":      {"output_cost_per_token"},
	"reasoning":   {"output_cost_per_reasoning_token", "output_cost_per_token"},
	"audio in":    {"input_cost_per_audio_token", "input_cost_per_token"},
	"audio out":   {"output_cost_per_audio_token", "output_cost_per_token"},
}

// rateOf returns the rate of a class above a threshold, which is the one without the
// threshold if there is no other.
func (m *listed) rateOf(class, above string) json.Number {
	for _, name := range ratesOf[class] {
		for _, end := range []string{above, ""} {
			// A class that is listed at zero has no rate: nobody reads a cache for free.
			if n, ok := m.Cost[name+end].(json.Number); ok && n != "0" && n != "0.0" {
				return n
			}
		}
	}
	return "0"
}

// twice are models that the list has two prices for; see pricegen.
var twice = map[string]bool{"gemini-flash-latest": true, "gemini-flash-lite-latest": true}

// TestEveryListedClass prices a call that uses every class of tokens, below and above
// the thresholds, for every model of the wide list.
func TestEveryListedClass(t *testing.T) {
	data, err := os.ReadFile(shareddata.Path(t, "prices", "litellm-2026-08-01.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Models map[string]listed }
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	if err := dec.Decode(&list); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for name, m := range list.Models {
		if n, _ := m.Cost["input_cost_per_token"].(json.Number); n == "" || n == "0" || n == "0.0" || otherwise[name] != "" || twice[name] {
			continue
		}
		for _, threshold := range []int64{0, 128_000, 200_000, 272_000} {
			above := ""
			if threshold > 0 {
				above = "_above_" + strconv.FormatInt(threshold/1000, 10) + "k_tokens"
				if _, has := m.Cost["input_cost_per_token"+above]; !has {
					continue
				}
			}
			u := &providers.Usage{Completeness: providers.UsageReported}
			u.Set(providers.ClassInput, threshold+10_000)
			u.Set(providers.ClassCacheRead, 3000)
			u.Set(providers.ClassCacheWrite, 2000)
			u.CacheWrite1h = 700
			u.Set(providers.ClassAudioInput, 500)
			u.Set(providers.ClassOutput, 4000)
			u.Set(providers.ClassReasoning, 1500)
			u.Set(providers.ClassAudioOutput, 300)
			q := m.query(name)
			q.Usage, q.At = u, day(t, "2026-08-01")
			got := pricing.Default().Price(q)
			// Anthropic's writes for an hour cost twice what fresh input does; the list has
			// it wrong for a few models and leaves it out for others.
			hours := []json.Number{m.rateOf("hour", above)}
			if strings.Contains(name, "claude") {
				hours = append(hours, json.Number(times(m.rateOf("fresh", above), 2).FloatString(15)))
			}
			right := false
			var want *big.Rat
			for _, hour := range hours {
				want = times(hour, 700)
				for class, tokens := range map[string]int64{
					"fresh": threshold + 10_000 - 5000 - 500, "cache read": 3000, "cache write": 1300, "audio in": 500,
					"answer": 4000 - 1500 - 300, "reasoning": 1500, "audio out": 300,
				} {
					want.Add(want, times(m.rateOf(class, above), tokens))
				}
				off := new(big.Rat).Sub(want, times(json.Number(got.Amount.String()), 1))
				right = right || off.Abs(off).Cmp(big.NewRat(1, 1e10)) <= 0
			}
			compared++
			if !got.Priced || !right {
				t.Errorf("%s%s (%s %s %s): got %s by %s (%v), want %s", name, above, q.Provider, q.Region, q.Model, got.Amount, got.PriceID, got.Breakdown(), want.FloatString(12))
			}
		}
	}
	if compared < 1100 {
		t.Errorf("only %d prices were compared", compared)
	}
}
