package pricing_test

import (
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
)

func BenchmarkCost(b *testing.B) {
	c, u, at := pricing.Default(), reported(1200, 300), time.Now()
	for _, model := range []string{"claude-sonnet-5", "claude-sonnet-5-20260901", "unknown"} {
		b.Run(model, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Cost("anthropic", model, "", u, at)
			}
		})
	}
}
