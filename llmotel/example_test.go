package llmotel_test

import (
	"context"
	"fmt"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

type printer struct{}

func (printer) Record(_ context.Context, r *llmotel.Record) {
	fmt.Println(r.Provider, r.ResponseModel, r.Usage.Total(), "tokens", r.Cost.Amount, r.Cost.Currency)
}

// A sink sees every call, also without any OpenTelemetry SDK.
func ExampleWithSinks() {
	inst, err := llmotel.New(llmotel.WithSinks(printer{}))
	if err != nil {
		panic(err)
	}
	p := inst.Wrap(newCanned()) // any providers.Provider
	_, _ = p.Generate(context.Background(), &providers.Request{Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("Hello")}})
	// Output: openai gpt-5.2-2025-12-11 1400 tokens 0.003325 USD
}

// Calls of a client that is no providers.Provider are recorded by hand.
func ExampleStart() {
	ctx, span := llmotel.Start(context.Background(), llmotel.Call{Provider: "groq", Model: "llama-3.3-70b"})
	answer, err := callYourClient(ctx)
	span.End(llmotel.Result{ResponseID: answer, FinishReasons: []providers.FinishReason{providers.FinishStop}}, err)
}

func callYourClient(context.Context) (string, error) { return "id", nil }
