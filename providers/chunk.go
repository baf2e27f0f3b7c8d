package providers

import (
	"encoding/json"
	"time"
)

// ChunkKind says what a chunk carries.
type ChunkKind uint8

// The kinds of chunk.
const (
	// ChunkStart opens the answer: ResponseID and Model where the provider
	// sends them first. It is not yet an answer: a chain can still move on.
	ChunkStart ChunkKind = iota + 1
	// ChunkText carries a piece of text.
	ChunkText
	// ChunkReasoning carries a piece of thinking, or its signature.
	ChunkReasoning
	// ChunkToolCall carries a piece of a tool call: ID and Name come with the
	// first piece, arguments with every one.
	ChunkToolCall
	// ChunkPart carries a whole part that does not come in pieces: an image,
	// audio, a refusal, a vendor's opaque block.
	ChunkPart
	// ChunkUsage carries the ledger so far. Each replaces the one before.
	ChunkUsage
	// ChunkFinish is the last chunk of a complete answer.
	ChunkFinish
	// ChunkRestart tells the consumer to discard what it has: another target
	// answers from the beginning.
	ChunkRestart
)

// String returns the kind's name.
func (k ChunkKind) String() string {
	switch k {
	case ChunkStart:
		return "start"
	case ChunkText:
		return "text"
	case ChunkReasoning:
		return "reasoning"
	case ChunkToolCall:
		return "tool_call"
	case ChunkPart:
		return "part"
	case ChunkUsage:
		return "usage"
	case ChunkFinish:
		return "finish"
	case ChunkRestart:
		return "restart"
	}
	return "unknown"
}

// Semantic reports whether a chunk of this kind is part of the answer itself.
// The first semantic chunk is where a stream is committed to its target and
// what time to first chunk measures.
func (k ChunkKind) Semantic() bool {
	switch k {
	case ChunkText, ChunkReasoning, ChunkToolCall, ChunkPart:
		return true
	}
	return false
}

// Chunk is a piece of a streamed answer. It is immutable once yielded and may
// be kept.
type Chunk struct {
	Kind ChunkKind
	// Choice is the index of the alternative that the chunk belongs to.
	Choice int
	// Part is the index of the message part that a text, reasoning, tool call
	// or part chunk belongs to. Pieces of one part share it.
	Part int

	// Text is the piece of text or thinking.
	Text string
	// Citations holds citations of a ChunkText's part verbatim (a JSON
	// array), to be appended to those that came before; Text may be empty.
	Citations json.RawMessage
	// Phase is that of a ChunkText's part. It replaces what came before unless it
	// is empty; Text may be empty.
	Phase string
	// Signature is a piece of the Signature of a ChunkText's part, to be
	// appended; Text may be empty.
	Signature []byte
	// Reasoning holds what a ChunkReasoning carries beside text: Provider,
	// ID, Signature, Encrypted. Signature and Encrypted are to be appended;
	// Provider and ID replace what came before unless they are empty, as some
	// vendors repeat them with every piece. Nil if nothing.
	Reasoning *Reasoning
	// ToolCall is the piece of a tool call; Arguments is to be appended.
	ToolCall *ToolCall
	// Whole is the part of a ChunkPart.
	Whole Part

	// ResponseID, RequestID and Model are set on ChunkStart where known.
	ResponseID, RequestID, Model string

	// Usage is set on ChunkUsage.
	Usage *Usage
	// Finish is set on ChunkFinish.
	Finish *Finish
}

// Finish is how an answer ended.
type Finish struct {
	ResponseID, RequestID string
	// Provider and Model are those that answered.
	Provider, Model string
	// API is the vendor's API that answered; see Response.
	API string
	// Usage is the final ledger.
	Usage Usage
	// Reasons has one entry for each choice, in order; RawReasons the same
	// as the vendor sent them.
	Reasons    []FinishReason
	RawReasons []string
	// StopSequence is the stop sequence that ended the first choice, if told.
	StopSequence string

	ServiceTier, SystemFingerprint string
	// Region is where the provider says that it kept the data; see Response.
	Region string
	// Created is when the provider says it made the answer; may be zero.
	Created time.Time
	// Logprobs has the vendor's log probabilities of each choice verbatim
	// (JSON); nil if not asked for.
	Logprobs [][]byte
	// MalformedChunks counts the events of the stream that could not be
	// understood and were left out: pieces of the text may be missing.
	MalformedChunks int

	// Target, Attempts and Degraded are set by a failover chain; see Response.
	Target   string
	Attempts int
	Degraded bool
}
