package failover_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

func ExampleNew() {
	primary := always("openai", step{err: fail(providers.KindOverloaded)}) // an outage
	backup := script("anthropic")

	chain, err := failover.New([]failover.Target{
		{Name: "primary", Model: "gpt-5.2", Provider: primary},
		{Name: "backup", Model: "claude-sonnet-5", Provider: backup},
	}, failover.WithTotalTimeout(30*time.Second))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := chain.Generate(context.Background(), ask())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s (target %s, %d attempts)\n", resp.Text(), resp.Target, resp.Attempts)
	// Output: hello from anthropic (target backup, 2 attempts)
}

// A target with several credentials: one that is over its quota rests alone.
func ExampleKey() {
	over := always("openai", step{err: fail(providers.KindQuotaExhausted)})
	chain, err := failover.New([]failover.Target{{
		Name: "openai", Model: "gpt-5.2",
		Keys: []failover.Key{{Name: "team-a", Provider: over}, {Name: "team-b", Provider: script("openai")}},
		Options: []failover.TargetOption{
			failover.WithRequestsPerMinute(500), failover.WithTokensPerMinute(200_000), // of each key
			failover.WithMaxConcurrency(50), // of both together
		},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := chain.Generate(context.Background(), ask()); err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range chain.BreakerStatuses()[1:] {
		fmt.Println(s.Key, s.State, s.Reason)
	}
	// Output:
	// team-a open isolated
	// team-b closed
}

func ExampleError() {
	chain, err := failover.New([]failover.Target{
		{Name: "primary", Provider: always("openai", step{err: failAfter(providers.KindOverloaded, time.Minute)})},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = chain.Generate(context.Background(), ask())
	if e, ok := errors.AsType[*failover.Error](err); ok {
		fmt.Println(e.Outcome, "after", e.Attempts(), "attempt; the last was", providers.KindOf(err))
		fmt.Println("try again in", e.RetryAfter().Round(time.Second))
	}
	// Output:
	// exhausted after 1 attempt; the last was overloaded
	// try again in 1m0s
}

func ExampleChain_Stream() {
	chain, err := failover.New([]failover.Target{
		{Name: "primary", Provider: script("openai", step{words: []string{"Once ", "upon"}, err: fail(providers.KindNetwork)})},
		{Name: "backup", Provider: script("anthropic")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for chunk, err := range chain.Stream(context.Background(), ask()) {
		if broken, ok := errors.AsType[*providers.InterruptedError](err); ok {
			fmt.Printf("\nbroke off after %q: %s\n", broken.Partial.Text(), providers.KindOf(err))
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(chunk.Text)
	}
	// Output:
	// Once upon
	// broke off after "Once upon": network
}

func ExampleWithHooks() {
	log := failover.Hooks{
		Fallback: func(_ context.Context, e failover.FallbackEvent) {
			fmt.Printf("moving from %s to %s: %s\n", e.From, e.To, e.Kind)
		},
		BreakerChange: func(_ context.Context, e failover.BreakerEvent) {
			fmt.Printf("breaker of %s is %s: %s\n", e.Target, e.To, e.Reason)
		},
	}
	chain, err := failover.New([]failover.Target{
		{Name: "primary", Provider: always("openai", step{err: fail(providers.KindTimeout)})},
		{Name: "backup", Provider: script("anthropic")},
	}, failover.WithHooks(log), failover.WithConsecutiveFailures(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = chain.Generate(context.Background(), ask())
	// Output:
	// breaker of primary is open: consecutive_failures
	// moving from primary to backup: timeout
}
