// Package gemini is the provider for Google's Gemini models, on Google's own
// SDK: by the Gemini API, or by Vertex AI.
//
// [New] makes a [Provider] from a key, or with WithVertexAI from a project and
// its credentials; [Wrap] makes one from a client that the program has already
// set up. The SDK supplies address, authentication and transport. Requests and
// replies are encoded here, because the SDK's own types reorder schemas, lose
// what they do not know and cannot tell a zero from an absent count. Retries and
// automatic continuation are off: what happens after a failure is for the
// failover package to decide, and one call is one HTTP request.
//
// Each field of providers.Request has its counterpart on the wire or is
// refused with an error of KindUnsupported that names it: LogitBias,
// PreviousResponseID, ParallelToolCalls false, names of participants, system
// messages after the first turn, audio formats other than PCM, and Store on
// Vertex AI. Hints are left out without an error where they have no
// counterpart: Verbosity, PromptCacheKey, PromptCacheRetention, User, cache
// hints, names of files, Tool.Strict, Image.Detail other than the API's own
// MEDIA_RESOLUTION_..., and name, description and strictness of a Format.
// Metadata is sent as labels.
//
// Calls that the API leaves without an id get one that begins with "llmotel_",
// which is never sent. Thought signatures come and go with their parts. Tool
// calls of other vendors have none, and models that insist on one (Gemini 3) get
// the value that the API documents for such calls. Citations and grounding of a
// candidate stand in the Citations of its last text. Parts that only this API
// has (executable code and its results, server-side tool calls) come as Opaque
// parts and go back verbatim. What else the API offers is asked for with
// [Options] and found in Response.Raw, a *genai.GenerateContentResponse of the
// SDK.
//
// Usage is the conventions': input includes what tools put into the prompt,
// output includes thinking. In streams it is partial until the end.
package gemini
