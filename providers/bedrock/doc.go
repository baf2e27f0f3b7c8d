// Package bedrock is the provider for Amazon Bedrock's Converse API, on the AWS
// SDK for Go.
//
// [New] makes a [Provider] from the program's aws.Config, [Wrap] from a client
// that it has already set up. The SDK's retries are switched off, because what
// happens after a failure is for the failover package to decide.
//
// Each field of providers.Request has its counterpart in Converse or is refused
// with an error of KindUnsupported that names it: penalties, seed, logit bias,
// log probabilities, more than one choice, JSON without a schema, answers other
// than text, names of participants, Store, PreviousResponseID, and the tool
// choice "none" where there are tools. Media is sent as bytes or by an s3:// URI.
// Hints are left out without an error where they have no counterpart: Verbosity,
// PromptCacheKey, PromptCacheRetention, User, Image.Detail, strictness of a
// Format. Cache hints become cache points behind their part.
//
// What Converse passes on to the model as it is (TopK, thinking, one tool call at
// a time) is named after the model's maker, which the model's id or the ARN of a
// foundation model or inference profile tells. For other ARNs these fields are
// refused; [Options.ModelFields] takes whatever the model understands.
//
// Thinking goes back with its signature; unsigned thinking and that of other
// vendors is left out, but Anthropic's own goes to its models here. Blocks
// without a counterpart (server tools and their results, search results, guarded
// content) come as Opaque parts and go back as they came. Converse tells neither
// an id of the answer nor its model: Response.ID is empty, Response.Model is the
// one asked for, or that which a prompt router chose. Response.Raw is a
// *bedrockruntime.ConverseOutput of the SDK.
//
// Usage is the conventions': input includes what was read from and written to
// the cache. In streams it comes with the finish alone, and thinking is counted
// in the output without being told apart.
package bedrock
