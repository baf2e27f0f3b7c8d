package pricing_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// The cases' words for providers, which are those of the list that they come from.
var providerNames = map[string]string{
	"openai": "openai", "anthropic": "anthropic", "gemini": "gcp.gemini", "bedrock": "aws.bedrock", "mistral": "mistral_ai",
	"groq": "groq", "xai": "x_ai", "azure": "azure.ai.openai",
}

// TestSharedCases runs all worked cases, to the last digit.
func TestSharedCases(t *testing.T) {
	data, err := os.ReadFile(shareddata.Path(t, "prices", "cost-cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Cases []struct {
			ID, Model, Provider string
			Tier                string `json:"service_tier"`
			Usage               map[string]int64
			Total               string `json:"total_usd"`
			Breakdown           []struct {
				USD string
			}
			Multipliers []struct{ Reason string }
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	classes := map[string]providers.TokenClass{
		"input_tokens": providers.ClassInput, "output_tokens": providers.ClassOutput, "reasoning": providers.ClassReasoning,
		"cache_read": providers.ClassCacheRead, "cache_write": providers.ClassCacheWrite, "cache_write_1h": providers.ClassCacheWrite,
		"input_audio": providers.ClassAudioInput,
	}
	for _, c := range doc.Cases {
		t.Run(c.ID, func(t *testing.T) {
			q := pricing.Query{Provider: providerNames[c.Provider], Model: c.Model, Tier: c.Tier, At: day(t, "2026-08-01")}
			q.Model = strings.TrimPrefix(q.Model, c.Provider+"/")
			for _, m := range c.Multipliers {
				if strings.Contains(m.Reason, "regional processing eu") {
					q.Region = "eu"
				}
			}
			u := &providers.Usage{Completeness: providers.UsageReported}
			u.Set(providers.ClassOutput, 0)
			for word, n := range c.Usage {
				class, ok := classes[word]
				if !ok {
					t.Fatalf("the case has %s, which this test does not know", word)
				}
				u.Set(class, n)
				if word == "cache_write_1h" { // none of the cases has both kinds of writes
					u.CacheWrite1h = n
				}
			}
			q.Usage = u
			got := pricing.Default().Price(q)
			if !got.Priced || got.Partial || got.Amount.String() != c.Total || got.Breakdown().Sum() != got.Amount {
				t.Errorf("got %s of %s (%+v), want %s", got.Amount, got.PriceID, got, c.Total)
			}
			if len(c.Multipliers) > 0 {
				return // the cases multiply the sum, we each class
			}
			want := map[string]int{}
			for _, b := range c.Breakdown {
				want[b.USD]++
			}
			cost, lines := pricing.Default().Explain(q)
			for _, l := range lines {
				want[l.Amount.String()]--
				if l.Rate*pricing.Amount(l.Tokens) != l.Amount {
					t.Errorf("%s: %d tokens at %s are not %s", l.Class, l.Tokens, l.Rate, l.Amount)
				}
			}
			if c.ID == "openai-reasoning-included" || c.ID == "openai-priority" || c.ID == "groq-cached" {
				return // the cases have reasoning on the line of output
			}
			for usd, n := range want {
				if n != 0 {
					t.Errorf("%s: %d lines of %s too few; got %+v", cost.PriceID, n, usd, lines)
				}
			}
		})
	}
	if len(doc.Cases) < 22 {
		t.Errorf("%d cases", len(doc.Cases))
	}
}

func TestPricesOfTheirDay(t *testing.T) {
	cases := []struct{ provider, model, tier, at, id, input, output string }{
		{"anthropic", "claude-sonnet-5", "", "2026-08-31", "anthropic/claude-sonnet-5@2026-08-01", "2", "10"},
		{"anthropic", "claude-sonnet-5", "", "2026-09-01", "anthropic/claude-sonnet-5@2026-09-01", "3", "15"},
		{"anthropic", "claude-sonnet-5-20260901", "", "2026-09-01", "anthropic/claude-sonnet-5@2026-09-01", "3", "15"},
		{"aws.bedrock", "us.anthropic.claude-sonnet-5", "", "2026-09-01", "aws.bedrock/us.anthropic.claude-sonnet-5@2026-09-01", "3.3", "16.5"},
		{"anthropic", "claude-opus-4-6", "", "2026-03-12", "anthropic/claude-opus-4-6", "10", "37.5"}, // above its threshold of then
		{"anthropic", "claude-opus-4-6", "", "2026-03-13", "anthropic/claude-opus-4-6@2026-03-13", "5", "25"},
		{"openai", "o3", "", "2025-06-09", "openai/o3", "10", "40"},
		{"openai", "o3-2025-04-16", "", "2025-06-10", "openai/o3@2025-06-10", "2", "8"},
		{"openai", "gpt-5.6-luna", "", "2026-07-29", "openai/gpt-5.6-luna", "2", "9"},
		{"openai", "gpt-5.6-luna", "", "2026-07-30", "openai/gpt-5.6-luna@2026-07-30", "0.4", "1.8"},
		{"gcp.gemini", "gemini-3.7-flash", "", "2026-12-31", "gcp.gemini/gemini-3.7-flash@2026-08-21", "0.75", "3.75"},
		{"gcp.gemini", "gemini-3.7-flash", "", "2027-01-01", "gcp.gemini/gemini-3.7-flash@2027-01-01", "1.5", "7.5"},
	}
	for _, c := range cases {
		in := pricing.Default().Cost(c.provider, c.model, c.tier, reported(1_000_000, 0), day(t, c.at))
		both := pricing.Default().Cost(c.provider, c.model, c.tier, reported(1_000_000, 1_000_000), day(t, c.at))
		if in.Amount.String() != c.input || (both.Amount-in.Amount).String() != c.output || in.PriceID != c.id {
			t.Errorf("%s at %s: %s in, %s out by %s; want %s, %s by %s", c.model, c.at, in.Amount, both.Amount-in.Amount, in.PriceID, c.input, c.output, c.id)
		}
		if _, want, dated := strings.Cut(c.id, "@"); dated != !in.From().IsZero() || dated && in.From().Format(time.DateOnly) != want {
			t.Errorf("%s at %s: holds from %s, id %s", c.model, c.at, in.From(), in.PriceID)
		}
	}
}

func TestTiersAndRegions(t *testing.T) {
	cases := []struct{ name, provider, model, tier, region, tokens, id, served string }{
		{"fast, a speed", "anthropic", "claude-opus-4-7", "fast", "", "30", "anthropic/claude-opus-4-7/fast@2026-08-01", "fast"},
		{"fast in the US", "anthropic", "claude-opus-5", "fast", "us", "11", "anthropic/claude-opus-5/fast+us@2026-08-01", "fast"},
		{"fast, a name of priority", "openai", "gpt-5", "fast", "", "2.5", "openai/gpt-5/priority@2026-08-01", "priority"},
		{"of a model without it", "openai", "gpt-5-pro", "priority", "", "15", "openai/gpt-5-pro@2026-08-01", "standard"},
		{"batch", "openai", "gpt-4o", "batch", "", "1.25", "openai/gpt-4o/batch@2026-08-01", "batch"},
		{"Vertex AI's word", "gcp.vertex_ai", "gemini-3-pro-preview", "ON_DEMAND_PRIORITY", "", "7.2", "gcp.vertex_ai/gemini-3-pro-preview/priority@2026-08-01", "priority"},
		{"not by the token", "gcp.vertex_ai", "gemini-3-pro-preview", "PROVISIONED_THROUGHPUT", "", "", "", ""},
		{"a tier's class above the threshold that only the standard one has", "openai", "gpt-5.4", "flex", "", "5", "openai/gpt-5.4/flex@2026-08-01", "flex"},
		{"residency", "openai", "gpt-5.4-mini", "flex", "eu", "0.4125", "openai/gpt-5.4-mini/flex+eu@2026-08-01", "flex"},
		{"a region without a price", "openai", "gpt-5", "", "eu", "1.25", "openai/gpt-5@2026-08-01", "standard"},
		{"a region with a price list", "azure.ai.openai", "gpt-5.1", "", "eu", "1.38", "azure.ai.openai/gpt-5.1+eu@2026-08-01", "standard"},
		{"Bedrock's", "aws.bedrock", "meta.llama3-8b-instruct-v1:0", "", "eu-west-2", "0.39", "aws.bedrock/meta.llama3-8b-instruct-v1:0+eu-west-2@2026-08-01", "standard"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			q := pricing.Query{Provider: c.provider, Model: c.model, Tier: c.tier, Region: c.region, Usage: reported(1_000_000, 0), At: day(t, "2026-08-01")}
			got := pricing.Default().Price(q)
			if c.id == "" {
				if got.Priced || got.PriceID != "" || got.Model() != c.model {
					t.Errorf("got %+v, want unpriced", got)
				}
				return
			}
			if got.Amount.String() != c.tokens || got.PriceID != c.id || got.Tier() != c.served || got.Breakdown().Sum() != got.Amount {
				t.Errorf("got %s by %s in tier %s, want %s by %s", got.Amount, got.PriceID, got.Tier(), c.tokens, c.id)
			}
			q.Region = ""
			if same := pricing.Default().In(c.region).Price(q); !same.Equal(got) {
				t.Errorf("In: got %+v, want %+v", same, got)
			}
		})
	}
}
