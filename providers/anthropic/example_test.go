package anthropic_test

import (
	"context"
	"fmt"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
)

func Example() {
	p, err := anthropic.New() // the key is in ANTHROPIC_API_KEY
	if err != nil {
		fmt.Println(err)
		return
	}
	for chunk, err := range p.Stream(context.Background(), &providers.Request{
		Model:    "claude-sonnet-5",
		Messages: []providers.Message{providers.UserText("Name a city in Norway.")},
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(chunk.Text)
	}
}

func ExampleOptions() {
	req := &providers.Request{
		Model:    "claude-sonnet-5",
		Messages: []providers.Message{providers.UserText("Hello.")},
		Extensions: []providers.Extension{anthropic.Options{
			Speed:       "fast",
			Betas:       []string{"context-management-2025-06-27"},
			ExtraFields: map[string]any{"context_management": map[string]any{"edits": []any{}}},
		}},
	}
	fmt.Println(req.Model, len(req.Messages), len(req.Extensions))
	// Output: claude-sonnet-5 1 1
}
