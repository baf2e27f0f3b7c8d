package clients_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/ollama/ollama/api"
	openai "github.com/sashabaranov/go-openai"
	"google.golang.org/genai"

	"github.com/llmotel/sdk/examples/internal/console"
	"github.com/llmotel/sdk/examples/internal/expect"
	"github.com/llmotel/sdk/examples/internal/fake"
	"github.com/llmotel/sdk/llmotel"
)

// What the README says of clients and retries: one span a call, but for AWS's.
func TestTransport(t *testing.T) {
	t.Setenv(console.Endpoint, "")
	var out bytes.Buffer
	telemetry, err := console.Start(t.Context(), &out, "clients")
	if err != nil {
		t.Fatal(err)
	}
	retried := []string{`attempts 2\n`, `event llmotel\.retry .*error\.type=rate_limited`}
	client := &http.Client{Transport: llmotel.NewTransport(nil, llmotel.WithRetries(2))}
	for _, c := range []struct {
		name  string
		api   http.HandlerFunc
		call  func(ctx context.Context, server string) error
		spans int
		want  []string
	}{
		{"genai", fake.Gemini, func(ctx context.Context, server string) error {
			c, err := genai.NewClient(ctx, &genai.ClientConfig{APIKey: "none", HTTPClient: client, HTTPOptions: genai.HTTPOptions{BaseURL: server}})
			if err != nil {
				return err
			}
			_, err = c.Models.GenerateContent(ctx, "gemini-3-flash", genai.Text("Hi"), nil)
			return err
		}, 1, append([]string{`generate_content gemini-3-flash`, `tokens 11 in, 60 out`}, retried...)},
		{"go-openai", fake.OpenAI, func(ctx context.Context, server string) error {
			config := openai.DefaultConfig("none")
			config.BaseURL, config.HTTPClient = server+"/v1", client
			_, err := openai.NewClientWithConfig(config).CreateChatCompletion(ctx, openai.ChatCompletionRequest{
				Model: "gpt-5.2", Messages: []openai.ChatCompletionMessage{{Role: "user", Content: "Hi"}},
			})
			return err
		}, 1, append([]string{`chat gpt-5\.2`, `tokens 8 in, 48 out`}, retried...)},
		{"ollama", says(ollamaReply), func(ctx context.Context, server string) error {
			base, err := url.Parse(server)
			if err != nil {
				return err
			}
			return api.NewClient(base, client).Chat(ctx, &api.ChatRequest{Model: "llama3", Messages: []api.Message{{Role: "user", Content: "Hi"}}},
				func(api.ChatResponse) error { return nil })
		}, 1, append([]string{`chat llama3`, `from ollama`, `tokens 3 in, 4 out`}, retried...)},
		{"net/http", fake.OpenAI, func(ctx context.Context, server string) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/v1/chat/completions", strings.NewReader(`{"model":"gpt-5.2","messages":[]}`))
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			_, err = io.Copy(io.Discard, resp.Body)
			return err
		}, 1, append([]string{`chat gpt-5\.2`, `tokens 1 in, 48 out`}, retried...)},
		{"bedrockruntime", says(converseReply), func(ctx context.Context, server string) error {
			keys := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "none", SecretAccessKey: "none"}, nil
			})
			c := bedrockruntime.NewFromConfig(aws.Config{Region: "eu-west-1", BaseEndpoint: &server, HTTPClient: client, Credentials: keys})
			_, err := c.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String("m"), Messages: []types.Message{
				{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "Hi"}}},
			}})
			return err
		}, 1, append([]string{`chat m`, `from aws\.bedrock`, `tokens 3 in, 4 out`}, retried...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := fake.Serve(fake.Busy(1, c.api))
			defer server.Close()
			out.Reset()
			if err := c.call(t.Context(), server.URL); err != nil {
				t.Fatal(err)
			}
			telemetry.Print()
			expect.InOrder(t, out.String(), c.want...)
			if n := strings.Count(out.String(), "from "); n != c.spans {
				t.Errorf("%d spans, want %d\n%s", n, c.spans, out.String())
			}
		})
	}
}

const (
	ollamaReply   = `{"model":"llama3","message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":4}`
	converseReply = `{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7}}`
)

// says is an API that has one answer.
func says(reply string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, reply+"\n")
	}
}
