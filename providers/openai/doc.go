// Package openai is the provider for OpenAI's Chat Completions, Responses and
// Embeddings, for Azure OpenAI, and for every service that speaks the same
// protocol, on OpenAI's own SDK.
//
// [New] makes a [Provider] from a key, [Wrap] from a client that the program
// has already set up. [WithResponsesAPI] selects the Responses API, [WithAzure]
// a resource of Azure, [WithBaseURL] another service, which is named by its
// host where the package knows it. The SDK's retries are switched off: what
// happens after a failure is for the failover package to decide.
//
// Each field of providers.Request has its counterpart on the wire or is
// refused with an error of KindUnsupported that names it. Neither API has TopK,
// Reasoning.BudgetTokens or image output. Chat Completions have no
// PreviousResponseID and no images in tool results. The Responses API has no
// Seed, StopSequences, penalties, LogitBias, Message.Name or audio, and one
// choice. Hints are left out without an error where they have no counterpart:
// ToolResult.IsError, Reasoning.Include in Chat Completions, and cache hints
// unless [Options].CacheBreakpoints is set. Citations are not sent back.
//
// Thinking is a Reasoning part. Chat Completions send it back only under
// [WithReasoningField]. The Responses API gets its own back if it is encrypted,
// which is asked for where Store is false and Reasoning set, or by its id where
// the service stores it. Server-side tool calls and other items are Opaque.
// Why a response ended is read off its status: RawFinishReason is that, or why
// it is incomplete. Responses in the background are not supported.
//
// Calls of custom tools come as ToolCall values whose Arguments are one JSON
// string, and go back as custom calls for the same reason. What only this
// protocol has is asked for with [Options] and [ResponsesOptions], and found in
// Response.Raw. Streams of Chat Completions ask for usage; what has no pieces
// in the contract (refusals, audio, images, custom calls) comes whole.
package openai
