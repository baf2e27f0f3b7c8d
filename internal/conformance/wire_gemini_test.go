package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
	"github.com/llmotel/sdk/providers/providertest"
)

var geminiContent = wire{
	provider: "gcp.gemini", model: "gemini-3-flash", embedding: "gemini-embedding-001", operation: "generate_content",
	dial: func(t *testing.T, d dialling) client {
		t.Helper()
		p, err := gemini.New(gemini.WithAPIKey("test"), gemini.WithBaseURL(d.url), gemini.WithHTTPClient(d.client))
		if err != nil {
			t.Fatal(err)
		}
		return client{p, p}
	},
	serve: func(p reply) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body := asked(r)
			switch _, method, _ := strings.Cut(r.URL.Path, ":"); {
			case p.status != 0:
				sendJSON(w, p.status, geminiError(p.status))
			case method == "batchEmbedContents":
				geminiEmbeddings(w, len(body["requests"].([]any)))
			case method == "streamGenerateContent":
				geminiStream(w, r, p)
			default:
				sendJSON(w, http.StatusOK, geminiAnswer(p, geminiParts(p), "STOP"))
			}
		}
	},
	adapt: func(r *providers.Request) {
		if r.ServiceTier != "" {
			r.ServiceTier = "flex"
		}
	},
	lacks: map[string]string{"continued": "generateContent keeps no conversation"},
	stops: "STOP", calls: "STOP",
	usage: func(p reply) map[string]int64 {
		counts := map[string]int64{
			"input_tokens": inputTokens, "output_tokens": outputTokens, "cache_read.input_tokens": cacheReadTokens, "reasoning.output_tokens": reasoningTokens,
		}
		if p.media {
			counts["text.input_tokens"], counts["audio.input_tokens"], counts["image.input_tokens"] = 90, 10, 20
			counts["text.cache_read.input_tokens"], counts["audio.cache_read.input_tokens"], counts["image.cache_read.input_tokens"] = 30, 4, 6
			counts["text.output_tokens"], counts["audio.output_tokens"], counts["image.output_tokens"] = 20, 6, 4
		}
		return counts
	},
	untoldEmbeddings: []string{"gen_ai.response.model", "gen_ai.usage.input_tokens"},
}

func geminiError(status int) object {
	name := "INTERNAL"
	if status == http.StatusTooManyRequests {
		name = "RESOURCE_EXHAUSTED"
	}
	return object{"error": object{"code": status, "status": name, "message": "No: " + prompt, "details": []object{}}}
}

func geminiEmbeddings(w http.ResponseWriter, n int) {
	var out []object
	for range n {
		out = append(out, object{"values": []float64{0.25, -0.5}})
	}
	sendJSON(w, http.StatusOK, object{"embeddings": out})
}

func geminiParts(p reply) (parts []object) {
	if p.think {
		parts = append(parts, object{"text": "Oslo has an opera.", "thought": true})
	}
	if p.tool {
		return append(parts, object{"functionCall": object{"name": "get_weather", "args": object{"city": "Oslo"}}})
	}
	for _, piece := range p.pieces {
		parts = append(parts, object{"text": piece})
	}
	return parts
}

// modalities are counts as the API writes them.
func modalities(text, audio, image int) []object {
	return []object{{"modality": "TEXT", "tokenCount": text}, {"modality": "AUDIO", "tokenCount": audio}, {"modality": "IMAGE", "tokenCount": image}}
}

// geminiAnswer counts thoughts beside the output.
func geminiAnswer(p reply, parts []object, finish any) object {
	usage := object{
		"promptTokenCount": inputTokens, "candidatesTokenCount": outputTokens - reasoningTokens, "thoughtsTokenCount": reasoningTokens,
		"cachedContentTokenCount": cacheReadTokens, "totalTokenCount": inputTokens + outputTokens,
	}
	if p.media {
		usage["promptTokensDetails"], usage["cacheTokensDetails"] = modalities(90, 10, 20), modalities(30, 4, 6)
		usage["candidatesTokensDetails"] = modalities(20-reasoningTokens, 6, 4) // thoughts are text
	}
	var candidates []object
	for i := range max(1, p.choices) {
		c := object{"content": object{"role": "model", "parts": parts}, "index": i}
		if finish != nil {
			c["finishReason"] = finish
		}
		candidates = append(candidates, c)
	}
	return object{"candidates": candidates, "usageMetadata": usage, "modelVersion": "gemini-3-flash", "responseId": responseID}
}

func geminiStream(w http.ResponseWriter, r *http.Request, p reply) {
	e, parts := startEvents(w), geminiParts(p)
	for i, part := range parts {
		var finish any
		if i == len(parts)-1 {
			finish = "STOP"
		}
		e.data(geminiAnswer(p, []object{part}, finish))
		switch {
		case i == 0 && p.stalled:
			providertest.Wait(r)
			return
		case i == 0 && p.broken:
			e.data(geminiError(http.StatusInternalServerError))
			return
		}
	}
}
