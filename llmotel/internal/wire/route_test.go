package wire_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/wire"
)

var routes = map[string]wire.Route{
	// OpenAI and those that speak its protocol.
	"https://api.openai.com/v1/chat/completions":                                                     {API: wire.OpenAIChat, Provider: "openai"},
	"https://eu.api.openai.com/v1/chat/completions":                                                  {API: wire.OpenAIChat, Provider: "openai"},
	"https://API.OpenAI.com:443/v1/chat/completions":                                                 {API: wire.OpenAIChat, Provider: "openai"},
	"https://api.openai.com/v1/responses":                                                            {API: wire.OpenAIResponses, Provider: "openai"},
	"https://api.openai.com/v1/completions":                                                          {API: wire.OpenAICompletions, Provider: "openai"},
	"https://api.openai.com/v1/embeddings":                                                           {API: wire.OpenAIEmbeddings, Provider: "openai"},
	"http://localhost:8000/v1/chat/completions":                                                      {API: wire.OpenAIChat, Provider: "openai"},
	"http://localhost:11434/v1/responses":                                                            {API: wire.OpenAIResponses, Provider: "openai"},
	"https://evil-openai.com/chat/completions":                                                       {API: wire.OpenAIChat, Provider: "openai"},
	"https://r.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=2024":         {API: wire.OpenAIChat, Provider: "azure.ai.openai", Deployment: "my-gpt"},
	"https://r.openai.azure.com/openai/deployments/my-emb/embeddings?api-version=2024":               {API: wire.OpenAIEmbeddings, Provider: "azure.ai.openai", Deployment: "my-emb"},
	"https://r.openai.azure.com/openai/v1/responses":                                                 {API: wire.OpenAIResponses, Provider: "azure.ai.openai"},
	"https://r.cognitiveservices.azure.com/openai/deployments/d/completions":                         {API: wire.OpenAICompletions, Provider: "azure.ai.openai", Deployment: "d"},
	"https://gateway.example/openai/deployments/d/chat/completions":                                  {API: wire.OpenAIChat, Provider: "azure.ai.openai", Deployment: "d"},
	"https://r.services.ai.azure.com/models/chat/completions":                                        {API: wire.OpenAIChat, Provider: "azure.ai.inference"},
	"https://api.groq.com/openai/v1/chat/completions":                                                {API: wire.OpenAIChat, Provider: "groq"},
	"https://api.mistral.ai/v1/chat/completions":                                                     {API: wire.OpenAIChat, Provider: "mistral_ai"},
	"https://api.mistral.ai/v1/embeddings":                                                           {API: wire.OpenAIEmbeddings, Provider: "mistral_ai"},
	"https://api.deepseek.com/chat/completions":                                                      {API: wire.OpenAIChat, Provider: "deepseek"},
	"https://api.deepseek.com/beta/completions":                                                      {API: wire.OpenAICompletions, Provider: "deepseek"},
	"https://api.x.ai/v1/chat/completions":                                                           {API: wire.OpenAIChat, Provider: "x_ai"},
	"https://us-east-1.api.x.ai/v1/responses":                                                        {API: wire.OpenAIResponses, Provider: "x_ai"},
	"https://openrouter.ai/api/v1/chat/completions":                                                  {API: wire.OpenAIChat, Provider: "openrouter"},
	"https://openrouter.ai/api/v1/embeddings":                                                        {API: wire.OpenAIEmbeddings, Provider: "openrouter"},
	"https://api.together.xyz/v1/chat/completions":                                                   {API: wire.OpenAIChat, Provider: "together"},
	"https://api.cerebras.ai/v1/chat/completions":                                                    {API: wire.OpenAIChat, Provider: "cerebras"},
	"https://api.perplexity.ai/chat/completions":                                                     {API: wire.OpenAIChat, Provider: "perplexity"},
	"https://api.moonshot.cn/v1/chat/completions":                                                    {API: wire.OpenAIChat, Provider: "moonshot_ai"},
	"https://router.huggingface.co/v1/chat/completions":                                              {API: wire.OpenAIChat, Provider: "huggingface"},
	"https://ai-gateway.vercel.sh/v1/chat/completions":                                               {API: wire.OpenAIChat, Provider: "vercel"},
	"https://integrate.api.nvidia.com/v1/chat/completions":                                           {API: wire.OpenAIChat, Provider: "nvidia"},
	"https://api.sambanova.ai/v1/chat/completions":                                                   {API: wire.OpenAIChat, Provider: "sambanova"},
	"https://api.deepinfra.com/v1/openai/chat/completions":                                           {API: wire.OpenAIChat, Provider: "deepinfra"},
	"https://api.fireworks.ai/inference/v1/chat/completions":                                         {API: wire.OpenAIChat, Provider: "fireworks"},
	"https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1/chat/completions":                     {API: wire.OpenAIChat, Provider: "aws.bedrock"},
	"https://generativelanguage.googleapis.com/v1beta/openai/chat/completions":                       {API: wire.OpenAIChat, Provider: "gcp.gemini"},
	"https://aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/openapi/chat/completions": {API: wire.OpenAIChat, Provider: "gcp.vertex_ai"},
	"https://api.cohere.com/compatibility/v1/chat/completions":                                       {API: wire.OpenAIChat, Provider: "cohere"},
	"https://api.cohere.ai/compatibility/v1/embeddings":                                              {API: wire.OpenAIEmbeddings, Provider: "cohere"},
	"https://api.mistral.ai/v1/fim/completions":                                                      {API: wire.OpenAICompletions, Provider: "mistral_ai"},
	"https://api.mistral.ai/v1/agents/completions":                                                   {API: wire.OpenAIChat, Provider: "mistral_ai"},
	"https://bedrock-mantle.us-east-1.api.aws/v1/chat/completions":                                   {API: wire.OpenAIChat, Provider: "aws.bedrock"},
	// Anthropic.
	"https://api.anthropic.com/v1/messages":           {API: wire.AnthropicMessages, Provider: "anthropic"},
	"https://api.anthropic.com/v1/messages?beta=true": {API: wire.AnthropicMessages, Provider: "anthropic"},
	"http://localhost:11434/v1/messages":              {API: wire.AnthropicMessages, Provider: "anthropic"},
	"https://api.deepseek.com/anthropic/v1/messages":  {API: wire.AnthropicMessages, Provider: "deepseek"},
	"https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict": {
		API: wire.AnthropicMessages, Provider: "gcp.vertex_ai", Model: "claude-sonnet-4-5@20250929",
	},
	"https://gateway.example/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-4-5:streamRawPredict": {
		API: wire.AnthropicMessages, Provider: "gcp.vertex_ai", Model: "claude-opus-4-5", Stream: true,
	},
	// Gemini.
	"https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent": {
		API: wire.GeminiGenerate, Provider: "gcp.gemini", Model: "gemini-2.5-flash",
	},
	"https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse": {
		API: wire.GeminiGenerate, Provider: "gcp.gemini", Model: "gemini-2.5-flash", Stream: true,
	},
	"https://generativelanguage.googleapis.com/v1beta/tunedModels/mine:generateContent": {
		API: wire.GeminiGenerate, Provider: "gcp.gemini", Model: "mine",
	},
	"https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:embedContent": {
		API: wire.GeminiEmbed, Provider: "gcp.gemini", Model: "gemini-embedding-001",
	},
	"https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:batchEmbedContents": {
		API: wire.GeminiEmbed, Provider: "gcp.gemini", Model: "gemini-embedding-001",
	},
	"https://europe-west1-aiplatform.googleapis.com/v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent": {
		API: wire.GeminiGenerate, Provider: "gcp.vertex_ai", Model: "gemini-2.5-pro",
	},
	"http://localhost:1/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:streamGenerateContent": {
		API: wire.GeminiGenerate, Provider: "gcp.vertex_ai", Model: "gemini-2.5-pro", Stream: true,
	},
	"https://us-central1-aiplatform.googleapis.com/v1beta1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict": {
		API: wire.GeminiEmbed, Provider: "gcp.vertex_ai", Model: "text-embedding-005",
	},
	// Others on Vertex AI.
	"https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/mistralai/models/mistral-medium-3:rawPredict": {
		API: wire.OpenAIChat, Provider: "gcp.vertex_ai", Model: "mistral-medium-3",
	},
	"https://gateway.example/v1/projects/p/locations/l/publishers/ai21/models/jamba-1.5-mini@001:streamRawPredict": {
		API: wire.OpenAIChat, Provider: "gcp.vertex_ai", Model: "jamba-1.5-mini@001", Stream: true,
	},
	"https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/endpoints/openapi/chat/completions": {API: wire.OpenAIChat, Provider: "gcp.vertex_ai"},
	// Bedrock.
	"https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-sonnet-4-5-v1:0/converse": {
		API: wire.BedrockConverse, Provider: "aws.bedrock", Model: "us.anthropic.claude-sonnet-4-5-v1:0",
	},
	"https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-pro-v1%3A0/converse-stream": {
		API: wire.BedrockConverse, Provider: "aws.bedrock", Model: "amazon.nova-pro-v1:0", Stream: true,
	},
	"https://bedrock-runtime.us-east-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.meta.llama/invoke": {
		API: wire.BedrockInvoke, Provider: "aws.bedrock", Model: "arn:aws:bedrock:us-east-1:1:inference-profile/us.meta.llama",
	},
	"https://vpce.bedrock-runtime.cn-north-1.amazonaws.com.cn/model/m/invoke-with-response-stream": {
		API: wire.BedrockInvoke, Provider: "aws.bedrock", Model: "m", Stream: true,
	},
	"http://localhost:4566/model/m/converse": {API: wire.BedrockConverse, Provider: "aws.bedrock", Model: "m"},
	// Ollama.
	"http://localhost:11434/api/chat":       {API: wire.OllamaChat, Provider: "ollama"},
	"http://localhost:11434/api/generate":   {API: wire.OllamaGenerate, Provider: "ollama"},
	"http://localhost:11434/api/embed":      {API: wire.OllamaEmbed, Provider: "ollama"},
	"http://localhost:11434/api/embeddings": {API: wire.OllamaEmbed, Provider: "ollama"},
	// Cohere.
	"https://api.cohere.com/v2/chat":  {API: wire.CohereChat, Provider: "cohere"},
	"https://api.cohere.com/v2/embed": {API: wire.CohereEmbed, Provider: "cohere"},
}

