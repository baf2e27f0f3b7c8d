package pricing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

func TestMatches(t *testing.T) {
	cases := []struct {
		provider, model, id string // the id without the day; "" is unpriced
		match               pricing.Match
	}{
		{"openai", "gpt-5.2", "openai/gpt-5.2", pricing.MatchExact},
		{"openai", "gpt-5.2-2025-12-11", "openai/gpt-5.2", pricing.MatchSnapshot},
		{"openai", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13", pricing.MatchExact},
		{"openai", "ft:gpt-4o-2024-08-06:acme:support:abc123", "openai/ft:gpt-4o-2024-08-06", pricing.MatchFamily},
		{"openai", "text-embedding-3-small", "openai/text-embedding-3-small", pricing.MatchExact},
		{"openai", "gpt-of-tomorrow", "", pricing.MatchNone},
		{"openai", "", "", pricing.MatchNone},
		{"openai", "-2025-12-11", "", pricing.MatchNone},
		{"azure.ai.openai", "gpt-4o-2024-08-06", "azure.ai.openai/gpt-4o", pricing.MatchSnapshot},
		{"az.ai.openai", "gpt-4o", "azure.ai.openai/gpt-4o", pricing.MatchExact},
		{"azure.ai.inference", "Llama-3.3-70B-Instruct", "azure.ai.inference/Llama-3.3-70B-Instruct", pricing.MatchExact},
		{"azure.ai.inference", "llama-3.3-70b-instruct", "azure.ai.inference/Llama-3.3-70B-Instruct", pricing.MatchAlias},
		{"azure.ai.inference", "gpt-5.1", "azure.ai.openai/gpt-5.1", pricing.MatchFamily},
		{"azure.ai.openai", "claude-opus-5", "azure.ai.inference/claude-opus-5", pricing.MatchFamily},
		{"anthropic", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5", pricing.MatchSnapshot},
		{"anthropic", "claude-sonnet-4.5", "anthropic/claude-sonnet-4-5", pricing.MatchAlias},
		{"anthropic", "claude-3-7-sonnet-latest", "anthropic/claude-3-7-sonnet-latest", pricing.MatchExact},
		{"gcp.gemini", "models/gemini-2.5-flash", "gcp.gemini/gemini-2.5-flash", pricing.MatchFamily},
		{"gcp.gemini", "gemini-2.5-pro-preview-05-06", "gcp.gemini/gemini-2.5-pro", pricing.MatchFamily},
		{"gcp.gemini", "gemini-2.5-flash-001", "gcp.gemini/gemini-2.5-flash", pricing.MatchFamily},
		{"gcp.gen_ai", "gemini-2.5-flash", "gcp.gemini/gemini-2.5-flash", pricing.MatchExact},
		{"gcp.vertex_ai", "publishers/google/models/gemini-2.5-flash", "gcp.vertex_ai/gemini-2.5-flash", pricing.MatchFamily},
		{"gcp.vertex_ai", "claude-sonnet-4-5@20250929", "gcp.vertex_ai/claude-sonnet-4-5", pricing.MatchSnapshot},
		{"gcp.vertex_ai", "claude-opus-5@latest", "gcp.vertex_ai/claude-opus-5", pricing.MatchFamily},
		{"aws.bedrock", "amazon.nova-pro-v1:0", "aws.bedrock/amazon.nova-pro-v1:0", pricing.MatchExact},
		{"aws.bedrock", "amazon.nova-pro", "aws.bedrock/amazon.nova-pro-v1:0", pricing.MatchAlias},
		{"aws.bedrock", "us.anthropic.claude-opus-5", "aws.bedrock/us.anthropic.claude-opus-5", pricing.MatchExact},
		{"aws.bedrock", "us.anthropic.claude-sonnet-5-20260901-v1:0", "aws.bedrock/us.anthropic.claude-sonnet-5", pricing.MatchFamily},
		{"aws.bedrock", "global.amazon.nova-pro-v1:0", "aws.bedrock/amazon.nova-pro-v1:0", pricing.MatchFamily},
		{"aws.bedrock", "anthropic.claude-3-haiku-20240307-v1:0:200k", "aws.bedrock/anthropic.claude-3-haiku-20240307-v1:0", pricing.MatchFamily},
		{"aws.bedrock", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "aws.bedrock/amazon.nova-pro-v1:0", pricing.MatchFamily},
		{"aws.bedrock", "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-5", "aws.bedrock/eu.anthropic.claude-opus-5", pricing.MatchFamily},
		{"aws.bedrock", "arn:aws:bedrock:eu-west-2::foundation-model/meta.llama3-8b-instruct-v1:0", "aws.bedrock/meta.llama3-8b-instruct-v1:0+eu-west-2", pricing.MatchFamily},
		{"aws.bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3", "", pricing.MatchNone},
		{"aws.bedrock", "claude-haiku-4-5-20251001", "aws.bedrock/anthropic.claude-haiku-4-5-20251001-v1:0", pricing.MatchAlias},
		{"mistral_ai", "mistral-large-latest", "mistral_ai/mistral-large-latest", pricing.MatchExact},
		{"cohere", "command-a-03-2025", "cohere/command-a-03-2025", pricing.MatchExact},
		{"cohere", "embed-v4.0", "cohere/embed-v4.0", pricing.MatchExact},
		{"groq", "openai/gpt-oss-120b", "groq/openai/gpt-oss-120b", pricing.MatchExact},
		{"deepseek", "deepseek-reasoner", "deepseek/deepseek-reasoner", pricing.MatchExact},
		{"x_ai", "grok-4-fast-reasoning", "x_ai/grok-4-fast-reasoning", pricing.MatchExact},
		{"xai", "grok-4", "x_ai/grok-4", pricing.MatchExact},
		{"openrouter", "anthropic/claude-sonnet-5", "openrouter/anthropic/claude-sonnet-5", pricing.MatchExact},
		{"someone", "gpt-5.2", "", pricing.MatchNone},
	}
	for _, c := range cases {
		got := pricing.Default().Cost(c.provider, c.model, "", reported(1000, 10), day(t, "2026-08-25"))
		id, _, _ := strings.Cut(got.PriceID, "@")
		if id != c.id || got.Match() != c.match || got.Model() != c.model || got.Priced != (c.id != "") {
			t.Errorf("%s %q: got %s, %s; want %s, %s", c.provider, c.model, got.PriceID, got.Match(), c.id, c.match)
		}
	}
}

func TestMatchNames(t *testing.T) {
	want := map[pricing.Match]string{
		pricing.MatchNone: "unpriced", pricing.MatchExact: "exact", pricing.MatchAlias: "alias", pricing.MatchSnapshot: "dated snapshot",
		pricing.MatchFamily: "family rule", pricing.MatchOverride: "override", 77: "unpriced",
	}
	for m, word := range want {
		if m.String() != word {
			t.Errorf("%d is %s, want %s", m, m, word)
		}
	}
}

func TestSourcesAreNamed(t *testing.T) {
	source, note := pricing.Default().Cost("mistral_ai", "mistral-large-latest", "", nil, time.Time{}).Source()
	if source != "BerriAI/litellm model_prices_and_context_window.json (MIT), read on 2026-08-01" || note != "genai-prices of 2026-08-21 has 2 in, 6 out" {
		t.Errorf("got %q, %q", source, note)
	}
	for _, m := range pricing.BuiltIn() {
		q := pricing.Query{Provider: m.Provider, Model: m.Model, Region: m.Region, Tier: m.Tier}
		if source, _ := pricing.Default().Price(q).Source(); source == "" {
			t.Errorf("%+v has no source", m)
		}
	}
	if cost := (pricing.Cost{}); cost.Tier() != "" || !cost.From().IsZero() || cost.Model() != "" {
		t.Errorf("a cost made elsewhere tells something: %+v", cost)
	}
}

// FuzzMatch checks that no name breaks the rules, that each name has at most one
// price, and that what is not found is named.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{
		"gpt-5.2-2025-12-11", "arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-pro-v1:0", "ft:::", "us.", ".", "/", ":", "@", "-v1:0:200k",
		"arn:", "gemini-2.5-pro-preview-05-06", "-latest", "-latest-latest", "models/", "\x00", strings.Repeat("-latest", 100),
	} {
		for _, p := range []string{"openai", "aws.bedrock", "gcp.vertex_ai"} {
			f.Add(p, s, "eu", "")
		}
	}
	u := reported(1000, 10)
	f.Fuzz(func(t *testing.T, provider, model, region, tier string) {
		q := pricing.Query{Provider: provider, Model: model, Region: region, Tier: tier, Usage: u, At: time.Unix(1e9, 0)}
		got := pricing.Default().Price(q)
		if got.Model() != model || (got.Match() == pricing.MatchNone) != (got.PriceID == "") || got.Priced && got.PriceID == "" {
			t.Fatalf("%+v: %+v", q, got)
		}
		if again := pricing.Default().Price(q); again != got {
			t.Fatalf("%+v: %+v, then %+v", q, got, again)
		}
	})
}

