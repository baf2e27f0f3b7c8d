// Package pricing says what a call costs.
//
// A [Catalogue] holds prices by provider, model, service tier and day, each with
// an id that names them. [Catalogue.Cost] applies the one that held at the time
// of the call to its ledger of tokens: every token belongs to one [Class], cached and
// written ones, audio, images and reasoning at their own rates, the whole call at
// the higher rates where its input passes a threshold. [Catalogue.Price] does so
// for a call in a region; [Catalogue.In] makes every call one.
//
// A [Cost] tells its price's id and day, how the price was found ([Match]), where
// it comes from, and a [Breakdown] that adds up exactly. A model without a price
// is unpriced, never free: [Cost.Priced] is false and telemetry shows it. A cost
// that does not cover the whole call, because some of its usage is not known,
// says so: [Cost.Partial]. No cost is negative. Amounts are integers of 1e-12 of a
// currency unit, so that the price of a token and any sum of them are exact.
//
// [Default] has the list prices of OpenAI, Azure, Anthropic, Gemini, Vertex AI,
// Bedrock, Mistral, Cohere, Groq, DeepSeek, xAI and OpenRouter, under the provider
// names of the GenAI conventions. Own contracts and other models are added with
// [Catalogue.With], or from price files with [Catalogue.WithJSON] and [OpenFiles],
// which can read them again at run time. Lookups are safe for concurrent use and
// do not allocate.
//
// A price file has rates for a million tokens, with at most six decimals:
//
//	{"schema": 1, "currency": "USD", "sources": {"contract": "frame contract of May 2026"},
//	 "prices": [{
//	    "provider": "openai", "model": "gpt-5.2", "aliases": ["house-model"], "from": "2026-05-01", "source": "contract",
//	    "rates": {"input": 1.5, "output": 12, "cache_read": 0.15},
//	    "above": [{"tokens": 200000, "rates": {"input": 3, "output": 18}}],
//	    "tiers": {"flex": {"multiplier": 0.5}, "priority": {"rates": {"input": 3, "output": 24}}},
//	    "regions": {"eu": 1.1}}]}
//
// A rate that a step of "above" or a tier does not name is that of the level or of
// the standard tier; "inclusive": true makes a step begin at its number of tokens
// rather than behind it; "region" gives an entry to one region alone; without
// "from" a price always held. The class names are those of Class.String.
package pricing
