package fake

import (
	"encoding/json"
	"net/http"
)

// Anthropic is Anthropic's messages API, without streams.
func Anthropic(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Model    string `json:"model"`
		Messages []any  `json:"messages"`
	}
	if !read(w, r, "/v1/messages", &req) {
		return
	}
	prompt, _ := json.Marshal(req.Messages) // came as JSON
	w.Header().Set("Request-Id", "req_fake")
	reply(w, map[string]any{
		"id": "msg_fake", "type": "message", "role": "assistant", "model": req.Model,
		"content": []any{map[string]any{"type": "text", "text": answer}}, "stop_reason": "end_turn", "stop_sequence": nil,
		"usage": map[string]any{
			"input_tokens": tokens(string(prompt)), "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
			"output_tokens": tokens(answer), "service_tier": "standard",
		},
	})
}
