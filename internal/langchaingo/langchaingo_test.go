package langchaingo_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
)

// Answers as the vendors send them.
const (
	chat       = `{"id":"c1","object":"chat.completion","created":1,"model":"gpt-5.2-2026-01-01","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":4}}}`
	chatStream = `data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5.2-2026-01-01","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5.2-2026-01-01","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5.2-2026-01-01","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}

data: [DONE]

`
	embedding     = `{"object":"list","model":"text-embedding-3-small","data":[{"object":"embedding","index":0,"embedding":[0.5,0.25]}],"usage":{"prompt_tokens":3,"total_tokens":3}}`
	message       = `{"id":"m1","type":"message","role":"assistant","model":"claude-sonnet-5-20260901","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"cache_read_input_tokens":4,"output_tokens":2}}`
	messageStream = `event: message_start
data: {"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"claude-sonnet-5-20260901","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

event: message_stop
data: {"type":"message_stop"}

`
	local = `{"model":"llama3","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Hello"},"done":false}
{"model":"llama3","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":2}
`
)

// says answers with the first text to requests for streams, with the second to
// others.
func says(stream, whole string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked, err := io.ReadAll(r.Body)
		switch {
		case err != nil:
			panic(http.ErrAbortHandler)
		case stream != "" && strings.Contains(string(asked), `"stream":true`):
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, stream)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, whole)
		}
	}
}

func ask(ctx context.Context, m llms.Model, opts ...llms.CallOption) error {
	resp, err := m.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Hi")}, append(opts, llms.WithMaxTokens(20))...)
	if err != nil {
		return err
	}
	if got := resp.Choices[0].Content; got != "Hello" {
		return errors.New("the answer is " + got)
	}
	return nil
}

var streamed = llms.WithStreamingFunc(func(context.Context, []byte) error { return nil })

func TestCalls(t *testing.T) {
	chatModel := func(server string, client *http.Client) (*openai.LLM, error) {
		return openai.New(openai.WithToken("none"), openai.WithModel("gpt-5.2"), openai.WithEmbeddingModel("text-embedding-3-small"), openai.WithBaseURL(server+"/v1"), openai.WithHTTPClient(client))
	}
	claude := func(server string, client *http.Client) (*anthropic.LLM, error) {
		return anthropic.New(anthropic.WithToken("none"), anthropic.WithModel("claude-sonnet-5"), anthropic.WithBaseURL(server+"/v1"), anthropic.WithHTTPClient(client))
	}
	for _, c := range []struct {
		name  string
		serve http.HandlerFunc
		call  func(ctx context.Context, server string, client *http.Client) error
		want  map[string]any
	}{
		{"openai", says("", chat), func(ctx context.Context, server string, client *http.Client) error {
			m, err := chatModel(server, client)
			if err != nil {
				return err
			}
			return ask(ctx, m)
		}, map[string]any{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5.2", "gen_ai.response.model": "gpt-5.2-2026-01-01",
			"gen_ai.response.id": "c1", "gen_ai.usage.input_tokens": int64(9), "gen_ai.usage.output_tokens": int64(2), "gen_ai.usage.cache_read.input_tokens": int64(4),
		}},
		{"openai, a stream", says(chatStream, ""), func(ctx context.Context, server string, client *http.Client) error {
			m, err := chatModel(server, client)
			if err != nil {
				return err
			}
			return ask(ctx, m, streamed)
		}, map[string]any{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5.2", "gen_ai.response.model": "gpt-5.2-2026-01-01",
			"gen_ai.response.id": "c1", "gen_ai.usage.input_tokens": int64(9), "gen_ai.usage.output_tokens": int64(2), "gen_ai.request.stream": true,
		}},
		{"openai, embeddings", says("", embedding), func(ctx context.Context, server string, client *http.Client) error {
			m, err := chatModel(server, client)
			if err != nil {
				return err
			}
			_, err = m.CreateEmbedding(ctx, []string{"Hi"})
			return err
		}, map[string]any{
			"gen_ai.operation.name": "embeddings", "gen_ai.provider.name": "openai", "gen_ai.request.model": "text-embedding-3-small", "gen_ai.usage.input_tokens": int64(3),
		}},
		{"anthropic", says("", message), func(ctx context.Context, server string, client *http.Client) error {
			m, err := claude(server, client)
			if err != nil {
				return err
			}
			return ask(ctx, m)
		}, map[string]any{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-5", "gen_ai.response.model": "claude-sonnet-5-20260901",
			"gen_ai.response.id": "m1", "gen_ai.usage.input_tokens": int64(13), "gen_ai.usage.output_tokens": int64(2), "gen_ai.usage.cache_read.input_tokens": int64(4),
		}},
		{"anthropic, a stream", says(messageStream, ""), func(ctx context.Context, server string, client *http.Client) error {
			m, err := claude(server, client)
			if err != nil {
				return err
			}
			return ask(ctx, m, streamed)
		}, map[string]any{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-5", "gen_ai.response.model": "claude-sonnet-5-20260901",
			"gen_ai.response.id": "m1", "gen_ai.usage.input_tokens": int64(9), "gen_ai.usage.output_tokens": int64(2), "gen_ai.request.stream": true,
		}},
		{"ollama", says(local, local), func(ctx context.Context, server string, client *http.Client) error {
			m, err := ollama.New(ollama.WithModel("llama3"), ollama.WithServerURL(server), ollama.WithHTTPClient(client))
			if err != nil {
				return err
			}
			return ask(ctx, m, streamed)
		}, map[string]any{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "ollama", "gen_ai.request.model": "llama3", "gen_ai.response.model": "llama3",
			"gen_ai.usage.input_tokens": int64(9), "gen_ai.usage.output_tokens": int64(2), "gen_ai.request.stream": true,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.serve)
			defer server.Close()
			rec := oteltest.New()
			inst, err := llmotel.New(llmotel.WithTracerProvider(rec.TracerProvider), llmotel.WithMeterProvider(rec.MeterProvider))
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Transport: inst.Transport(server.Client().Transport)}
			defer client.CloseIdleConnections()
			if err := c.call(t.Context(), server.URL, client); err != nil {
				t.Fatal(err)
			}
			spans := rec.Spans()
			if len(spans) != 1 {
				t.Fatalf("%d spans, want 1", len(spans))
			}
			got := map[string]any{}
			for _, kv := range spans[0].Attributes {
				if _, ok := c.want[string(kv.Key)]; ok {
					got[string(kv.Key)] = kv.Value.AsInterface()
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("got another span (-want +got):\n%s", diff)
			}
		})
	}
}
