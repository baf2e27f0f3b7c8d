package clients_test

import (
	"context"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/ollama/ollama/api"
	openai "github.com/sashabaranov/go-openai"
	"google.golang.org/genai"

	"github.com/llmotel/sdk/llmotel"
)

func Example_transport() {
	ctx, base, key := context.Background(), &url.URL{Scheme: "http", Host: "localhost:11434"}, "key"
	var cfg aws.Config
	var req *http.Request

	httpClient := &http.Client{Transport: llmotel.NewTransport(nil, llmotel.WithRetries(2))}

	// Google: google.golang.org/genai
	gemini, err := genai.NewClient(ctx, &genai.ClientConfig{HTTPClient: httpClient}) //nolint:ineffassign // errors are the reader's

	// AWS: bedrockruntime of aws-sdk-go-v2
	bedrock := bedrockruntime.NewFromConfig(cfg, func(o *bedrockruntime.Options) { o.HTTPClient, o.RetryMaxAttempts = httpClient, 1 })

	// Ollama: github.com/ollama/ollama/api
	local := api.NewClient(base, httpClient)

	// Services that speak OpenAI's protocol: github.com/sashabaranov/go-openai
	config := openai.DefaultConfig(key)
	config.HTTPClient = httpClient
	compatible := openai.NewClientWithConfig(config)

	// No SDK at all
	resp, err := httpClient.Do(req) //nolint:bodyclose // so is the rest

	_, _, _, _, _, _ = gemini, bedrock, local, compatible, resp, err
}