// Overrides hold for every name that leads to the model.
func TestOverridesHoldForOtherNames(t *testing.T) {
	c, err := pricing.Default().With(
		pricing.Price{Provider: "openai", Model: "gpt-5.2", Rates: pricing.Rates{Input: 1, Output: 1}},
		pricing.Price{Provider: "aws.bedrock", Model: "amazon.nova-pro-v1:0", Rates: pricing.Rates{Input: 2, Output: 2}},
		pricing.Price{Provider: "openai", Model: "gpt-4o", Tier: "priority", Rates: pricing.Rates{Input: 3, Output: 3}},
	)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ provider, model, tier, amount, id string }{
		{"openai", "gpt-5.2", "", "2", "openai/gpt-5.2"},
		{"openai", "gpt-5.2-2025-12-11", "", "2", "openai/gpt-5.2"},
		{"openai", "gpt-5.2", "priority", "31.5", "openai/gpt-5.2/priority@2026-08-01"}, // another tier's list price stays
		{"aws.bedrock", "amazon.nova-pro", "", "4", "aws.bedrock/amazon.nova-pro-v1:0"},
		{"openai", "gpt-4o", "priority", "6", "openai/gpt-4o/priority"},
		{"openai", "gpt-4o", "", "12.5", "openai/gpt-4o@2026-08-01"},
	}
	for _, tc := range cases {
		got := c.Cost(tc.provider, tc.model, tc.tier, reported(1_000_000, 1_000_000), time.Time{})
		own := !strings.Contains(tc.id, "@")
		if got.Amount.String() != tc.amount || got.PriceID != tc.id || (got.Match() == pricing.MatchOverride) != own {
			t.Errorf("%+v: got %s by %s, %s", tc, got.Amount, got.PriceID, got.Match())
		}
	}
}

