// Package providers says what a call to a large language model is.
//
// [Provider] is to LLM calls what http.RoundTripper is to requests: everything
// that makes a call is one, and everything that wraps one is one. A vendor
// adapter, a mock, a failover chain and an instrumented client all have the
// same two methods, so they nest in any order.
//
// A [Request] holds what real chat programs send: messages made of parts (text,
// images, audio, files, tool calls and their results, reasoning), tools, a
// response schema, sampling options and prompt caching hints. What only one
// vendor has travels in [Request.Extensions], typed by that vendor's adapter,
// and comes back in [Response.Raw] and [Opaque] parts, so nothing is lost.
//
// A call answers with a [Response], or as a stream of [Chunk] values that
// [Collect] turns into the same Response. Either carries a [Usage]: a ledger
// of tokens that means the same for every vendor and says how complete it is.
//
// Failures are [*Error] values with a [Kind] out of a small closed set. Code
// that decides (retry, next target, give up) looks at the Kind, never at text.
//
// The package imports the standard library only. Values are plain data: a
// Request may be used by several calls at once as long as nobody changes it, a
// Response belongs to the caller, who may change it, a Chunk is immutable once
// yielded.
package providers
