package providertest

import (
	"time"

	"github.com/llmotel/sdk/providers"
)

// Behaviour is what the provider under test does on every call.
type Behaviour string

// The behaviours.
const (
	// Text: answers with text, in at least three text chunks when streamed,
	// with reported usage and FinishStop.
	Text Behaviour = "text"
	// ToolCall: answers with a call of ToolName whose arguments are the JSON
	// object ToolArguments, and FinishToolCall. Text and reasoning may stand
	// before the call.
	ToolCall Behaviour = "tool_call"
	// ToolResult: the request ends with the result of a tool call; answers as
	// Text does.
	ToolResult Behaviour = "tool_result"
	// Structured: answers with the JSON that the request's schema wants: an
	// object with the string "city", the integer "population" and the array
	// of strings "tags".
	Structured Behaviour = "structured"
	// Image: the request holds a PNG; answers as Text does.
	Image Behaviour = "image"
	// Reasoning: answers as Text does, and reports reasoning tokens.
	Reasoning Behaviour = "reasoning"
	// Length: the request limits the answer to LengthLimit tokens; answers
	// with some text and FinishLength.
	Length Behaviour = "length"

	// Fail: fails as Scenario.Kind says before any part of the answer. The
	// service's reply holds Prompt in its message, as vendors' replies do.
	Fail Behaviour = "fail"
	// FailMidStream: some text chunks, then the service reports a failure of
	// Scenario.Kind within the stream. Only streamed.
	FailMidStream Behaviour = "fail_mid_stream"
	// CutStream: some text chunks, then the connection breaks. Only streamed.
	CutStream Behaviour = "cut_stream"
	// TruncatedStream: some text chunks, then the stream ends in good order
	// but without the vendor's end of answer. Only streamed.
	TruncatedStream Behaviour = "truncated_stream"

	// Stall: the call is received and never answered.
	Stall Behaviour = "stall"
	// StallMidStream: some text chunks, then nothing more, with the
	// connection open. Only streamed.
	StallMidStream Behaviour = "stall_mid_stream"
)

// Scenario is what the suite wants to see.
type Scenario struct {
	Behaviour Behaviour
	// Kind is the failure to show with Fail and FailMidStream.
	Kind providers.Kind
	// RetryAfter is what the service asks to wait in a Fail; 0 if nothing.
	RetryAfter time.Duration
}

// String returns the behaviour, and the kind of failure if there is one.
func (s Scenario) String() string {
	if s.Kind == "" {
		return string(s.Behaviour)
	}
	return string(s.Behaviour) + "/" + string(s.Kind)
}

// ServiceKinds returns the kinds of error that a service can cause, which is
// what Config.Kinds defaults to. KindNetwork is a connection that breaks before
// the reply, KindMalformed a reply that makes no sense.
func ServiceKinds() []providers.Kind {
	return []providers.Kind{
		providers.KindRateLimited, providers.KindOverloaded, providers.KindServerError,
		providers.KindNetwork, providers.KindMalformed,
		providers.KindAuthentication, providers.KindPermission, providers.KindQuotaExhausted,
		providers.KindModelNotFound, providers.KindInvalidRequest, providers.KindContextLength,
		providers.KindContentFiltered,
	}
}
