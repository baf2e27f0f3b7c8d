package pricing_test

import (
	"fmt"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

func ExampleCatalogue_Cost() {
	usage := providers.Usage{Completeness: providers.UsageReported, Input: 1200, CacheRead: 1000, Output: 300}
	cost := pricing.Default().Cost("anthropic", "claude-sonnet-5", "", &usage, time.Date(2026, 8, 15, 0, 0, 0, 0, time.UTC))
	fmt.Println(cost.Amount, cost.Currency, cost.PriceID)
	// Output: 0.0036 USD anthropic/claude-sonnet-5@2026-08-01
}
