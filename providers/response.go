package providers

import "time"

// FinishReason says why a generation ended. The constants are those of the
// GenAI semantic conventions; a vendor's own reason without a counterpart is
// kept as it came.
type FinishReason string

// The finish reasons.
const (
	FinishStop          FinishReason = "stop"
	FinishLength        FinishReason = "length"
	FinishContentFilter FinishReason = "content_filter"
	FinishToolCall      FinishReason = "tool_call"
	FinishCompaction    FinishReason = "compaction"
	// FinishError marks a generation that ended without a reason: failed,
	// cancelled or cut.
	FinishError FinishReason = "error"
)

// Values of Response.API: OpenAI's APIs.
const (
	APIChatCompletions = "chat_completions"
	APIResponses       = "responses"
)

// Response is a whole answer. It belongs to the caller.
type Response struct {
	// ID is the provider's id of the answer.
	ID string
	// RequestID is the provider's id of the HTTP request, for its support.
	RequestID string
	// Provider is the name of the provider that answered.
	Provider string
	// Model is the model that answered, which may differ from the one asked.
	Model string
	// API is the vendor's API that answered, where it has several. Empty
	// elsewhere.
	API string
	// Created is when the provider says it made the answer; may be zero.
	Created time.Time

	// Choices holds the alternatives in the provider's order, at least one
	// unless the prompt was blocked.
	Choices []Choice
	// Usage is the ledger of tokens.
	Usage Usage

	// ServiceTier is the tier that served the call.
	ServiceTier string
	// Region is where the provider says that it kept the data, in its own words
	// ("us"); empty if it does not say, or that is anywhere.
	Region string
	// SystemFingerprint is OpenAI's id of the backend configuration.
	SystemFingerprint string
	// MalformedChunks counts the events of a streamed answer that were left
	// out; see Finish. Always zero for a unary reply.
	MalformedChunks int

	// Target names the failover target that answered and Attempts counts
	// the tries of all targets together. A plain provider leaves both zero.
	Target   string
	Attempts int
	// Degraded tells that no target answered: a failover chain's last resort
	// did.
	Degraded bool

	// Raw is the vendor SDK's own response, for what this type does not
	// hold: the adapter's documentation names its type. Nil for streams.
	Raw any
}

// Choice is one alternative answer.
type Choice struct {
	Message Message
	// FinishReason is normalised, RawFinishReason as the vendor sent it.
	FinishReason    FinishReason
	RawFinishReason string
	// StopSequence is the stop sequence that ended the answer, if told.
	StopSequence string
	// Logprobs holds the vendor's log probabilities verbatim (JSON), if asked
	// for.
	Logprobs []byte
}

// Message returns the first choice's message, or an empty one.
func (r *Response) Message() Message {
	if r == nil || len(r.Choices) == 0 {
		return Message{Role: RoleAssistant}
	}
	return r.Choices[0].Message
}

// Text returns the text of the first choice.
func (r *Response) Text() string { return r.Message().Text() }

// ToolCalls returns the tool calls of the first choice.
func (r *Response) ToolCalls() []ToolCall { return r.Message().ToolCalls() }

// FinishReason returns the first choice's finish reason, or FinishError.
func (r *Response) FinishReason() FinishReason {
	if r == nil || len(r.Choices) == 0 {
		return FinishError
	}
	return r.Choices[0].FinishReason
}
