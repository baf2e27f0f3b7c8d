package bedrock_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
)

func Example() {
	var cfg aws.Config // of config.LoadDefaultConfig, which reads the environment and the shared files
	p, err := bedrock.New(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	for chunk, err := range p.Stream(context.Background(), &providers.Request{
		Model:    "eu.anthropic.claude-sonnet-5-20260901-v1:0",
		Messages: []providers.Message{providers.UserText("Name a city in Norway.")},
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(chunk.Text)
	}
	// Output: bedrock: no region: set AWS_REGION or aws.Config.Region
}

func ExampleOptions() {
	req := &providers.Request{
		Model:    "eu.anthropic.claude-sonnet-5-20260901-v1:0",
		Messages: []providers.Message{providers.UserText("Hello.")},
		Extensions: []providers.Extension{bedrock.Options{
			Guardrail:   bedrock.Guardrail{ID: "gr-1", Version: "2"},
			Latency:     "optimized",
			ModelFields: map[string]any{"anthropic_beta": []string{"context-1m-2025-08-07"}},
		}},
	}
	fmt.Println(req.Model, len(req.Messages), len(req.Extensions))
	// Output: eu.anthropic.claude-sonnet-5-20260901-v1:0 1 1
}
