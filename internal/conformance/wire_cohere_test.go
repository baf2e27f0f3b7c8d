package conformance_test

import (
	"net/http"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/providertest"
)

var cohereChat = wire{
	provider: "cohere", model: "command-a-03-2026", embedding: "embed-v4.0", operation: "chat",
	serve: func(p reply) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body := asked(r)
			switch {
			case p.status != 0:
				sendJSON(w, p.status, object{"id": "err-1", "message": "No: " + prompt})
			case r.URL.Path == "/v2/embed":
				sendJSON(w, http.StatusOK, object{
					"id": "emb-1", "embeddings": object{"float": [][]float64{{0.25, -0.5}}}, "meta": object{"billed_units": object{"input_tokens": embeddingTokens}},
				})
			case body.streamed():
				cohereStream(w, r, p)
			default:
				message, finish := object{"role": "assistant", "content": []object{{"type": "text", "text": p.text()}}}, "COMPLETE"
				if p.tool {
					message, finish = object{"role": "assistant", "tool_plan": "I ask.", "tool_calls": []object{openAIToolCall()}}, "TOOL_CALL"
				}
				sendJSON(w, http.StatusOK, object{"id": responseID, "message": message, "finish_reason": finish, "usage": cohereUsage()})
			}
		}
	},
	speak: spoken{
		request: func(req *providers.Request, stream bool) (string, object) {
			_, chat := speakChat(req, false)
			body := object{"model": req.Model, "messages": chat["messages"], "tools": chat["tools"]}
			speakSampling(body, req)
			if req.MaxOutputTokens > 0 {
				delete(body, "top_p")
				body["max_tokens"], body["p"], body["k"], body["stop_sequences"] = req.MaxOutputTokens, *req.TopP, *req.TopK, req.StopSequences
			}
			if req.Format != nil {
				body["response_format"] = object{"type": "json_object", "json_schema": req.Format.Schema}
			}
			if stream {
				body["stream"] = true
			}
			return "/v2/chat", body
		},
		embed: func(req *providers.EmbedRequest) (string, object) {
			body := object{"model": req.Model, "texts": req.Input, "input_type": "search_document", "embedding_types": []string{"float"}}
			if req.Dimensions > 0 {
				body["output_dimension"] = req.Dimensions
			}
			return "/v2/embed", body
		},
	},
	adapt: func(r *providers.Request) { r.ServiceTier, r.Reasoning = "", nil },
	lacks: map[string]string{
		"continued": "it keeps no conversation", "choices": "one answer a call", "service tier": "there are no tiers",
		"reasoning": "thinking has a budget and no level", "reasoning stream": "thinking has a budget and no level",
	},
	stops: "COMPLETE", calls: "TOOL_CALL",
	usage: func(reply) map[string]int64 {
		return map[string]int64{"input_tokens": inputTokens, "output_tokens": outputTokens, "cache_read.input_tokens": cacheReadTokens}
	},
	untold: []string{"gen_ai.response.model"}, untoldEmbeddings: []string{"gen_ai.response.model"}, failed: "ERROR",
}

// cohereUsage bills what it counts.
func cohereUsage() object {
	counts := object{"input_tokens": inputTokens, "output_tokens": outputTokens}
	return object{"billed_units": counts, "tokens": counts, "cached_tokens": cacheReadTokens}
}

func cohereStream(w http.ResponseWriter, r *http.Request, p reply) {
	e := startEvents(w)
	e.named("message-start", object{"id": responseID, "delta": object{"message": object{"role": "assistant", "content": []object{}}}})
	finish := "COMPLETE"
	if p.tool {
		finish = "TOOL_CALL"
		e.named("tool-call-start", object{"index": 0, "delta": object{"message": object{"tool_calls": object{
			"id": "call_1", "type": "function", "function": object{"name": "get_weather", "arguments": ""},
		}}}})
		e.named("tool-call-delta", object{"index": 0, "delta": object{"message": object{"tool_calls": object{"function": object{"arguments": toolArguments}}}}})
		e.named("tool-call-end", object{"index": 0})
	} else {
		e.named("content-start", object{"index": 0, "delta": object{"message": object{"content": object{"type": "text", "text": ""}}}})
	}
	for i, piece := range p.pieces {
		e.named("content-delta", object{"index": 0, "delta": object{"message": object{"content": object{"text": piece}}}})
		switch {
		case i == 0 && p.stalled:
			providertest.Wait(r)
			return
		case i == 0 && p.broken:
			e.named("message-end", object{"delta": object{"finish_reason": "ERROR", "error": "crashed: " + prompt}})
			return
		}
	}
	if !p.tool {
		e.named("content-end", object{"index": 0})
	}
	e.named("message-end", object{"delta": object{"finish_reason": finish, "usage": cohereUsage()}})
}
