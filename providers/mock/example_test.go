package mock_test

import (
	"context"
	"fmt"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

func Example() {
	p, err := mock.NewOpenAI(mock.WithTimeScale(0)) // without waiting
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := p.Generate(context.Background(), &providers.Request{
		Model:    mock.ModelOpenAI,
		Messages: []providers.Message{providers.UserText("What is the capital of Norway?")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Text())
	fmt.Println(r.Usage.Input, "in,", r.Usage.Output, "out")
	// Output:
	// The capital of Norway is Oslo.
	// 15 in, 8 out
}

// A provider that fails twice, then answers in pieces and breaks off.
func ExampleWithScript() {
	p, err := mock.NewAnthropic(mock.WithTimeScale(0), mock.WithScript(
		mock.Fail(providers.KindOverloaded).Times(2),
		mock.Answer("Half of this arrives.").CutAfter(2),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	req := &providers.Request{Model: mock.ModelAnthropic, Messages: []providers.Message{providers.UserText("Hello")}}
	for range 3 {
		r, err := providers.Collect(p.Stream(context.Background(), req))
		fmt.Printf("%q %s\n", r.Text(), providers.KindOf(err))
	}
	// Output:
	// "" overloaded
	// "" overloaded
	// "Half of" network
}

func ExampleProvider_SetDown() {
	p, err := mock.NewOpenAI(mock.WithTimeScale(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	req := &providers.Request{Model: mock.ModelOpenAI, Messages: []providers.Message{providers.UserText("What is 6*7?")}}
	for _, down := range []bool{true, false} {
		p.SetDown(down)
		r, err := p.Generate(context.Background(), req)
		fmt.Println(r.Text(), providers.KindOf(err))
	}
	// Output:
	//  server_error
	// 6 * 7 = 42
}
