package openai_test

import (
	"context"
	"fmt"
	"os"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

func Example() {
	p, err := openai.New() // the key is in OPENAI_API_KEY
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := p.Generate(context.Background(), &providers.Request{
		Model:    "gpt-5.2",
		Messages: []providers.Message{providers.UserText("Name a city in Norway.")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Text(), r.Usage.Total())
}

func ExampleNew_compatible() {
	p, err := openai.New( // named "deepseek" by its host
		openai.WithBaseURL("https://api.deepseek.com/v1"),
		openai.WithAPIKey(os.Getenv("DEEPSEEK_API_KEY")),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for chunk, err := range p.Stream(context.Background(), &providers.Request{
		Model:    "deepseek-chat",
		Messages: []providers.Message{providers.UserText("Name a city in Norway.")},
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(chunk.Text)
	}
}

func ExampleWithResponsesAPI() {
	p, err := openai.New(openai.WithResponsesAPI())
	if err != nil {
		fmt.Println(err)
		return
	}
	store := false
	req := &providers.Request{
		Model:     "gpt-5.2",
		Messages:  []providers.Message{providers.UserText("Plan a day in Oslo.")},
		Reasoning: &providers.Reasoner{Effort: "low", Include: true},
		Store:     &store, // the thinking comes encrypted instead
	}
	for range 2 {
		r, err := p.Generate(context.Background(), req)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Text())
		// The whole message goes back, thinking included.
		req.Messages = append(req.Messages, r.Message(), providers.UserText("Shorter, please."))
	}
}

func ExampleWithAzure() {
	p, err := openai.New(
		openai.WithAzure("https://example.openai.azure.com", ""), // the v1 API
		openai.WithAPIKey("key of the resource"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	host, port := p.ServerAddress()
	fmt.Println(p.Name(), host, port)
	// Output: azure.ai.openai example.openai.azure.com 443
}

func ExampleOptions() {
	req := &providers.Request{
		Model:    "gpt-5.2",
		Messages: []providers.Message{providers.UserText("Rename the function.")},
		Extensions: []providers.Extension{openai.Options{
			Prediction:  "func main() {}",
			ExtraFields: map[string]any{"novel_option": true},
		}},
	}
	fmt.Println(req.Model, len(req.Messages), len(req.Extensions))
	// Output: gpt-5.2 1 1
}
