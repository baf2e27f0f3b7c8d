package clients_test

import (
	"context"
	"net/http"
	"net/url"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/ollama/ollama/api"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	goopenai "github.com/sashabaranov/go-openai"
	"google.golang.org/genai"

	"github.com/llmotel/sdk/llmotel"
)

func Example_openai() {
	client := openai.NewClient(
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2))),
		option.WithMaxRetries(0),
	)
	_ = client
}

func Example_openaiStreams() {
	client := openai.NewClient(
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2), llmotel.WithStreamUsage())),
		option.WithMaxRetries(0),
	)
	_ = client
}

func Example_anthropic() {
	client := anthropic.NewClient(
		anthropicoption.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2))),
		anthropicoption.WithMaxRetries(0),
	)
	_ = client
}

func Example_genai() {
	ctx := context.Background()
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		HTTPClient: &http.Client{Transport: llmotel.NewTransport(nil, llmotel.WithRetries(2))},
	})
	_, _ = client, err
}

func Example_bedrock() {
	var cfg aws.Config
	client := bedrockruntime.NewFromConfig(cfg, func(o *bedrockruntime.Options) {
		o.HTTPClient = &http.Client{Transport: llmotel.NewTransport(nil, llmotel.WithRetries(2))}
		o.Retryer = aws.NopRetryer{}
	})
	_ = client
}

func Example_ollama() {
	base := &url.URL{Scheme: "http", Host: "localhost:11434"}
	client := api.NewClient(base, &http.Client{Transport: llmotel.NewTransport(nil)})
	_ = client
}

func Example_goOpenai() {
	config := goopenai.DefaultConfig("key")
	config.HTTPClient = &http.Client{Transport: llmotel.NewTransport(nil, llmotel.WithRetries(2))}
	client := goopenai.NewClientWithConfig(config)
	_ = client
}

func Example_netHTTP() {
	client := &http.Client{Transport: llmotel.NewTransport(http.DefaultTransport, llmotel.WithRetries(2))}
	_ = client
}
