package conformance_test

import (
	"net/http"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/providertest"
)

// openAICompletions is the older API that vLLM and others still serve.
var openAICompletions = wire{
	provider: "openai", model: "gpt-3.5-turbo-instruct", operation: "text_completion",
	serve: func(p reply) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body := asked(r)
			switch {
			case p.status != 0:
				openAIError(w, p.status)
			case body.streamed():
				completionsStream(w, r, p)
			default:
				var choices []object
				for i := range max(1, p.choices) {
					choices = append(choices, object{"index": i, "text": p.text(), "logprobs": nil, "finish_reason": "stop"})
				}
				sendJSON(w, http.StatusOK, completion(choices, openAIUsage(p)))
			}
		}
	},
	speak: spoken{request: func(req *providers.Request, stream bool) (string, object) {
		body := object{"model": req.Model, "prompt": instructions + "\n" + prompt}
		speakSampling(body, req)
		if req.MaxOutputTokens > 0 {
			body["max_tokens"], body["stop"] = req.MaxOutputTokens, req.StopSequences
		}
		if req.Choices > 1 {
			body["n"] = req.Choices
		}
		if stream {
			body["stream"], body["stream_options"] = true, object{"include_usage": true}
		}
		return "/v1/completions", body
	}},
	adapt: func(r *providers.Request) { r.TopK, r.ServiceTier = nil, "" },
	lacks: map[string]string{
		"continued": "it keeps no conversation", "service tier": "there are no tiers", "reasoning": "there is no thinking", "reasoning stream": "there is no thinking",
		"structured output": "text alone", "multimodal": "text alone", "tool call": "text alone", "tool call stream": "text alone", "tool result": "text alone",
		"embeddings": "as with Chat Completions", "embeddings, attribution": "as with Chat Completions", "embeddings error": "as with Chat Completions",
	},
	untold: []string{"openai.api.type"}, // which has no name for it
	stops:  "stop",
	usage:  openAICounts,
	has:    map[string]any{"openai.response.system_fingerprint": "fp_1"},
}

func completion(choices []object, usage any) object {
	return object{
		"id": responseID, "object": "text_completion", "created": 1_800_000_000, "model": "gpt-3.5-turbo-instruct",
		"choices": choices, "usage": usage, "system_fingerprint": "fp_1",
	}
}

func completionsStream(w http.ResponseWriter, r *http.Request, p reply) {
	e := startEvents(w)
	for i, piece := range p.pieces {
		var finish any
		if i == len(p.pieces)-1 {
			finish = "stop"
		}
		e.data(completion([]object{{"index": 0, "text": piece, "logprobs": nil, "finish_reason": finish}}, nil))
		switch {
		case i == 0 && p.stalled:
			providertest.Wait(r)
			return
		case i == 0 && p.broken:
			providertest.Cut(w)
		}
	}
	e.data(completion([]object{}, openAIUsage(p)))
	e.data("[DONE]")
}