func TestMatch(t *testing.T) {
	for url, want := range routes {
		got, ok := wire.Match(httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody))
		if !ok {
			t.Errorf("%s is not recognised", url)
			continue
		}
		got.Guessed = false // the next test's matter
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", url, diff)
		}
	}
}

func TestMatchTellsWhatItGuesses(t *testing.T) {
	for url, want := range map[string]bool{
		"https://api.openai.com/v1/chat/completions":                                 false,
		"https://x.openai.azure.com/openai/deployments/d/chat/completions":           false,
		"https://gateway.example.com/openai/deployments/d/chat/completions":          false,
		"https://gateway.example.com/v1/chat/completions":                            true,
		"https://gateway.example.com/v1/messages":                                    true,
		"https://gateway.example.com/v1beta/models/gemini-2.5-flash:generateContent": false,
		"https://gateway.example.com/model/m/converse":                               false,
		"http://localhost:11434/api/chat":                                            true,
		"https://gateway.example.com/v2/chat":                                        true,
		"https://api.groq.com/openai/v1/chat/completions":                            false,
	} {
		got, ok := wire.Match(httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody))
		if !ok || got.Guessed != want {
			t.Errorf("%s: recognised %v, guessed %v, want %v", url, ok, got.Guessed, want)
		}
	}
}

