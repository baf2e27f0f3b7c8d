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

func ExampleCost_Breakdown() {
	usage := providers.Usage{Completeness: providers.UsageReported, Input: 10_000, CacheRead: 8000, Output: 500}
	cost := pricing.Default().Price(pricing.Query{
		Provider: "openai", Model: "gpt-5.4-2026-03-05", Tier: "flex", Region: "eu", Usage: &usage, At: time.Date(2026, 8, 15, 0, 0, 0, 0, time.UTC),
	})
	fmt.Println(cost.Amount, cost.PriceID, cost.Match())
	for class, amount := range cost.Breakdown().All() {
		fmt.Println(class, amount)
	}
	// Output:
	// 0.008019 openai/gpt-5.4/flex+eu@2026-08-01 dated snapshot
	// input 0.00275
	// cache_read 0.001144
	// output 0.004125
}

func ExampleCatalogue_WithJSON() {
	prices, err := pricing.Default().WithJSON("prices.json", []byte(`{"schema": 1, "currency": "EUR", "prices": [
		{"provider": "self", "model": "llama", "rates": {"input": 0.2, "output": -0.4}}]}`))
	fmt.Println(prices, err)
	// Output: <nil> pricing: prices.json: prices[0].rates.output: -0.4 is no decimal number such as 2.5, of at most 6 decimals
}
