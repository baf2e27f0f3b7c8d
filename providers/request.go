package providers

import "encoding/json"

// Request is one call. Only Model and Messages are required; a zero or nil
// option leaves the choice to the provider. Callers must not change a Request
// while a call uses it.
type Request struct {
	// Model is the model's name as the provider knows it. A failover target
	// may replace it by its own.
	Model string

	// System holds the instructions that stand apart from the conversation.
	// Vendors without such a place get them as the first message.
	System []Text
	// Messages is the conversation, oldest first.
	Messages []Message

	// Tools are the functions that the model may call.
	Tools []Tool
	// ToolChoice limits that; the zero value is ToolChoiceAuto.
	ToolChoice ToolChoice
	// ParallelToolCalls allows or forbids several calls in one answer.
	ParallelToolCalls *bool

	// Format asks for plain text, any JSON, or JSON that follows a schema;
	// nil asks for nothing.
	Format *Format
	// OutputModalities lists what the answer may consist of; empty means
	// text.
	OutputModalities []Modality
	// Voice and AudioFormat ("wav", "mp3") apply to audio output.
	Voice, AudioFormat string

	// MaxOutputTokens limits the answer, reasoning included. Vendors that
	// require a limit get a default from their adapter.
	MaxOutputTokens int64
	// Temperature and TopP shape sampling. Ranges are the provider's.
	Temperature, TopP *float64
	// TopK limits sampling to the K likeliest tokens.
	TopK *int64
	// FrequencyPenalty and PresencePenalty discourage repetition.
	FrequencyPenalty, PresencePenalty *float64
	// Seed asks for repeatable sampling.
	Seed *int64
	// StopSequences end the answer where one of them would appear.
	StopSequences []string
	// Choices is the number of alternative answers; 0 means 1.
	Choices int
	// TopLogprobs asks for log probabilities of that many alternatives at
	// each position; nil asks for none.
	TopLogprobs *int64
	// LogitBias changes the likelihood of tokens by their ids.
	LogitBias map[string]int64

	// Reasoning steers the model's thinking; nil leaves it to the provider.
	Reasoning *Reasoner
	// Verbosity is the vendor's length hint ("low", "medium", "high").
	Verbosity string

	// ServiceTier is the processing tier ("auto", "default", "flex",
	// "priority", ...), in the vendor's own words.
	ServiceTier string

	// PromptCacheKey groups requests that share a prefix, for providers that
	// cache on their own. Hints on parts and tools mark prefixes explicitly.
	PromptCacheKey string
	// PromptCacheRetention is the vendor's retention policy ("24h").
	PromptCacheRetention string

	// PreviousResponseID continues a conversation that the provider stores.
	PreviousResponseID string
	// Store asks the provider to keep the answer, or not to.
	Store *bool

	// User is an opaque id of the end user, for the provider's abuse checks.
	User string
	// Metadata is stored beside the call by providers that do so.
	Metadata map[string]string

	// Extensions holds options that only one vendor has, each a type
	// exported by that vendor's adapter. An adapter ignores extensions of
	// other vendors, so that one Request can serve a chain.
	Extensions []Extension
}

// Extension is a set of options that only one vendor has.
type Extension interface {
	// ExtensionOf is the vendor's name in the semantic conventions.
	ExtensionOf() string
}

// Tool is a function that the model may call, or a tool that the provider
// runs itself.
type Tool struct {
	// Name is required. Those of functions are unique in a request; vendors
	// may have several tools of their own by one name, such as MCP servers.
	Name string
	// Description tells the model when to use the tool.
	Description string
	// Parameters is a JSON Schema of the arguments; nil means none.
	Parameters json.RawMessage
	// Strict asks the provider to hold the arguments to the schema.
	Strict *bool
	// Cache marks the end of a cacheable prefix; optional.
	Cache *CacheHint
	// Builtin is set for tools that the provider runs: the vendor's own
	// definition verbatim. Name is then the vendor's name of the tool and
	// the other fields are ignored.
	Builtin *Opaque
}

// ToolChoiceMode says whether the model calls tools.
type ToolChoiceMode string

// The tool choice modes. ToolChoiceNamed forces the tool in ToolChoice.Name.
const (
	ToolChoiceAuto     ToolChoiceMode = ""
	ToolChoiceNone     ToolChoiceMode = "none"
	ToolChoiceRequired ToolChoiceMode = "required"
	ToolChoiceNamed    ToolChoiceMode = "named"
)

// ToolChoice limits which tools the model calls.
type ToolChoice struct {
	Mode ToolChoiceMode
	// Name is required with ToolChoiceNamed and must be one of the tools.
	Name string
}

// FormatType is a form of answer.
type FormatType string

// The forms of answer that can be asked for.
const (
	FormatText       FormatType = "text"
	FormatJSON       FormatType = "json"
	FormatJSONSchema FormatType = "json_schema"
)

// Format asks for a form of answer.
type Format struct {
	Type FormatType
	// Name and Schema are required with FormatJSONSchema.
	Name   string
	Schema json.RawMessage
	// Description tells the model what the schema is for.
	Description string
	// Strict asks the provider to hold the answer to the schema.
	Strict *bool
}

// Modality is a form of content.
type Modality string

// The modalities.
const (
	ModalityText  Modality = "text"
	ModalityImage Modality = "image"
	ModalityAudio Modality = "audio"
)

// Reasoner steers the model's thinking.
type Reasoner struct {
	// Effort is the level in the vendor's own words ("minimal", "low",
	// "high", ...); empty leaves it to the provider.
	Effort string
	// BudgetTokens limits thinking; 0 is no limit of ours. Disabled turns it
	// off.
	BudgetTokens int64
	Disabled     bool
	// Include asks for the thinking, or a summary, in the answer.
	Include bool
}
