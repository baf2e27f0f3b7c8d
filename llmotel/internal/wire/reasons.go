package wire

import "github.com/llmotel/sdk/providers"

// reasonKinds maps the vendors' finish reasons to those of the conventions.
var reasonKinds = map[string]providers.FinishReason{
	// OpenAI and those that speak its protocol, Ollama, Mistral.
	"stop": providers.FinishStop, "eos": providers.FinishStop, "completed": providers.FinishStop,
	"length": providers.FinishLength, "model_length": providers.FinishLength, "max_output_tokens": providers.FinishLength, "load": providers.FinishStop,
	"tool_calls": providers.FinishToolCall, "function_call": providers.FinishToolCall, "tool_call": providers.FinishToolCall,
	"content_filter": providers.FinishContentFilter, "error": providers.FinishError,
	"insufficient_system_resource": providers.FinishError, "unload": providers.FinishStop, // DeepSeek, Ollama
	// Anthropic, also on Bedrock.
	"end_turn": providers.FinishStop, "stop_sequence": providers.FinishStop, "pause_turn": providers.FinishStop,
	"max_tokens": providers.FinishLength, "model_context_window_exceeded": providers.FinishLength,
	"tool_use": providers.FinishToolCall, "refusal": providers.FinishContentFilter, "compaction": providers.FinishCompaction,
	"guardrail_intervened": providers.FinishContentFilter, "content_filtered": providers.FinishContentFilter,
	"malformed_model_output": providers.FinishError, "malformed_tool_use": providers.FinishError,
	// Titan and AI21, on Bedrock.
	"FINISH": providers.FinishStop, "FINISHED": providers.FinishStop, "STOP_CRITERIA_MET": providers.FinishStop, "endoftext": providers.FinishStop,
	"LENGTH": providers.FinishLength, "CONTENT_FILTERED": providers.FinishContentFilter,
	// Gemini. Old clients of Vertex AI get the numbers of the enum.
	"STOP": providers.FinishStop, "1": providers.FinishStop, "MAX_TOKENS": providers.FinishLength, "2": providers.FinishLength,
	"SAFETY": providers.FinishContentFilter, "RECITATION": providers.FinishContentFilter, "LANGUAGE": providers.FinishContentFilter,
	"BLOCKLIST": providers.FinishContentFilter, "PROHIBITED_CONTENT": providers.FinishContentFilter, "SPII": providers.FinishContentFilter,
	"IMAGE_SAFETY": providers.FinishContentFilter, "IMAGE_PROHIBITED_CONTENT": providers.FinishContentFilter, "MODEL_ARMOR": providers.FinishContentFilter,
	"IMAGE_RECITATION": providers.FinishContentFilter,
	"3":                providers.FinishContentFilter, "4": providers.FinishContentFilter, "6": providers.FinishContentFilter,
	"7": providers.FinishContentFilter, "8": providers.FinishContentFilter, "10": providers.FinishContentFilter,
	"MALFORMED_FUNCTION_CALL": providers.FinishError, "9": providers.FinishError, "UNEXPECTED_TOOL_CALL": providers.FinishError,
	"TOO_MANY_TOOL_CALLS": providers.FinishError, "MALFORMED_RESPONSE": providers.FinishError, "MISSING_THOUGHT_SIGNATURE": providers.FinishError,
	"FINISH_REASON_UNSPECIFIED": providers.FinishError, "0": providers.FinishError,
	// Cohere.
	"COMPLETE": providers.FinishStop, "STOP_SEQUENCE": providers.FinishStop, "TOOL_CALL": providers.FinishToolCall,
	"ERROR": providers.FinishError, "TIMEOUT": providers.FinishError, "ERROR_TOXIC": providers.FinishContentFilter, "ERROR_LIMIT": providers.FinishError,
}

// FinishReason is a vendor's finish reason in the words of the conventions; one
// without a counterpart stays as it is, and none at all is an error.
func FinishReason(raw string) providers.FinishReason {
	if raw == "" {
		return providers.FinishError
	}
	if r, ok := reasonKinds[raw]; ok {
		return r
	}
	return providers.FinishReason(raw)
}

// reasons has the slices of one reason, so that most answers need none of their
// own.
var reasons = func() map[string]*[]string {
	m := map[string]*[]string{"": {""}}
	for r := range reasonKinds {
		m[r] = &[]string{r}
	}
	return m
}()

func oneReason(r string) *[]string {
	if one, ok := reasons[r]; ok {
		return one
	}
	return &[]string{r}
}

// finish files the finish reason of a choice.
func (x *Exchange) finish(choice int, r string) {
	x.reason(choice, r)
	if r != "" && x.content != nil {
		kind := FinishReason(r)
		if kind == providers.FinishStop && x.Calls() {
			kind = providers.FinishToolCall
		}
		x.content.Output(choice).SetFinishReasonString(string(kind))
	}
}

// Calls reports whether the answer calls a tool though its vendor says no more than
// that it came to its end: Gemini, Ollama, Cohere's first API.
func (x *Exchange) Calls() bool { return x.called && len(x.Reasons()) == 1 }
