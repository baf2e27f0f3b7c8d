package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	cohere "github.com/cohere-ai/cohere-go/v2"
	cohereoption "github.com/cohere-ai/cohere-go/v2/option"
	coherev2 "github.com/cohere-ai/cohere-go/v2/v2"
	ollama "github.com/ollama/ollama/api"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"google.golang.org/genai"
)

// layer is what the SDKs of OpenAI and Anthropic take.
type layer = func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error)

// dialling is how an SDK reaches its service.
type dialling struct {
	client     *http.Client
	middleware layer // nil if there is none; not all SDKs take one
	// retries are those of the SDK.
	retries int
	// anthropic are further options of Anthropic's SDK.
	anthropic []anthropicoption.RequestOption
}

// call makes a recorded call with the vendor's SDK. It returns what the SDK made
// of the answer, as JSON, one text for each event.
type call func(ctx context.Context, t *testing.T, r *recording, d dialling) ([]string, error)

// sdk is a vendor's SDK.
type sdk struct {
	call       call
	middleware bool // it takes one
	typed      bool // it sends what its types can express, not the recorded body
}

// sdks by the beginning of the recordings' APIs.
var sdks = map[string]sdk{
	"openai":    {call: callOpenAI, middleware: true},
	"anthropic": {call: callAnthropic, middleware: true},
	"gemini":    {call: callGemini},
	"bedrock":   {call: callBedrock},
	"cohere":    {call: callCohere, typed: true},
	"ollama":    {call: callOllama, typed: true},
}

func (r *recording) sdk(t *testing.T) sdk {
	t.Helper()
	vendor, _, _ := strings.Cut(r.api, ".")
	s, ok := sdks[vendor]
	if !ok {
		t.Fatalf("no SDK for %s", r.api)
	}
	return s
}

// base is the recording's URL without the end of its path, which an SDK adds.
func (r *recording) base(end string) string {
	return r.url.Scheme + "://" + r.url.Host + strings.TrimSuffix(r.url.EscapedPath(), end)
}

// asJSON returns what the SDK decoded; its own fields, not the raw text.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func callOpenAI(ctx context.Context, t *testing.T, r *recording, d dialling) ([]string, error) {
	t.Helper()
	end := map[string]string{"openai.chat": "chat/completions", "openai.responses": "responses", "openai.embeddings": "embeddings"}[r.api]
	opts := []option.RequestOption{
		option.WithBaseURL(r.base(end)), option.WithAPIKey("test"), option.WithHTTPClient(d.client), option.WithMaxRetries(d.retries),
		option.WithRequestBody("application/json", r.request),
	}
	for name, values := range r.url.Query() {
		opts = append(opts, option.WithQuery(name, values[0]))
	}
	if d.middleware != nil {
		opts = append(opts, option.WithMiddleware(d.middleware))
	}
	client := openai.NewClient(opts...)
	switch {
	case r.api == "openai.embeddings":
		return one(t)(client.Embeddings.New(ctx, openai.EmbeddingNewParams{}))
	case r.api == "openai.responses" && r.streams():
		return all(t, client.Responses.NewStreaming(ctx, responses.ResponseNewParams{}))
	case r.api == "openai.responses":
		return one(t)(client.Responses.New(ctx, responses.ResponseNewParams{}))
	case r.streams():
		return all(t, client.Chat.Completions.NewStreaming(ctx, openai.ChatCompletionNewParams{}))
	default:
		return one(t)(client.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{}))
	}
}

// raw is a decoded message that remembers the text that it was decoded from.
type raw interface{ RawJSON() string }

// one returns the decoded answer and its text.
func one(t *testing.T) func(raw, error) ([]string, error) {
	return func(v raw, err error) ([]string, error) {
		if err != nil {
			return nil, err
		}
		return []string{asJSON(t, v), v.RawJSON()}, nil
	}
}

// stream is a stream of either SDK.
type stream[T raw] interface {
	Next() bool
	Current() T
	Err() error
	Close() error
}

func all[T raw](t *testing.T, s stream[T]) ([]string, error) {
	t.Helper()
	var out []string
	for s.Next() {
		out = append(out, asJSON(t, s.Current()), s.Current().RawJSON())
	}
	return out, errors.Join(s.Err(), s.Close())
}

