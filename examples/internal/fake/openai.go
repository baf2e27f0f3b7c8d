package fake

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// chatRequest is what OpenAI reads of a request.
type chatRequest struct {
	Model         string `json:"model"`
	Stream        bool   `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	Messages []chatMessage `json:"messages"`
	Tools    []struct {
		Function struct {
			Name       string `json:"name"`
			Parameters struct {
				Required []string `json:"required"`
			} `json:"parameters"`
		} `json:"function"`
	} `json:"tools"`
}

type chatMessage struct {
	Role    string `json:"role"`
	Content any    `json:"content"`
}

// OpenAI is OpenAI's chat completions API. It uses each tool that it is offered
// once, in order, and then answers.
func OpenAI(w http.ResponseWriter, r *http.Request) {
	var req chatRequest
	switch {
	case !read(w, r, "/chat/completions", &req):
	case req.Stream:
		req.stream(w, r)
	default:
		message, reason := req.turn()
		text, _ := json.Marshal(message) // strings and maps
		reply(w, map[string]any{
			"id": req.id(), "object": "chat.completion", "created": 1, "model": req.version(), "usage": req.usage(tokens(string(text))),
			"choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": reason}},
		})
	}
}

// stream sends the answer word by word.
func (req *chatRequest) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(choices []any, usage any) {
		data, _ := json.Marshal(map[string]any{ // strings, numbers and maps
			"id": req.id(), "object": "chat.completion.chunk", "created": 1, "model": req.version(), "choices": choices, "usage": usage,
		})
		fmt.Fprintf(w, "data: %s\n\n", data)
		_ = http.NewResponseController(w).Flush() // a client that left shows in pause
	}
	choice := func(delta map[string]any, reason any) []any {
		return []any{map[string]any{"index": 0, "delta": delta, "finish_reason": reason}}
	}
	send(choice(map[string]any{"role": "assistant", "content": ""}, nil), nil)
	for word := range strings.SplitAfterSeq(answer, " ") {
		if !pause(r, typing) {
			return
		}
		send(choice(map[string]any{"content": word}, nil), nil)
	}
	send(choice(map[string]any{}, "stop"), nil)
	if req.StreamOptions.IncludeUsage {
		send([]any{}, req.usage(tokens(answer)))
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// turn is the next message of the conversation: the call of a tool, or the answer.
func (req *chatRequest) turn() (message map[string]any, reason string) {
	done := 0
	for _, m := range req.Messages {
		if m.Role == "tool" {
			done++
		}
	}
	if done >= len(req.Tools) {
		if done == 0 {
			return map[string]any{"role": "assistant", "content": answer}, "stop"
		}
		return map[string]any{"role": "assistant", "content": req.findings()}, "stop"
	}
	tool := req.Tools[done].Function
	arguments := map[string]any{}
	for _, name := range tool.Parameters.Required {
		arguments[name] = req.find(name)
	}
	text, _ := json.Marshal(arguments) // strings
	return map[string]any{"role": "assistant", "content": nil, "tool_calls": []any{map[string]any{
		"id": fmt.Sprintf("call_%d", done+1), "type": "function",
		"function": map[string]any{"name": tool.Name, "arguments": string(text)},
	}}}, "tool_calls"
}

// find returns the value for an argument: what the last tool called so, or else
// the first number that the user mentions.
func (req *chatRequest) find(name string) string {
	var result map[string]string
	if json.Unmarshal([]byte(req.last("tool")), &result) == nil && result[name] != "" {
		return result[name]
	}
	digits := func(r rune) bool { return r < '0' || r > '9' }
	for _, number := range strings.FieldsFunc(req.last("user"), digits) {
		return number
	}
	return ""
}

// findings are what the tools have said, in words.
func (req *chatRequest) findings() string {
	all := map[string]string{}
	for _, m := range req.Messages {
		if text, ok := m.Content.(string); ok && m.Role == "tool" {
			_ = json.Unmarshal([]byte(text), &all) // what is no object of strings is left out
		}
	}
	var facts []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		facts = append(facts, name+" "+all[name])
	}
	return "I looked it up: " + strings.Join(facts, ", ") + "."
}

// last is the text of the last message of a role.
func (req *chatRequest) last(role string) (text string) {
	for _, m := range req.Messages {
		if s, ok := m.Content.(string); ok && m.Role == role {
			text = s
		}
	}
	return text
}

func (req *chatRequest) usage(output int) map[string]any {
	prompt, _ := json.Marshal(req.Messages) // came as JSON
	input := tokens(string(prompt))
	return map[string]any{
		"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
		"prompt_tokens_details": map[string]any{"cached_tokens": 0}, "completion_tokens_details": map[string]any{"reasoning_tokens": 0},
	}
}

func (req *chatRequest) id() string { return fmt.Sprintf("chatcmpl-fake-%d", len(req.Messages)) }

// version is the model that answers: aliases stand for dated versions.
func (req *chatRequest) version() string { return req.Model + "-2025-12-11" }
