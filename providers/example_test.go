package providers_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// Every provider is used in the same way; the mock needs no key.
func Example() {
	p, err := mock.NewAnthropic(mock.WithTimeScale(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	var provider providers.Provider = p
	resp, err := provider.Generate(context.Background(), &providers.Request{
		Model:    mock.ModelAnthropic,
		Messages: []providers.Message{providers.UserText("What is 6*7?")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Text(), resp.FinishReason(), resp.Usage.Completeness)
	// Output: 6 * 7 = 42 stop reported
}

// A stream is a loop; leaving it ends the call.
func ExampleProvider_stream() {
	p, err := mock.NewOpenAI(mock.WithTimeScale(0), mock.WithScript(mock.Answer("Piece by piece.")))
	if err != nil {
		fmt.Println(err)
		return
	}
	req := &providers.Request{Model: mock.ModelOpenAI, Messages: []providers.Message{providers.UserText("Go on")}}
	for chunk, err := range p.Stream(context.Background(), req) {
		if err != nil {
			fmt.Println(err)
			return
		}
		switch chunk.Kind {
		case providers.ChunkText:
			fmt.Printf("%q\n", chunk.Text)
		case providers.ChunkFinish:
			fmt.Println(chunk.Finish.Reasons)
		default:
		}
	}
	// Output:
	// "Piece"
	// " by"
	// " piece."
	// [stop]
}

// Decisions look at the kind of an error, never at its text.
func ExampleKindOf() {
	p, err := mock.NewOpenAI(mock.WithTimeScale(0), mock.WithFailureRate(providers.KindQuotaExhausted, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = p.Generate(context.Background(), &providers.Request{
		Model: mock.ModelOpenAI, Messages: []providers.Message{providers.UserText("hello")},
	})
	fmt.Println(providers.KindOf(err))
	if e, ok := errors.AsType[*providers.Error](err); ok {
		fmt.Println(e.Provider, e.StatusCode, e.Code)
	}
	// Output:
	// quota_exhausted
	// openai 429 insufficient_quota
}

// A request that cannot work is refused by an error that names the field.
func ExampleRequest_Validate() {
	err := (&providers.Request{
		Model: "gpt-5.2",
		Messages: []providers.Message{{
			Role: providers.RoleTool, Parts: []providers.Part{providers.TextResult("call_1", "get_weather", "3 degrees")},
		}},
	}).Validate()
	fmt.Println(err)
	// Output:
	// provider gpt-5.2: invalid_request: messages[0].parts[0]: is a tool result whose call id matches no earlier tool call of the conversation
}
