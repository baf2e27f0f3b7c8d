package monitor_test

import (
	"context"
	"fmt"
	"log"

	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// Two providers, one of which is down: the call is answered all the same.
func Example() {
	openai, _ := mock.NewOpenAI(mock.WithTimeScale(0)) // the adapters of package providers in earnest
	anthropic, _ := mock.NewAnthropic(mock.WithTimeScale(0))
	m, err := monitor.New([]monitor.Target{
		{Name: "openai", Model: "gpt-5.2", Provider: openai},
		{Name: "anthropic", Model: "claude-sonnet-5", Provider: anthropic},
	}, monitor.WithGlobalTelemetry(), monitor.WithoutCallLog())
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()

	openai.SetDown(true)
	resp, err := m.Generate(context.Background(), &providers.Request{
		Messages: []providers.Message{providers.UserText("Which plan includes single sign-on?")},
		Model:    "gpt-5.2",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Target, resp.Model, m.Snapshot().Overall.Requests)
	// Output: anthropic claude-sonnet-5 1
}
