package pricing

// PricesDate is the day of the built-in prices.
const PricesDate = "2026-08-01"

// row is one line of the built-in price list, in US dollars for a million
// tokens. A rate of 0 is a rate that the provider does not have, except that
// embeddings have no output.
type row struct {
	provider, model string
	tier            string // "" is the standard tier
	above           int64  // applies if the whole input exceeds this; 0 is the base price
	input, output   float64
	cacheRead       float64
	cacheWrite      float64 // default time to live
	cacheWrite1h    float64
}

// rows are the public list prices of OpenAI and Anthropic on PricesDate, as
// collected by the LiteLLM project (MIT licence,
// model_prices_and_context_window.json). Dated names with the price of their
// undated name are left out: the snapshot rule finds them.
var rows = []row{
	{"anthropic", "claude-fable-5", "", 0, 10, 50, 1, 12.5, 20},
	{"anthropic", "claude-haiku-4-5", "", 0, 1, 5, 0.1, 1.25, 2},
	{"anthropic", "claude-opus-4-1", "", 0, 15, 75, 1.5, 18.75, 30},
	{"anthropic", "claude-opus-4-20250514", "", 0, 15, 75, 1.5, 18.75, 30},
	{"anthropic", "claude-opus-4-5", "", 0, 5, 25, 0.5, 6.25, 10},
	{"anthropic", "claude-opus-4-6", "", 0, 5, 25, 0.5, 6.25, 10},
	{"anthropic", "claude-opus-4-7", "", 0, 5, 25, 0.5, 6.25, 10},
	{"anthropic", "claude-opus-4-8", "", 0, 5, 25, 0.5, 6.25, 10},
	{"anthropic", "claude-opus-5", "", 0, 5, 25, 0.5, 6.25, 10},
	{"anthropic", "claude-sonnet-4-20250514", "", 0, 3, 15, 0.3, 3.75, 6},
	// The source has no 1h write rate here. Writes for an hour cost twice the
	// input, as the next model's do.
	{"anthropic", "claude-sonnet-4-20250514", "", 200000, 6, 22.5, 0.6, 7.5, 12},
	{"anthropic", "claude-sonnet-4-5", "", 0, 3, 15, 0.3, 3.75, 6},
	{"anthropic", "claude-sonnet-4-5", "", 200000, 6, 22.5, 0.6, 7.5, 12},
	{"anthropic", "claude-sonnet-4-6", "", 0, 3, 15, 0.3, 3.75, 6},
	{"anthropic", "claude-sonnet-5", "", 0, 2, 10, 0.2, 2.5, 4},
	{"openai", "gpt-4.1", "", 0, 2, 8, 0.5, 0, 0},
	{"openai", "gpt-4.1", "priority", 0, 3.5, 14, 0.875, 0, 0},
	{"openai", "gpt-4.1-mini", "", 0, 0.4, 1.6, 0.1, 0, 0},
	{"openai", "gpt-4.1-mini", "priority", 0, 0.7, 2.8, 0.175, 0, 0},
	{"openai", "gpt-4.1-nano", "", 0, 0.1, 0.4, 0.025, 0, 0},
	{"openai", "gpt-4.1-nano", "priority", 0, 0.2, 0.8, 0.05, 0, 0},
	{"openai", "gpt-4o", "", 0, 2.5, 10, 1.25, 0, 0},
	{"openai", "gpt-4o", "priority", 0, 4.25, 17, 2.125, 0, 0},
	{"openai", "gpt-4o-2024-05-13", "", 0, 5, 15, 0, 0, 0},
	{"openai", "gpt-4o-2024-05-13", "priority", 0, 8.75, 26.25, 0, 0, 0},
	{"openai", "gpt-4o-mini", "", 0, 0.15, 0.6, 0.075, 0, 0},
	{"openai", "gpt-4o-mini", "priority", 0, 0.25, 1, 0.125, 0, 0},
	{"openai", "gpt-5", "", 0, 1.25, 10, 0.125, 0, 0},
	{"openai", "gpt-5", "flex", 0, 0.625, 5, 0.0625, 0, 0},
	{"openai", "gpt-5", "priority", 0, 2.5, 20, 0.25, 0, 0},
	{"openai", "gpt-5-chat", "", 0, 1.25, 10, 0.125, 0, 0},
	{"openai", "gpt-5-chat-latest", "", 0, 1.25, 10, 0.125, 0, 0},
	{"openai", "gpt-5-mini", "", 0, 0.25, 2, 0.025, 0, 0},
	{"openai", "gpt-5-mini", "flex", 0, 0.125, 1, 0.0125, 0, 0},
	{"openai", "gpt-5-mini", "priority", 0, 0.45, 3.6, 0.045, 0, 0},
	{"openai", "gpt-5-nano", "", 0, 0.05, 0.4, 0.005, 0, 0},
	{"openai", "gpt-5-nano", "flex", 0, 0.025, 0.2, 0.0025, 0, 0},
	{"openai", "gpt-5-pro", "", 0, 15, 120, 0, 0, 0},
	{"openai", "gpt-5.1", "", 0, 1.25, 10, 0.125, 0, 0},
	{"openai", "gpt-5.1", "priority", 0, 2.5, 20, 0.25, 0, 0},
	{"openai", "gpt-5.1-chat-latest", "", 0, 1.25, 10, 0.125, 0, 0},
	{"openai", "gpt-5.1-chat-latest", "priority", 0, 2.5, 20, 0.25, 0, 0},
	{"openai", "gpt-5.2", "", 0, 1.75, 14, 0.175, 0, 0},
	{"openai", "gpt-5.2", "priority", 0, 3.5, 28, 0.35, 0, 0},
	{"openai", "gpt-5.2-chat-latest", "", 0, 1.75, 14, 0.175, 0, 0},
	{"openai", "gpt-5.2-chat-latest", "priority", 0, 3.5, 28, 0.35, 0, 0},
	{"openai", "gpt-5.2-pro", "", 0, 21, 168, 0, 0, 0},
	{"openai", "gpt-5.3-chat-latest", "", 0, 1.75, 14, 0.175, 0, 0},
	{"openai", "gpt-5.3-chat-latest", "priority", 0, 3.5, 28, 0.35, 0, 0},
	{"openai", "gpt-5.4", "", 0, 2.5, 15, 0.25, 0, 0},
	{"openai", "gpt-5.4", "", 272000, 5, 22.5, 0.5, 0, 0},
	{"openai", "gpt-5.4", "flex", 0, 1.25, 7.5, 0.13, 0, 0},
	{"openai", "gpt-5.4", "priority", 0, 5, 30, 0.5, 0, 0},
	{"openai", "gpt-5.4-mini", "", 0, 0.75, 4.5, 0.075, 0, 0},
	{"openai", "gpt-5.4-mini", "flex", 0, 0.375, 2.25, 0.0375, 0, 0},
	{"openai", "gpt-5.4-mini", "priority", 0, 1.5, 9, 0.15, 0, 0},
	{"openai", "gpt-5.4-nano", "", 0, 0.2, 1.25, 0.02, 0, 0},
	{"openai", "gpt-5.4-nano", "flex", 0, 0.1, 0.625, 0.01, 0, 0},
	{"openai", "gpt-5.4-pro", "", 0, 30, 180, 3, 0, 0},
	{"openai", "gpt-5.4-pro", "", 272000, 60, 270, 6, 0, 0},
	{"openai", "gpt-5.4-pro", "flex", 0, 15, 90, 0, 0, 0},
	{"openai", "gpt-5.5", "", 0, 5, 30, 0.5, 0, 0},
	{"openai", "gpt-5.5", "", 272000, 10, 45, 1, 0, 0},
	{"openai", "gpt-5.5", "flex", 0, 2.5, 15, 0.25, 0, 0},
	{"openai", "gpt-5.5", "priority", 0, 10, 60, 1, 0, 0},
	{"openai", "gpt-5.5-pro", "", 0, 30, 180, 3, 0, 0},
	{"openai", "gpt-5.5-pro", "", 272000, 60, 270, 6, 0, 0},
	{"openai", "gpt-5.5-pro", "flex", 0, 15, 90, 0, 0, 0},
	{"openai", "gpt-5.6", "", 0, 5, 30, 0.5, 6.25, 0},
	{"openai", "gpt-5.6", "", 272000, 10, 45, 1, 12.5, 0},
	{"openai", "gpt-5.6", "flex", 0, 2.5, 15, 0.25, 3.125, 0},
	{"openai", "gpt-5.6", "flex", 272000, 5, 22.5, 0.5, 6.25, 0},
	{"openai", "gpt-5.6", "priority", 0, 10, 60, 1, 12.5, 0},
	{"openai", "gpt-5.6-luna", "", 0, 0.2, 1.2, 0.02, 0.25, 0},
	{"openai", "gpt-5.6-luna", "", 272000, 0.4, 1.8, 0.04, 0.5, 0},
	{"openai", "gpt-5.6-luna", "flex", 0, 0.1, 0.6, 0.01, 0.125, 0},
	{"openai", "gpt-5.6-luna", "flex", 272000, 0.2, 0.9, 0.02, 0.25, 0},
	{"openai", "gpt-5.6-luna", "priority", 0, 0.4, 2.4, 0.04, 0.5, 0},
	{"openai", "gpt-5.6-sol", "", 0, 5, 30, 0.5, 6.25, 0},
	{"openai", "gpt-5.6-sol", "", 272000, 10, 45, 1, 12.5, 0},
	{"openai", "gpt-5.6-sol", "flex", 0, 2.5, 15, 0.25, 3.125, 0},
	{"openai", "gpt-5.6-sol", "flex", 272000, 5, 22.5, 0.5, 6.25, 0},
	{"openai", "gpt-5.6-sol", "priority", 0, 10, 60, 1, 12.5, 0},
	{"openai", "gpt-5.6-terra", "", 0, 2, 12, 0.2, 2.5, 0},
	{"openai", "gpt-5.6-terra", "", 272000, 4, 18, 0.4, 5, 0},
	{"openai", "gpt-5.6-terra", "flex", 0, 1, 6, 0.1, 1.25, 0},
	{"openai", "gpt-5.6-terra", "flex", 272000, 2, 9, 0.2, 2.5, 0},
	{"openai", "gpt-5.6-terra", "priority", 0, 4, 24, 0.4, 5, 0},
	{"openai", "o1", "", 0, 15, 60, 7.5, 0, 0},
	{"openai", "o1-pro", "", 0, 150, 600, 0, 0, 0},
	{"openai", "o3", "", 0, 2, 8, 0.5, 0, 0},
	{"openai", "o3", "flex", 0, 1, 4, 0.25, 0, 0},
	{"openai", "o3", "priority", 0, 3.5, 14, 0.875, 0, 0},
	{"openai", "o3-mini", "", 0, 1.1, 4.4, 0.55, 0, 0},
	{"openai", "o3-pro", "", 0, 20, 80, 0, 0, 0},
	{"openai", "o4-mini", "", 0, 1.1, 4.4, 0.275, 0, 0},
	{"openai", "o4-mini", "flex", 0, 0.55, 2.2, 0.1375, 0, 0},
	{"openai", "o4-mini", "priority", 0, 2, 8, 0.5, 0, 0},
	{"openai", "text-embedding-3-large", "", 0, 0.13, 0, 0, 0, 0},
	{"openai", "text-embedding-3-small", "", 0, 0.02, 0, 0, 0, 0},
	{"openai", "text-embedding-ada-002", "", 0, 0.1, 0, 0, 0, 0},
	{"openai", "text-embedding-ada-002-v2", "", 0, 0.1, 0, 0, 0, 0},
}
