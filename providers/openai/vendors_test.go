package openai_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers/openai"
)

func TestNamesByHost(t *testing.T) {
	for host, want := range map[string]string{
		"api.openai.com": "openai", "eu.api.openai.com": "openai", "API.OpenAI.com": "openai",
		"r.openai.azure.com": "azure.ai.openai", "r.cognitiveservices.azure.com": "azure.ai.openai",
		"api.groq.com": "groq", "api.deepseek.com": "deepseek", "api.mistral.ai": "mistral_ai", "codestral.mistral.ai": "mistral_ai",
		"api.x.ai": "x_ai", "us-east-1.api.x.ai": "x_ai", "openrouter.ai": "openrouter", "api.perplexity.ai": "perplexity",
		"api.moonshot.ai": "moonshot_ai", "api.cerebras.ai": "cerebras", "api.together.xyz": "together_ai",
		"api.cohere.ai": "cohere", "api.anthropic.com": "anthropic", "generativelanguage.googleapis.com": "gcp.gemini",
		"us-central1-aiplatform.googleapis.com": "gcp.vertex_ai", "bedrock-runtime.us-east-1.amazonaws.com": "aws.bedrock",
		// Others, which may look alike.
		"llm.internal": "openai", "notmistral.ai": "openai", "evil-openrouter.ai": "openai",
		"api.groq.com.example.com": "openai", "api.mistral.ai.example.com": "openai", "my-api.groq.com": "openai", "xx.ai": "openai",
	} {
		p, err := openai.New(openai.WithAPIKey("k"), openai.WithBaseURL("https://"+host+"/v1"))
		if err != nil {
			t.Fatal(err)
		}
		if p.Name() != want {
			t.Errorf("%s is named %q, want %q", host, p.Name(), want)
		}
	}
}

func TestMaxTokensByHost(t *testing.T) {
	for host, want := range map[string]string{
		"api.openai.com": `"max_completion_tokens":5`, "api.deepseek.com": `"max_tokens":5`, "api.mistral.ai": `"max_tokens":5`,
	} {
		var body string
		p, err := openai.New(openai.WithAPIKey("k"), openai.WithBaseURL("https://"+host+"/v1"), openai.WithHTTPClient(&http.Client{
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(r.Body)
				body = string(b)
				return &http.Response{StatusCode: http.StatusTeapot, Body: http.NoBody, Request: r}, err
			}),
		}))
		if err != nil {
			t.Fatal(err)
		}
		req := hello()
		req.MaxOutputTokens = 5
		if _, err := p.Generate(t.Context(), req); err == nil || !strings.Contains(body, want) {
			t.Errorf("%s was sent %s, want %s in it (%v)", host, body, want, err)
		}
	}
}

// roundTrip is an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
