package conformance_test

import (
	"net/http"
	"strings"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/providertest"
)

var openAIChat = wire{
	provider: "openai", model: "gpt-5.2", embedding: "text-embedding-3-small", operation: "chat", api: "chat_completions", dial: dialOpenAI(),
	serve: func(p reply) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", "req_1")
			body := asked(r)
			switch {
			case p.status != 0:
				openAIError(w, p.status)
			case strings.HasSuffix(r.URL.Path, "/embeddings"):
				openAIEmbeddings(w, body)
			case body.streamed():
				openAIChatStream(w, r, p)
			default:
				openAIChatAnswer(w, p)
			}
		}
	},
	adapt: func(r *providers.Request) { r.TopK = nil },
	lacks: map[string]string{"continued": "Chat Completions keeps no conversation"},
	speak: spoken{request: speakChat, embed: speakEmbeddings},
	stops: "stop", calls: "tool_calls",
	usage: openAICounts,
	has: map[string]any{
		"openai.response.service_tier": "default", "openai.response.system_fingerprint": "fp_1", "openai.api.type": "chat_completions",
	},
}

func openAIError(w http.ResponseWriter, status int) {
	typ, code := "server_error", "server_error"
	if status == http.StatusTooManyRequests {
		typ, code = "requests", "rate_limit_exceeded"
	}
	sendJSON(w, status, object{"error": object{"message": "No: " + prompt, "type": typ, "param": nil, "code": code}})
}

func openAIEmbeddings(w http.ResponseWriter, body object) {
	var data []object
	for i := range body["input"].([]any) {
		data = append(data, object{"object": "embedding", "index": i, "embedding": []float64{0.25, -0.5}})
	}
	sendJSON(w, http.StatusOK, object{
		"object": "list", "model": body["model"], "data": data,
		"usage": object{"prompt_tokens": embeddingTokens, "total_tokens": embeddingTokens},
	})
}

func openAIUsage(p reply) object {
	in, out := object{"cached_tokens": cacheReadTokens, "cache_write_tokens": cacheWriteTokens}, object{"reasoning_tokens": reasoningTokens}
	if p.media {
		in["text_tokens"], in["audio_tokens"], in["image_tokens"] = 90, 10, 20
		out["text_tokens"], out["audio_tokens"], out["image_tokens"] = 20, 6, 4
	}
	return object{
		"prompt_tokens": inputTokens, "completion_tokens": outputTokens, "total_tokens": inputTokens + outputTokens,
		"prompt_tokens_details": in, "completion_tokens_details": out,
	}
}

func openAICounts(p reply) map[string]int64 {
	counts := map[string]int64{
		"input_tokens": inputTokens, "output_tokens": outputTokens, "cache_read.input_tokens": cacheReadTokens,
		"cache_write.input_tokens": cacheWriteTokens, "reasoning.output_tokens": reasoningTokens,
	}
	if p.media {
		counts["text.input_tokens"], counts["audio.input_tokens"], counts["image.input_tokens"] = 90, 10, 20
		counts["text.output_tokens"], counts["audio.output_tokens"], counts["image.output_tokens"] = 20, 6, 4
	}
	return counts
}

func openAIToolCall() object {
	return object{"id": "call_1", "type": "function", "function": object{"name": "get_weather", "arguments": toolArguments}}
}

func openAIChatAnswer(w http.ResponseWriter, p reply) {
	var choices []object
	for i := range max(1, p.choices) {
		message, finish := object{"role": "assistant", "content": p.text(), "refusal": nil}, "stop"
		if p.tool {
			message, finish = object{"role": "assistant", "content": nil, "tool_calls": []object{openAIToolCall()}}, "tool_calls"
		}
		choices = append(choices, object{"index": i, "message": message, "logprobs": nil, "finish_reason": finish})
	}
	sendJSON(w, http.StatusOK, object{
		"id": responseID, "object": "chat.completion", "created": 1_800_000_000, "model": "gpt-5.2", "choices": choices,
		"usage": openAIUsage(p), "service_tier": "default", "system_fingerprint": "fp_1",
	})
}

func openAIChatStream(w http.ResponseWriter, r *http.Request, p reply) {
	e := startEvents(w)
	chunk := func(choices []object, usage any) {
		e.data(object{
			"id": responseID, "object": "chat.completion.chunk", "created": 1_800_000_000, "model": "gpt-5.2",
			"choices": choices, "usage": usage, "service_tier": "default", "system_fingerprint": "fp_1",
		})
	}
	delta := func(d object, finish any) {
		chunk([]object{{"index": 0, "delta": d, "logprobs": nil, "finish_reason": finish}}, nil)
	}
	delta(object{"role": "assistant", "content": ""}, nil)
	finish := "stop"
	for i, piece := range p.pieces {
		delta(object{"content": piece}, nil)
		switch {
		case i == 0 && p.stalled:
			providertest.Wait(r)
			return
		case i == 0 && p.broken:
			providertest.Cut(w)
		}
	}
	if p.tool {
		call := openAIToolCall()
		call["index"] = 0
		delta(object{"tool_calls": []object{call}}, nil)
		finish = "tool_calls"
	}
	delta(object{}, finish)
	chunk([]object{}, openAIUsage(p))
	e.data("[DONE]")
}
