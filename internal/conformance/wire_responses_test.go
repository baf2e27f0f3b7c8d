package conformance_test

import (
	"net/http"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
	"github.com/llmotel/sdk/providers/providertest"
)

var openAIResponses = wire{
	provider: "openai", model: "gpt-5.2", operation: "chat", dial: dialOpenAI(openai.WithResponsesAPI()),
	serve: func(p reply) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", "req_1")
			body := asked(r)
			switch {
			case p.status != 0:
				openAIError(w, p.status)
			case body.streamed():
				responsesStream(w, r, p)
			default:
				sendJSON(w, http.StatusOK, responsesAnswer(p))
			}
		}
	},
	adapt: func(r *providers.Request) {
		r.TopK, r.Seed, r.FrequencyPenalty, r.PresencePenalty, r.StopSequences = nil, nil, nil, nil, nil
	},
	lacks: map[string]string{
		"choices": "one answer a call", "embeddings": "as with Chat Completions",
		"embeddings, attribution": "as with Chat Completions", "embeddings error": "as with Chat Completions",
	},
	stops: "stop", calls: "tool_calls",
	usage: func(reply) map[string]int64 {
		return map[string]int64{
			"input_tokens": inputTokens, "output_tokens": outputTokens, "cache_read.input_tokens": cacheReadTokens,
			"cache_write.input_tokens": cacheWriteTokens, "reasoning.output_tokens": reasoningTokens,
		}
	},
	has: map[string]any{"openai.response.service_tier": "default", "openai.api.type": "responses"},
}

func responsesItems(p reply) (items []object) {
	if p.think {
		items = append(items, object{
			"id": "rs_1", "type": "reasoning", "summary": []object{{"type": "summary_text", "text": "Oslo has an opera."}}, "encrypted_content": "gAAAA",
		})
	}
	if p.compacted {
		items = append(items, object{"id": "cmp_1", "type": "compaction", "encrypted_content": "gAAAA"})
	}
	if p.tool {
		return append(items, object{"id": "fc_1", "type": "function_call", "status": "completed", "call_id": "call_1", "name": "get_weather", "arguments": toolArguments})
	}
	return append(items, object{
		"id": "msg_1", "type": "message", "status": "completed", "role": "assistant",
		"content": []object{{"type": "output_text", "text": p.text(), "annotations": []object{}, "logprobs": []object{}}},
	})
}

func responsesAnswer(p reply) object {
	return object{
		"id": responseID, "object": "response", "created_at": 1_800_000_000, "model": "gpt-5.2", "status": "completed",
		"error": nil, "incomplete_details": nil, "output": responsesItems(p), "service_tier": "default",
		"usage": object{
			"input_tokens": inputTokens, "input_tokens_details": object{"cached_tokens": cacheReadTokens, "cache_write_tokens": cacheWriteTokens},
			"output_tokens": outputTokens, "output_tokens_details": object{"reasoning_tokens": reasoningTokens}, "total_tokens": inputTokens + outputTokens,
		},
	}
}

func responsesStream(w http.ResponseWriter, r *http.Request, p reply) {
	e := startEvents(w)
	e.named("response.created", object{"response": object{"id": responseID, "model": "gpt-5.2", "status": "in_progress", "output": []object{}, "usage": nil}})
	for i, item := range responsesItems(p) {
		added := object{"id": item["id"], "type": item["type"], "role": "assistant", "content": []object{}, "summary": []object{}}
		if p.tool {
			added["call_id"], added["name"], added["arguments"] = item["call_id"], item["name"], ""
		}
		e.named("response.output_item.added", object{"output_index": i, "item": added})
		switch item["type"] {
		case "reasoning":
			e.named("response.reasoning_summary_part.added", object{"output_index": i, "summary_index": 0, "part": object{"type": "summary_text", "text": ""}})
			e.named("response.reasoning_summary_text.delta", object{"item_id": "rs_1", "output_index": i, "summary_index": 0, "delta": "Oslo has an opera."})
			e.named("response.reasoning_summary_text.done", object{"item_id": "rs_1", "output_index": i, "summary_index": 0, "text": "Oslo has an opera."})
		case "function_call":
			e.named("response.function_call_arguments.delta", object{"item_id": "fc_1", "output_index": i, "delta": toolArguments})
		}
		for n, piece := range p.pieces {
			if item["type"] != "message" {
				break
			}
			e.named("response.output_text.delta", object{"item_id": "msg_1", "output_index": i, "content_index": 0, "delta": piece, "logprobs": []object{}})
			switch {
			case n == 0 && p.stalled:
				providertest.Wait(r)
				return
			case n == 0 && p.broken:
				e.named("response.failed", object{"response": object{
					"id": responseID, "status": "failed", "error": object{"code": "server_error", "message": prompt}, "output": []object{}, "usage": nil,
				}})
				return
			}
		}
		e.named("response.output_item.done", object{"output_index": i, "item": item})
	}
	e.named("response.completed", object{"response": responsesAnswer(p)})
}
