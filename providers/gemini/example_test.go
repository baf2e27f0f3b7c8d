package gemini_test

import (
	"context"
	"fmt"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
)

func Example() {
	p, err := gemini.New() // the key is in GEMINI_API_KEY
	if err != nil {
		fmt.Println(err)
		return
	}
	for chunk, err := range p.Stream(context.Background(), &providers.Request{
		Model:    "gemini-3-flash",
		Messages: []providers.Message{providers.UserText("Name a city in Norway.")},
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(chunk.Text)
	}
}

func ExampleWithVertexAI() {
	p, err := gemini.New(gemini.WithVertexAI("my-project", "europe-west4"), gemini.WithAPIKey("key"))
	if err != nil {
		fmt.Println(err)
		return
	}
	host, port := p.ServerAddress()
	fmt.Println(p.Name(), host, port)
	// Output: gcp.vertex_ai aiplatform.googleapis.com 443
}

func ExampleOptions() {
	req := &providers.Request{
		Model:    "gemini-3-flash",
		Messages: []providers.Message{providers.UserText("Hello.")},
		Extensions: []providers.Extension{gemini.Options{
			CachedContent: "cachedContents/abc",
			ExtraFields:   map[string]any{"generationConfig": map[string]any{"enableAffectiveDialog": true}},
		}},
	}
	fmt.Println(req.Model, len(req.Messages), len(req.Extensions))
	// Output: gemini-3-flash 1 1
}
