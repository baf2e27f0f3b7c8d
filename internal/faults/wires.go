package faults

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// Wire is a vendor's protocol.
type Wire struct {
	// Name is "openai", "responses", "anthropic", "gemini" or "bedrock".
	Name string
	// Unary is the body of a unary answer.
	Unary string
	// Start are the events of a streamed answer before its first text, Texts
	// those with text, Last those that say how it ended, Closing the
	// terminator alone.
	Start, Texts, Last, Closing []string

	requestID string
	media     string // the type of a stream; empty: text/event-stream
	event     func(string) string
	failure   string // of code, type and message
}

// Text is what every answer says.
const Text = "The opera house, the fjord and Vigeland park."

// Secret stands in every body of an error, as vendors repeat what they were
// asked; Key is the key to call the server with.
const (
	Secret = "canary-prompt-7c1" //nolint:gosec // a marker, not a secret
	Key    = "sk-canary-key-93f"
)

// Events returns a whole streamed answer.
func (w *Wire) Events() []string {
	var all []string
	for _, part := range [][]string{w.Start, w.Texts, w.Last, w.Closing} {
		all = append(all, part...)
	}
	return all
}

// Media is the type of a stream's body.
func (w *Wire) Media() string { return cmp.Or(w.media, "text/event-stream") }

// Event returns data as an event of a stream.
func (w *Wire) Event(data string) string { return w.event(data) }

// Failure returns the body of an error that has a code or a type, whichever
// the protocol uses.
func (w *Wire) Failure(code, typ string) string {
	return strings.NewReplacer("CODE", quote(code), "TYPE", quote(typ), "MESSAGE", quote("refused: "+Secret)).Replace(w.failure)
}

func quote(s string) string {
	if s == "" {
		return "null"
	}
	return fmt.Sprintf("%q", s)
}

// Asked tells by the path and the body of a request which protocol it speaks, and
// whether it asks for a stream.
func Asked(path string, body []byte) (w *Wire, stream bool) {
	var asked struct {
		Stream bool `json:"stream"`
	}
	_ = json.Unmarshal(body, &asked) // Gemini and Bedrock ask by the path
	return wireOf(path), asked.Stream || strings.HasSuffix(path, ":streamGenerateContent") || strings.HasSuffix(path, "/converse-stream")
}

func wireOf(path string) *Wire {
	switch {
	case strings.HasSuffix(path, "/responses"):
		return responses
	case strings.HasSuffix(path, "/messages"):
		return anthropic
	case strings.Contains(path, "enerateContent"):
		return gemini
	case strings.Contains(path, "/converse"):
		return bedrock
	}
	return openai
}

func data(s string) string { return "data: " + s + "\n\n" }

// named puts the type of an event before it, as Anthropic and the Responses API
// do.
func named(s string) string {
	_, name, _ := strings.Cut(s, `"type":"`)
	name, _, _ = strings.Cut(name, `"`)
	return "event: " + name + "\n" + data(s)
}

func each(event func(string) string, list ...string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = event(s)
	}
	return out
}

// texts puts the words of Text into a form.
func texts(event func(string) string, form string) []string {
	var out []string
	for _, word := range strings.SplitAfter(Text, " ") {
		out = append(out, event(fmt.Sprintf(form, word)))
	}
	return out
}

var openai = &Wire{
	Name: "openai", requestID: "X-Request-Id", event: data,
	Unary: `{"id":"c","object":"chat.completion","created":1790000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"` + Text + `"},"finish_reason":"stop"}],"usage":{"prompt_tokens":31,"completion_tokens":17,"total_tokens":48}}`,
	Start: each(data, `{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`),
	Texts: texts(data, `{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":%q},"finish_reason":null}]}`),
	Last: each(data, `{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`,
		`{"id":"c","object":"chat.completion.chunk","model":"m","choices":[],"usage":{"prompt_tokens":31,"completion_tokens":17,"total_tokens":48}}`),
	Closing: each(data, "[DONE]"),
	failure: `{"error":{"message":MESSAGE,"type":TYPE,"param":null,"code":CODE}}`,
}

const (
	responseItem = `{"id":"i","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"` + Text + `","annotations":[]}]}`
	response     = `{"id":"r","object":"response","created_at":1790000000,"model":"m","status":"completed","output":[` + responseItem + `],"usage":{"input_tokens":31,"output_tokens":17,"total_tokens":48}}`
)

var responses = &Wire{
	Name: "responses", requestID: "X-Request-Id", event: named,
	Unary:   response,
	Start:   each(named, `{"type":"response.created","response":{"id":"r","model":"m","status":"in_progress","output":[]}}`),
	Texts:   texts(named, `{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":%q}`),
	Last:    each(named, `{"type":"response.output_item.done","output_index":0,"item":`+responseItem+`}`),
	Closing: each(named, `{"type":"response.completed","response":`+response+`}`),
	failure: `{"type":"error","error":{"message":MESSAGE,"type":TYPE,"param":null,"code":CODE}}`,
}

var anthropic = &Wire{
	Name: "anthropic", requestID: "Request-Id", event: named,
	Unary: `{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"` + Text + `"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":31,"output_tokens":17}}`,
	Start: each(named, `{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":31,"output_tokens":1}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`),
	Texts: texts(named, `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%q}}`),
	Last: each(named, `{"type":"content_block_stop","index":0}`,
		`{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":17}}`),
	Closing: each(named, `{"type":"message_stop"}`),
	failure: `{"type":"error","error":{"type":TYPE,"message":MESSAGE},"request_id":"req_1"}`,
}

// gemini has no terminator: the finish reason is in Last.
var gemini = &Wire{
	Name: "gemini", requestID: "X-Goog-Request-Id", event: data,
	Unary:   `{"candidates":[{"content":{"role":"model","parts":[{"text":"` + Text + `"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":31,"candidatesTokenCount":17,"totalTokenCount":48},"modelVersion":"m","responseId":"r"}`,
	Start:   each(data, `{"usageMetadata":{"promptTokenCount":31},"modelVersion":"m","responseId":"r"}`),
	Texts:   texts(data, `{"candidates":[{"content":{"role":"model","parts":[{"text":%q}]},"index":0}],"usageMetadata":{"promptTokenCount":31},"modelVersion":"m","responseId":"r"}`),
	Last:    each(data, `{"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":31,"candidatesTokenCount":17,"totalTokenCount":48},"modelVersion":"m","responseId":"r"}`),
	failure: `{"error":{"code":0,"status":TYPE,"message":MESSAGE}}`,
}
