package conformance_test

import (
	"net/http"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/providertest"
)

var anthropicMessages = wire{
	provider: "anthropic", model: "claude-sonnet-5", operation: "chat", dial: dialAnthropic,
	serve: func(p reply) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Request-Id", "req_1")
			body := asked(r)
			switch {
			case p.status != 0:
				typ := "api_error"
				if p.status == http.StatusTooManyRequests {
					typ = "rate_limit_error"
				}
				sendJSON(w, p.status, anthropicError(typ))
			case body.streamed():
				anthropicStream(w, r, p)
			default:
				sendJSON(w, http.StatusOK, anthropicMessage(p))
			}
		}
	},
	adapt: func(r *providers.Request) {
		r.Seed, r.FrequencyPenalty, r.PresencePenalty = nil, nil, nil
		if r.ServiceTier != "" {
			r.ServiceTier = "standard_only"
		}
	},
	lacks: map[string]string{
		"continued": "the Messages API keeps no conversation", "choices": "one answer a call",
		"embeddings": "no embeddings", "embeddings, attribution": "no embeddings", "embeddings error": "no embeddings",
	},
	stops: "end_turn", calls: "tool_use",
	usage: func(reply) map[string]int64 {
		return map[string]int64{
			"input_tokens": inputTokens, "output_tokens": outputTokens, "cache_read.input_tokens": cacheReadTokens,
			"cache_write.input_tokens": cacheWriteTokens, "reasoning.output_tokens": reasoningTokens,
		}
	},
}

func anthropicError(typ string) object {
	return object{"type": "error", "request_id": "req_1", "error": object{"type": typ, "message": "No: " + prompt}}
}

// anthropicUsage counts input without what was cached.
func anthropicUsage(output int) object {
	return object{
		"input_tokens": inputTokens - cacheReadTokens - cacheWriteTokens, "cache_read_input_tokens": cacheReadTokens,
		"cache_creation_input_tokens": cacheWriteTokens,
		"cache_creation":              object{"ephemeral_5m_input_tokens": cacheWriteTokens, "ephemeral_1h_input_tokens": 0},
		"output_tokens":               output, "output_tokens_details": object{"thinking_tokens": min(output, reasoningTokens)}, "service_tier": "standard",
	}
}

func anthropicMessage(p reply) object {
	var content []object
	if p.think {
		content = append(content, object{"type": "thinking", "thinking": "Oslo has an opera.", "signature": "sig=="})
	}
	stop := "end_turn"
	if p.tool {
		content, stop = append(content, object{"type": "tool_use", "id": "call_1", "name": "get_weather", "input": object{"city": "Oslo"}}), "tool_use"
	} else {
		content = append(content, object{"type": "text", "text": p.text()})
	}
	return object{
		"id": responseID, "type": "message", "role": "assistant", "model": "claude-sonnet-5", "content": content,
		"stop_reason": stop, "stop_sequence": nil, "usage": anthropicUsage(outputTokens),
	}
}

func anthropicStream(w http.ResponseWriter, r *http.Request, p reply) {
	e := startEvents(w)
	message := anthropicMessage(p)
	content, stop := message["content"].([]object), message["stop_reason"]
	message["content"], message["stop_reason"], message["usage"] = []object{}, nil, anthropicUsage(1)
	e.named("message_start", object{"message": message})
	e.named("ping", object{})
	for i, block := range content {
		empty, deltas := anthropicDeltas(block, p.pieces)
		e.named("content_block_start", object{"index": i, "content_block": empty})
		for n, d := range deltas {
			e.named("content_block_delta", object{"index": i, "delta": d})
			switch {
			case n == 0 && p.stalled:
				providertest.Wait(r)
				return
			case n == 0 && p.broken:
				e.named("error", anthropicError("overloaded_error"))
				return
			}
		}
		e.named("content_block_stop", object{"index": i})
	}
	e.named("message_delta", object{"delta": object{"stop_reason": stop, "stop_sequence": nil}, "usage": anthropicUsage(outputTokens)})
	e.named("message_stop", object{})
}

// anthropicDeltas cuts a block into its empty form and what fills it.
func anthropicDeltas(block object, pieces []string) (empty object, deltas []object) {
	switch block["type"] {
	case "thinking":
		return object{"type": "thinking", "thinking": "", "signature": ""}, []object{
			{"type": "thinking_delta", "thinking": block["thinking"]}, {"type": "signature_delta", "signature": block["signature"]},
		}
	case "tool_use":
		return object{"type": "tool_use", "id": block["id"], "name": block["name"], "input": object{}},
			[]object{{"type": "input_json_delta", "partial_json": toolArguments}}
	}
	for _, piece := range pieces {
		deltas = append(deltas, object{"type": "text_delta", "text": piece})
	}
	return object{"type": "text", "text": ""}, deltas
}
