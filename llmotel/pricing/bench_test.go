package pricing_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// BenchmarkCost has the limit of 1 µs and no allocation for a known model.
func BenchmarkCost(b *testing.B) {
	c, at := pricing.Default(), time.Now()
	u := reported(1200, 300)
	full := &providers.Usage{Completeness: providers.UsageReported, Input: 9000, Output: 900, CacheRead: 5000, CacheWrite: 2000, CacheWrite1h: 500, Reasoning: 100, AudioInput: 500}
	for _, bb := range []struct {
		name, provider, model, tier, region string
		usage                               *providers.Usage
	}{
		{"exact", "anthropic", "claude-sonnet-5", "", "", u},
		{"snapshot", "anthropic", "claude-sonnet-5-20260901", "", "", u},
		{"alias", "anthropic", "claude-sonnet-4.5", "", "", u},
		{"tier and region", "openai", "gpt-5.4", "flex", "eu", u},
		{"every class", "anthropic", "claude-opus-5", "fast", "us", full},
		{"family", "aws.bedrock", "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-5-20260901-v1:0", "", "", u},
		{"unknown", "anthropic", "unknown", "", "", u},
	} {
		b.Run(bb.name, func(b *testing.B) {
			q := pricing.Query{Provider: bb.provider, Model: bb.model, Tier: bb.tier, Region: bb.region, Usage: bb.usage, At: at}
			b.ReportAllocs()
			for b.Loop() {
				c.Price(q)
			}
		})
	}
}

// BenchmarkCostFloor is the least that pricing a call can be: a look-up by
// provider and model, and two multiplications.
func BenchmarkCostFloor(b *testing.B) {
	type name struct{ provider, model string }
	type rates struct{ in, out int64 }
	list := map[name]rates{}
	for i := range 1800 {
		list[name{"provider", "model " + strconv.Itoa(i)}] = rates{int64(i), int64(i)}
	}
	list[name{"anthropic", "claude-sonnet-5"}] = rates{3_000_000, 15_000_000}
	u := reported(1200, 300)
	var sum int64
	b.ReportAllocs()
	for b.Loop() {
		r := list[name{"anthropic", "claude-sonnet-5"}]
		sum += u.Input*r.in + u.Output*r.out
	}
	if sum == 0 {
		b.Fatal("nothing was priced")
	}
}

// BenchmarkLoad is what the first call pays.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := pricing.Load(); err != nil {
			b.Fatal(err)
		}
	}
}
