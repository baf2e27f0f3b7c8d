// Package content collects what was said in an LLM call and writes it as the
// GenAI conventions want it: gen_ai.input.messages, gen_ai.output.messages,
// gen_ai.system_instructions and gen_ai.tool.definitions, as JSON documents of
// the conventions' schemas.
//
// A [Builder] from [Get] collects one call, from two sources: the typed one
// ([Builder.Request], [Builder.Response], [Builder.Chunk]) and readers of vendors'
// JSON, which append fragments as they pass. Both fill the same messages, parts
// and tools. What is kept is bounded in bytes and in number; beyond that, content
// is dropped and marked, and methods return nil, on which all others do nothing.
// Builders are pooled with all their slices, so that collecting does not
// allocate once they have grown.
//
// At the end of the call an [Encoder] writes the documents. It redacts whole
// texts, never fragments or escaped JSON: the pieces of a stream are joined and
// the strings within tool arguments unescaped first.
//
// The JSON text is the canonical form. [Truncate] shortens it without breaking it,
// and [AttributeValue] makes the structured form of it that events want.
package content
