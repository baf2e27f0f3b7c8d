// Package pricing says what a call costs.
//
// A [Catalogue] holds prices by provider, model and service tier, each with an
// id that names the day from which it holds. [Catalogue.Cost] applies the one
// that held at the time of the call to its ledger of tokens: cached and written tokens at their own
// rates, the whole call at the higher rate where its input passes a model's
// long-context threshold.
//
// A model without a price is unpriced, never free: [Cost.Priced] is false and
// telemetry shows it. A cost that does not cover the whole call, because some of
// its usage is not known, says so: [Cost.Partial]. No cost is negative.
//
// Amounts are integers of 1e-12 of a currency unit, so that the price of a
// token and any sum of them are exact.
//
// [Default] has the list prices of OpenAI's and Anthropic's current models.
// Own contracts and other models are added with [Catalogue.With]. Lookups are
// safe for concurrent use and do not allocate.
package pricing
