package pricing_test

import (
	"testing"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// TestHardCases are calls in which several rules meet. The amounts were worked
// out by hand from the numbers of the wide list, those of case "audio from the
// cache" with the dated list's rate for it.
func TestHardCases(t *testing.T) {
	used := func(set func(*providers.Usage), in, out int64) *providers.Usage {
		u := reported(in, out)
		if set != nil {
			set(u)
		}
		return u
	}
	cases := []struct {
		name, provider, model, tier, region string
		usage                               *providers.Usage
		want                                string
	}{
		// 180,000 x 10 + 120,000 x 1 + 2,000 x 45 a million
		{"priority above a threshold that has no priority", "openai", "gpt-5.5", "priority", "", used(func(u *providers.Usage) { u.Set(providers.ClassCacheRead, 120_000) }, 300_000, 2000), "2.01"},
		// (272,000 x 2.5 + 1 x 15) x 1.1
		{"flex at the threshold in a region", "openai", "gpt-5.5-2026-04-23", "flex", "eu", used(nil, 272_000, 1), "0.7480165"},
		// 272,001 x 10 x 1.1, output 45 x 1.1
		{"a token above it", "openai", "gpt-5.5", "", "eu", used(nil, 272_001, 1), "2.9920605"},
		// (300 x 5 + 400 x 0.5 + 200 x 6.25 + 100 x 10 + 200 x 25) x 6 x 1.1
		{"fast, in the US, with both writes", "anthropic", "claude-opus-4-6", "fast", "us", used(func(u *providers.Usage) {
			u.Set(providers.ClassCacheRead, 400)
			u.Set(providers.ClassCacheWrite, 300)
			u.CacheWrite1h = 100
		}, 1000, 200), "0.05907"},
		// 1 x 6.6 + 150,000 x 0.66 + 30,000 x 8.25 + 20,000 x 13.2 + 10 x 24.75
		{"above by the cache alone, in the name's region", "aws.bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "", "", used(func(u *providers.Usage) {
			u.Set(providers.ClassCacheRead, 150_000)
			u.Set(providers.ClassCacheWrite, 50_000)
			u.CacheWrite1h = 20_000
		}, 200_001, 10), "0.6107541"},
		// 100,001 x 6 + 100,000 x 12
		{"an hour above the threshold that only another list has", "anthropic", "claude-4-sonnet-20250514", "", "", used(func(u *providers.Usage) {
			u.Set(providers.ClassCacheWrite, 100_000)
			u.CacheWrite1h = 100_000
		}, 200_001, 0), "1.800006"},
		// xAI's threshold belongs to the dear side: 128,000 x 0.4 + 1,000 x 1
		{"at an inclusive threshold", "x_ai", "grok-4-fast-reasoning", "", "", used(nil, 128_000, 1000), "0.0522"},
		{"below it", "x_ai", "grok-4-fast-reasoning", "", "", used(nil, 127_999, 1000), "0.0260998"},
		// 400 x 2.5 + 600 x 40 + 300 x 10 + 200 x 80
		{"audio in and out", "openai", "gpt-4o-audio-preview-2024-12-17", "", "", used(func(u *providers.Usage) {
			u.Set(providers.ClassAudioInput, 600)
			u.Set(providers.ClassAudioOutput, 200)
		}, 1000, 500), "0.044"},
		// 2,000 x 0.3 + 3,000 x 1 + 4,000 x 0.03 + 1,000 x 0.1 + 1,000 x 2.5
		{"audio from the cache", "gcp.gemini", "models/gemini-2.5-flash", "", "", used(func(u *providers.Usage) {
			u.Set(providers.ClassCacheRead, 5000)
			u.Set(providers.ClassAudioInput, 4000)
			u.Set(providers.ClassAudioCacheRead, 1000)
			u.Set(providers.ClassReasoning, 900)
		}, 10_000, 1000), "0.00632"},
		// 800 x 0.165 + 200 x 0.075 + 10 x 0.66
		{"Azure's dated answer", "azure.ai.openai", "gpt-4o-mini-2024-07-18", "default", "", used(func(u *providers.Usage) { u.Set(providers.ClassCacheRead, 200) }, 1000, 10), "0.0001536"},
		// 100 x 0.28 + 900 x 0.028 + 10 x 0.42
		{"a cache at a tenth", "deepseek", "deepseek-chat", "", "", used(func(u *providers.Usage) { u.Set(providers.ClassCacheRead, 900) }, 1000, 10), "0.0000574"},
		// 1,000 x 0.875, the tier's own rate for the cache
		{"all from the cache in a tier", "openai", "gpt-4.1", "priority", "", used(func(u *providers.Usage) { u.Set(providers.ClassCacheRead, 1000) }, 1000, 0), "0.000875"},
		{"embeddings in a batch", "openai", "text-embedding-3-small", "batch", "", used(nil, 1_000_000, 0), "0.01"},
	}
	for _, c := range cases {
		got := pricing.Default().Price(pricing.Query{Provider: c.provider, Model: c.model, Tier: c.tier, Region: c.region, Usage: c.usage, At: day(t, "2026-08-01")})
		if !got.Priced || got.Amount.String() != c.want || got.Breakdown().Sum() != got.Amount {
			t.Errorf("%s: %s by %s (%v), want %s", c.name, got.Amount, got.PriceID, got.Breakdown(), c.want)
		}
	}
}
