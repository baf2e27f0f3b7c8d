package pricing_test

import (
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/llmotel/pricing"
)

// listed is a model of the wide list.
type listed struct {
	Provider string
	API      string `json:"litellm_provider"`
	Cost     map[string]any
}

// otherwise are models whose numbers here are not believed, with the reason.
var otherwise = map[string]string{
	"gemini/gemini-1.5-flash":                     "its output is 0 here",
	"bedrock/moonshotai.kimi-k2.5":                "listed twice",
	"bedrock_mantle/openai.gpt-oss-safeguard-20b": "listed twice",
}

// TestEveryListedModel prices every model of the wide list that is sold by the
// token, under the list's own name without the provider, in each of its tiers and
// above its threshold, and compares with the list's numbers.
func TestEveryListedModel(t *testing.T) {
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
	priced := 0
	for name, m := range list.Models {
		if n, _ := m.Cost["input_cost_per_token"].(json.Number); n == "" || n == "0" || n == "0.0" || otherwise[name] != "" {
			continue
		}
		for _, tier := range []string{"", "_batches", "_flex", "_priority"} {
			for _, tokens := range []int64{0, 128_000, 200_000, 272_000} {
				above := ""
				if tokens > 0 {
					above = "_above_" + strconv.FormatInt(tokens/1000, 10) + "k_tokens"
				}
				input, hasInput := m.Cost["input_cost_per_token"+above+tier].(json.Number)
				output, hasOutput := m.Cost["output_cost_per_token"+above+tier].(json.Number)
				if !hasInput || !hasOutput {
					continue
				}
				q := m.query(name)
				q.Tier, q.Usage, q.At = strings.TrimPrefix(tier, "_"), reported(tokens+1000, 1000), day(t, "2026-08-01")
				got := pricing.Default().Price(q)
				want := new(big.Rat).Add(times(input, tokens+1000), times(output, 1000))
				off := new(big.Rat).Sub(want, times(json.Number(got.Amount.String()), 1))
				if !got.Priced || off.Abs(off).Cmp(big.NewRat(1, 1e11)) > 0 { // the list has floating-point noise
					t.Errorf("%s%s%s (%s %s %s): got %s by %s, want %s", name, above, tier, q.Provider, q.Region, q.Model, got.Amount, got.PriceID, want.FloatString(12))
				}
				priced++
			}
		}
	}
	if priced < 1200 {
		t.Errorf("only %d prices were compared", priced)
	}
}

// query is the call behind a name of the list.
func (m *listed) query(name string) (q pricing.Query) {
	q.Provider = providerNames[m.Provider]
	switch {
	case m.API == "azure_ai":
		q.Provider = "azure.ai.inference"
	case m.Provider == "vertex":
		q.Provider = "gcp.vertex_ai"
	case q.Provider == "":
		q.Provider = m.Provider
	}
	parts := strings.Split(name, "/")
	if slices.Contains([]string{"azure", "azure_ai", "bedrock", "bedrock_mantle", "gemini", "vertex_ai", "cohere", "deepseek", "mistral", "groq", "xai"}, parts[0]) {
		parts = parts[1:]
	}
	if m.Provider == "azure" || m.Provider == "bedrock" {
		if len(parts) == 2 && parts[0] != "invoke" {
			q.Region = strings.TrimSuffix(parts[0], "-standard")
		}
		parts = parts[len(parts)-1:]
	}
	q.Model = strings.Join(parts, "/")
	return q
}

func times(n json.Number, tokens int64) *big.Rat {
	r, _ := new(big.Rat).SetString(n.String())
	return r.Mul(r, new(big.Rat).SetInt64(tokens))
}