func callAnthropic(ctx context.Context, t *testing.T, r *recording, d dialling) ([]string, error) {
	t.Helper()
	var asked struct {
		Model     anthropic.Model `json:"model"`
		MaxTokens int64           `json:"max_tokens"`
	}
	if err := json.Unmarshal(r.request, &asked); err != nil {
		t.Fatal(err)
	}
	opts := []anthropicoption.RequestOption{
		anthropicoption.WithBaseURL(r.base("v1/messages")), anthropicoption.WithAPIKey("test"), anthropicoption.WithHTTPClient(d.client),
		anthropicoption.WithMaxRetries(d.retries), anthropicoption.WithRequestBody("application/json", r.request),
	}
	if d.middleware != nil {
		opts = append(opts, anthropicoption.WithMiddleware(d.middleware))
	}
	if d.anthropic == nil {
		opts = append(opts, anthropicoption.WithoutOpenTelemetry())
	}
	client := anthropic.NewClient(append(opts, d.anthropic...)...)
	// The SDK's own span tells what these say; the body has it all.
	params := anthropic.MessageNewParams{Model: asked.Model, MaxTokens: asked.MaxTokens}
	if r.streams() {
		return all(t, client.Messages.NewStreaming(ctx, params))
	}
	return one(t)(client.Messages.New(ctx, params))
}

func callGemini(ctx context.Context, t *testing.T, r *recording, d dialling) ([]string, error) {
	t.Helper()
	// .../v1beta/models/{model}:{method}, on Vertex AI
	// .../v1/projects/{project}/locations/{location}/publishers/google/models/{model}:{method}
	parts := strings.Split(strings.Trim(r.url.Path, "/"), "/")
	model, _, _ := strings.Cut(parts[len(parts)-1], ":")
	cc := &genai.ClientConfig{
		Backend: genai.BackendGeminiAPI, APIKey: "test", HTTPClient: d.client,
		HTTPOptions: genai.HTTPOptions{BaseURL: "https://" + r.url.Host + "/", APIVersion: parts[0]},
	}
	if parts[1] == "projects" {
		cc.Backend, cc.APIKey, cc.Project, cc.Location = genai.BackendVertexAI, "", parts[2], parts[4]
	}
	client, err := genai.NewClient(ctx, cc)
	if err != nil {
		t.Fatal(err)
	}
	config := &genai.GenerateContentConfig{HTTPOptions: &genai.HTTPOptions{ExtrasRequestProvider: func(map[string]any) map[string]any {
		var body map[string]any
		if err := json.Unmarshal(r.request, &body); err != nil {
			t.Error(err)
		}
		return body
	}}}
	prompt := genai.Text("replaced")
	if !r.streams() {
		answer, err := client.Models.GenerateContent(ctx, model, prompt, config)
		if err != nil {
			return nil, err
		}
		answer.SDKHTTPResponse = nil // has the framing's headers
		return []string{asJSON(t, answer)}, nil
	}
	var out []string
	for answer, err := range client.Models.GenerateContentStream(ctx, model, prompt, config) {
		if err != nil {
			return out, err
		}
		answer.SDKHTTPResponse = nil
		out = append(out, asJSON(t, answer))
	}
	return out, nil
}

func callCohere(ctx context.Context, t *testing.T, r *recording, d dialling) ([]string, error) {
	t.Helper()
	var asked cohere.V2ChatRequest
	if err := json.Unmarshal(r.request, &asked); err != nil {
		t.Fatal(err)
	}
	client := coherev2.NewClient(
		cohereoption.WithBaseURL(r.base("/v2/chat")), cohereoption.WithToken("test"), cohereoption.WithHTTPClient(d.client), cohereoption.WithMaxAttempts(1),
	)
	answer, err := client.Chat(ctx, &asked)
	if err != nil {
		return nil, err
	}
	return []string{asJSON(t, answer)}, nil
}

func callOllama(ctx context.Context, t *testing.T, r *recording, d dialling) ([]string, error) {
	t.Helper()
	base := *r.url
	base.Path = ""
	client := ollama.NewClient(&base, d.client)
	if r.api == "ollama.embed" {
		var asked ollama.EmbeddingRequest
		if err := json.Unmarshal(r.request, &asked); err != nil {
			t.Fatal(err)
		}
		answer, err := client.Embeddings(ctx, &asked)
		if err != nil {
			return nil, err
		}
		return []string{asJSON(t, answer)}, nil
	}
	var asked ollama.ChatRequest
	if err := json.Unmarshal(r.request, &asked); err != nil {
		t.Fatal(err)
	}
	var out []string
	err := client.Chat(ctx, &asked, func(answer ollama.ChatResponse) error {
		out = append(out, asJSON(t, answer))
		return nil
	})
	return out, err
}
