// Package anthropic is the provider for Anthropic's Messages API, on
// Anthropic's own SDK.
//
// [New] makes a [Provider] from a key, [Wrap] from a client that the program
// has already set up, the SDK's Bedrock and Vertex clients included. The SDK's
// retries are switched off, because what happens after a failure is for the
// failover package to decide, and so are the OpenTelemetry spans that it would
// write by itself.
//
// The API requires a limit on the answer: a request without one gets
// [DefaultMaxTokens], or what WithDefaultMaxTokens says, on top of its
// thinking budget.
//
// Each field of providers.Request has its counterpart on the wire or is
// refused with an error of KindUnsupported that names it: sampling options that
// the API lacks (penalties, seed, logit bias, log probabilities), more than one
// choice, JSON without a schema, audio, answers other than text, names of
// participants, Store and PreviousResponseID. Hints are left out without an
// error where they have no counterpart: Verbosity, PromptCacheKey,
// PromptCacheRetention, Metadata, Image.Detail, and name, description and
// strictness of a Format (schemas are always strict).
//
// Parts that only this API has (server tools and their results) come as Opaque
// parts and go back verbatim, inside tool results too (search_result,
// tool_reference). Thinking goes back with its signature; thinking
// and citations of other vendors are left out. A tool call that a server tool
// made keeps who made it in ToolCall.Signature. The explanation of a refusal
// comes as a Refusal part. What else the API offers is asked for with
// [Options] and found in Response.Raw, which is an *anthropic.Message of the
// SDK.
//
// Usage is the conventions': input includes what was read from and written to
// the cache. In streams it is partial until the end.
package anthropic
