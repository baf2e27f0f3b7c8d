package fake

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Gemini is Google's generateContent, without streams. It thinks before it
// answers: thoughts are output that is paid for, and Google counts them apart.
func Gemini(w http.ResponseWriter, r *http.Request) {
	const action = ":generateContent"
	var req struct {
		Contents []any `json:"contents"`
	}
	if !read(w, r, action, &req) {
		return
	}
	prompt, _ := json.Marshal(req.Contents) // came as JSON
	input, output, thoughts := tokens(string(prompt)), tokens(answer), 20
	path := strings.TrimSuffix(r.URL.Path, action)
	reply(w, map[string]any{
		"responseId": "fake", "modelVersion": path[strings.LastIndexByte(path, '/')+1:],
		"candidates": []any{map[string]any{
			"index": 0, "finishReason": "STOP",
			"content": map[string]any{"role": "model", "parts": []any{map[string]any{"text": answer}}},
		}},
		"usageMetadata": map[string]any{
			"promptTokenCount": input, "candidatesTokenCount": output, "thoughtsTokenCount": thoughts, "totalTokenCount": input + output + thoughts,
		},
	})
}
