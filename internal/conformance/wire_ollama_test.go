package conformance_test

import (
	"fmt"
	"net/http"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/providertest"
)

var ollamaChat = wire{
	provider: "ollama", model: "llama4", embedding: "nomic-embed-text", operation: "chat",
	serve: func(p reply) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body := asked(r)
			switch {
			case p.status != 0:
				sendJSON(w, p.status, object{"error": "No: " + prompt})
			case r.URL.Path == "/api/embed":
				sendJSON(w, http.StatusOK, object{
					"model": body["model"], "embeddings": [][]float64{{0.25, -0.5}, {0.5, 0.25}}, "prompt_eval_count": embeddingTokens,
				})
			case body.silenced():
				sendJSON(w, http.StatusOK, ollamaLine(object{"role": "assistant", "content": p.text(), "tool_calls": ollamaCalls(p)}, true))
			default:
				ollamaStream(w, r, p)
			}
		}
	},
	speak: spoken{
		request: func(req *providers.Request, stream bool) (string, object) {
			_, chat := speakChat(req, false)
			options := object{}
			speakSampling(options, req)
			if req.MaxOutputTokens > 0 {
				options["num_predict"], options["top_k"], options["stop"] = req.MaxOutputTokens, *req.TopK, req.StopSequences
			}
			body := object{"model": req.Model, "messages": chat["messages"], "options": options, "tools": chat["tools"]}
			if req.Format != nil {
				body["format"] = req.Format.Schema
			}
			if req.Reasoning != nil {
				body["think"] = req.Reasoning.Effort
			}
			if !stream { // it streams unless told not to
				body["stream"] = false
			}
			return "/api/chat", body
		},
		embed: func(req *providers.EmbedRequest) (string, object) {
			_, body := speakEmbeddings(req)
			return "/api/embed", body
		},
	},
	adapt: func(r *providers.Request) { r.ServiceTier = "" },
	lacks: map[string]string{
		"continued": "it keeps no conversation", "choices": "one answer a call", "service tier": "there are no tiers",
		"multimodal": "images stand beside the text", "tool result": "results have names, not ids",
	},
	stops: "stop", calls: "stop",
	usage: func(reply) map[string]int64 {
		return map[string]int64{"input_tokens": inputTokens, "output_tokens": outputTokens}
	},
	untold: []string{"gen_ai.response.id"},
}

// silenced tells whether a request wants no stream, which it has to say here.
func (o object) silenced() bool {
	b, said := o["stream"].(bool)
	return said && !b
}

func ollamaCalls(p reply) []object {
	if !p.tool {
		return nil
	}
	return []object{{"function": object{"name": "get_weather", "arguments": object{"city": "Oslo"}}}}
}

func ollamaLine(message object, done bool) object {
	line := object{"model": "llama4", "created_at": "2026-11-24T00:00:00Z", "message": message, "done": done}
	if done {
		line["done_reason"], line["prompt_eval_count"], line["eval_count"] = "stop", inputTokens, outputTokens
	}
	return line
}

func ollamaStream(w http.ResponseWriter, r *http.Request, p reply) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	send := func(line object) {
		fmt.Fprintf(w, "%s\n", line)
		providertest.Flush(w)
	}
	for i, piece := range p.pieces {
		send(ollamaLine(object{"role": "assistant", "content": piece}, false))
		switch {
		case i == 0 && p.stalled:
			providertest.Wait(r)
			return
		case i == 0 && p.broken:
			send(object{"error": "the model has crashed: " + prompt})
			return
		}
	}
	if p.tool {
		send(ollamaLine(object{"role": "assistant", "content": "", "tool_calls": ollamaCalls(p)}, false))
	}
	send(ollamaLine(object{"role": "assistant", "content": ""}, true))
}
