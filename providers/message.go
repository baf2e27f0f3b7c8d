package providers

import (
	"encoding/json"
	"strings"
	"time"
)

// Role says who wrote a message.
type Role string

// The roles of a conversation. Results of tools stand in messages with
// RoleTool, whatever the vendor's wire format calls them.
const (
	RoleSystem    Role = "system" // also OpenAI's "developer"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one turn of the conversation.
type Message struct {
	Role Role
	// Name tells participants with the same role apart; optional.
	Name string
	// Parts is the content in order; at least one part.
	Parts []Part
}

// UserText returns a user message with one text part.
func UserText(text string) Message {
	return Message{Role: RoleUser, Parts: []Part{Text{Text: text}}}
}

// AssistantText returns an assistant message with one text part.
func AssistantText(text string) Message {
	return Message{Role: RoleAssistant, Parts: []Part{Text{Text: text}}}
}

// SystemText returns a system message with one text part.
func SystemText(text string) Message {
	return Message{Role: RoleSystem, Parts: []Part{Text{Text: text}}}
}

// Text joins the text parts of the message, without separators.
func (m Message) Text() string {
	if len(m.Parts) == 1 {
		if t, ok := m.Parts[0].(Text); ok {
			return t.Text
		}
	}
	var b strings.Builder
	for _, p := range m.Parts {
		if t, ok := p.(Text); ok {
			b.WriteString(t.Text)
		}
	}
	return b.String()
}

// ToolCalls returns the tool calls of the message in order.
func (m Message) ToolCalls() []ToolCall {
	var calls []ToolCall
	for _, p := range m.Parts {
		if c, ok := p.(ToolCall); ok {
			calls = append(calls, c)
		}
	}
	return calls
}

// Part is a piece of a message: Text, Image, Audio, File, ToolCall,
// ToolResult, Reasoning, Refusal or Opaque. The set is closed; parts are
// values, not pointers.
type Part interface{ part() }

// Text is written text.
type Text struct {
	Text string
	// Citations holds the vendor's annotations of this text verbatim (a JSON
	// array), or nil.
	Citations json.RawMessage
	// Phase is the vendor's word for what an answer's text is to the whole of it
	// ("commentary", "final_answer" at OpenAI), to be sent back with it; optional.
	// Adapters of vendors without one ignore it.
	Phase string
	// Signature is the vendor's opaque token that must be sent back with the
	// part (Gemini's thought signature); optional. Adapters of vendors without
	// one ignore it.
	Signature []byte
	// Cache marks the end of a cacheable prefix; optional.
	Cache *CacheHint
}

// Media is content that is not text, by exactly one of Data, URI or FileID.
type Media struct {
	// MIMEType is required with Data ("image/png").
	MIMEType string
	Data     []byte
	// URI is where the provider fetches the content.
	URI string
	// FileID names a file uploaded to the provider before.
	FileID string
	// Signature is the vendor's opaque token that must be sent back with the
	// part (Gemini's thought signature); optional. Adapters of vendors without
	// one ignore it.
	Signature []byte
}

// Image is a picture.
type Image struct {
	Media
	// Detail is the vendor's resolution hint ("low", "high", "auto");
	// optional.
	Detail string
	Cache  *CacheHint
}

// Audio is sound. In an answer ID names the audio for later turns and
// Transcript holds its text.
type Audio struct {
	Media
	ID         string
	Transcript string
	Cache      *CacheHint
}

// File is a document, such as a PDF.
type File struct {
	Media
	// Name is the file's name; some vendors require it with Data.
	Name  string
	Cache *CacheHint
}

// ToolCall is the model's wish that the program runs a tool.
type ToolCall struct {
	// ID ties a ToolResult to this call.
	ID string
	// Name is the tool's name.
	Name string
	// Arguments is the JSON text as the model wrote it. It may be invalid
	// JSON in an answer that was cut short.
	Arguments string
	// Signature is the vendor's opaque token that must be sent back with the
	// call (Gemini's thought signature); optional.
	Signature []byte
	Cache     *CacheHint
}

// ToolResult is what a tool returned.
type ToolResult struct {
	// CallID is the ID of the ToolCall, which stands earlier in the
	// conversation.
	CallID string
	// Name is the tool's name; Gemini requires it.
	Name string
	// Parts is the result: Text, Image, File or Opaque parts. May be empty.
	Parts []Part
	// IsError marks a failed tool run.
	IsError bool
	Cache   *CacheHint
}

// TextResult returns the tool result that consists of one text.
func TextResult(callID, name, text string) ToolResult {
	return ToolResult{CallID: callID, Name: name, Parts: []Part{Text{Text: text}}}
}

// Reasoning is the model's thinking, where the provider shows it. It must be
// sent back unchanged for the model to go on from it.
type Reasoning struct {
	// Provider is the vendor that wrote it. Adapters send only their own
	// vendor's reasoning back, because signatures mean nothing elsewhere;
	// empty counts as their own.
	Provider string
	// ID is the vendor's id of the reasoning item; optional. Parts that follow one
	// another with the same are pieces of one item, such as several summaries.
	ID string
	// Text is the thinking or a summary of it; empty if redacted.
	Text string
	// Signature proves to the provider that the text is unchanged.
	Signature string
	// Encrypted is the thinking in a form that only the provider reads.
	Encrypted string
}

// Refusal is the model's explicit statement that it will not answer.
type Refusal struct {
	Text string
	// Phase is as that of a Text.
	Phase string
}

// Opaque is a part that only one vendor has (server-side tool calls and their
// results, compaction blocks). It is kept verbatim, so that the conversation
// can be sent back to the same vendor; other vendors' adapters refuse it.
type Opaque struct {
	// Provider is the vendor's name in the semantic conventions.
	Provider string
	// Type is the vendor's name of the part.
	Type string
	// JSON is the whole part as the vendor sent it.
	JSON json.RawMessage
}

// CacheHint marks the end of a prompt prefix that is worth caching.
// Providers that cache on their own ignore it.
type CacheHint struct {
	// TTL is how long the prefix should stay cached; 0 is the provider's
	// default. Anthropic has 5 minutes and 1 hour.
	TTL time.Duration
}

func (Text) part()       {}
func (Image) part()      {}
func (Audio) part()      {}
func (File) part()       {}
func (ToolCall) part()   {}
func (ToolResult) part() {}
func (Reasoning) part()  {}
func (Refusal) part()    {}
func (Opaque) part()     {}
