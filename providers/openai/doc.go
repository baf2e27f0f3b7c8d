// Package openai is the provider for OpenAI's Chat Completions and Embeddings
// and for every service that speaks the same protocol, on OpenAI's own SDK.
//
// [New] makes a [Provider] from a key, [Wrap] from a client that the program
// has already set up, Azure clients included. The SDK's retries are switched
// off: what happens after a failure is for the failover package to decide.
//
// Each field of providers.Request has its counterpart on the wire or is
// refused with an error of KindUnsupported that names it: TopK,
// PreviousResponseID, Reasoning.BudgetTokens, image output (at OpenAI itself),
// images in tool results, and media that the protocol takes in another form.
// Hints are left out without an error where they have no counterpart:
// Reasoning.Include (services that show thinking do so unasked),
// ToolResult.IsError, and cache hints unless [Options].CacheBreakpoints is
// set. Answers carry thinking as Reasoning where a service shows it; it is
// sent back only under [WithReasoningField], because OpenAI has no place for
// it. Annotations of an answer are kept in Text.Citations and not sent back.
//
// Calls of custom tools come as ToolCall values whose Arguments are one JSON
// string, and go back as custom calls for the same reason. What only this
// protocol has is asked for with [Options] and found in Response.Raw, which is
// an *openai.ChatCompletion of the SDK.
//
// Streams ask for usage; the refusal, audio, images and custom tool calls of a
// stream come whole, at its end.
package openai