func TestOnlyPostMatches(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch} {
		for url := range routes {
			if _, ok := wire.Match(httptest.NewRequestWithContext(t.Context(), method, url, http.NoBody)); ok {
				t.Errorf("%s %s is taken for an LLM call", method, url)
			}
		}
	}
	if _, ok := wire.Match(&http.Request{Method: http.MethodPost}); ok {
		t.Error("a request without URL is taken for an LLM call")
	}
}

var others = []string{
	"https://api.openai.com/",
	"https://api.openai.com",
	"https://api.openai.com/v1/chat/completions/chatcmpl-1",
	"https://api.openai.com/v1/chat/completions/",
	"https://api.openai.com/v1/responses/resp_1",
	"https://api.openai.com/v1/responses/resp_1/cancel",
	"https://api.openai.com/v1/responses/resp_1/input_items",
	"https://api.openai.com/v1/responses/compact",
	"https://api.openai.com/v1/responses/input_tokens",
	"https://api.openai.com/v1/conversations",
	"https://api.openai.com/v1/threads/t/messages",
	"https://api.openai.com/v1/threads/t/runs",
	"https://api.openai.com/v1/batches",
	"https://api.openai.com/v1/moderations",
	"https://api.openai.com/v1/audio/transcriptions",
	"https://api.openai.com/v1/images/generations",
	"https://api.openai.com/v1/files",
	"https://api.anthropic.com/v1/messages/count_tokens",
	"https://api.anthropic.com/v1/messages/batches",
	"https://api.anthropic.com/v1/complete",
	"https://chat.example/api/rooms/7/messages",
	"https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:countTokens",
	"https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:batchGenerateContent",
	"https://generativelanguage.googleapis.com/v1beta/cachedContents",
	"https://generativelanguage.googleapis.com/v1beta/models/:generateContent",
	"https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/stability/models/m:rawPredict",
	"https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/m:predict",
	"https://example.com/things/m:generateContent",
	"https://bedrock-runtime.us-east-1.amazonaws.com/model/m/count-tokens",
	"https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke",
	"https://bedrock-runtime.us-east-1.amazonaws.com/guardrail/g/version/1/apply",
	"https://bedrock-runtime.us-east-1.amazonaws.com/model//invoke",
	"https://example.com/functions/f/invoke",
	"http://localhost:11434/api/pull",
	"http://localhost:11434/api/show",
	"https://api.cohere.com/v2/rerank",
	"https://api.cohere.com/v1/tokenize",
	"https://example.com/chat",
	"https://example.com/generate",
	"https://example.com/orders",
	"https://example.com/embed",
	"https://example.com/xcompletions",
}

func TestOthersDoNotMatch(t *testing.T) {
	for _, url := range others {
		if to, ok := wire.Match(httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody)); ok {
			t.Errorf("%s is taken for %+v", url, to)
		}
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	for _, url := range append(others, "https://api.openai.com/v1/chat/completions", "https://api.anthropic.com/v1/messages") {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody)
		if n := testing.AllocsPerRun(10, func() { wire.Match(r) }); n > 0 {
			t.Errorf("%s: %v allocations", url, n)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	for name, url := range map[string]string{
		"other": "https://example.com/v1/orders/4711/items",
		"chat":  "https://api.openai.com/v1/chat/completions",
	} {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, url, http.NoBody)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				wire.Match(r)
			}
		})
	}
}