// Every class has a place in the breakdown.
func TestClasses(t *testing.T) {
	c, err := (*pricing.Catalogue)(nil).With(pricing.Price{Provider: "p", Model: "m", Rates: pricing.Rates{
		Input: 1, Output: 2, CacheRead: 3, CacheWrite: 4, CacheWrite1h: 5, Reasoning: 6, AudioInput: 7, AudioOutput: 8,
		ImageInput: 9, ImageOutput: 10, AudioCacheRead: 11, ImageCacheRead: 12,
	}})
	if err != nil {
		t.Fatal(err)
	}
	u := &providers.Usage{
		Completeness: providers.UsageReported, Input: 100_000_000, Output: 50_000_000, CacheRead: 10_000_000, CacheWrite: 9_000_000, CacheWrite1h: 4_000_000,
		Reasoning: 3_000_000, AudioInput: 20_000_000, AudioOutput: 5_000_000, ImageInput: 30_000_000, ImageOutput: 6_000_000,
		AudioCacheRead: 2_000_000, ImageCacheRead: 1_000_000,
	}
	got := c.Cost("p", "m", "", u, time.Time{})
	want := map[string]string{
		"input": "34", "cache_read": "21", "cache_write": "20", "cache_write_1h": "20", "audio_input": "126", "image_input": "261",
		"audio_cache_read": "22", "image_cache_read": "12", "output": "72", "reasoning": "18", "audio_output": "40", "image_output": "60",
	}
	for class, amount := range got.Breakdown().All() {
		if want[class.String()] != amount.String() {
			t.Errorf("%s costs %s, want %s", class, amount, want[class.String()])
		}
		delete(want, class.String())
	}
	if len(want) > 0 || got.Amount.String() != "706" || got.Partial || got.Breakdown().Sum() != got.Amount {
		t.Errorf("missing are %v; %s in all, %+v", want, got.Amount, got)
	}
	if s := pricing.Class(200).String(); s != "unknown" {
		t.Error(s)
	}
}
