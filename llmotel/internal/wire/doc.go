// Package wire reads LLM calls off the HTTP traffic of vendors' clients.
//
// Match tells by method, host and path whether a request is an LLM call and in
// which format. An Exchange then sees the bytes of the request and of the
// response as they pass and learns from them what was asked (Asked) and what
// came back (Answer): parameters, model, finish reasons, usage, errors, and the
// content where it is wanted. It changes no byte, keeps no body, and holds the
// same small amount of memory however much passes. Where a body cannot be
// understood it takes what it can: what it has learned by then stands.
//
// The data's way: bytes -> framing (server-sent events, event stream, plain
// JSON) -> jsonscan.Scanner with the format's schema -> Exchange, which files
// the fields that formats have in common itself and hands those of its own to
// the format. A format is a table: three schemas, and functions where a schema
// is not enough. Formats are in the files named after their vendors.
//
// The rules are those of the vendors' API descriptions and SDKs; where one is
// not obvious, a comment says where it comes from.
package wire
