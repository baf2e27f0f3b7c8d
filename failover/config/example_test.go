package config_test

import (
	"fmt"

	"github.com/llmotel/sdk/failover/config"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

func ExampleParse() {
	file := []byte(`{
		"stream_policy": "restart",
		"defaults": {"breaker": {"consecutive_failures": 3}},
		"targets": [
			{"name": "primary", "model": "gpt-5.2", "provider": {"type": "mock-openai"}},
			{"name": "backup", "model": "claude-sonnet-5", "provider": {"type": "mock-anthropic"}}
		]
	}`)
	cfg, err := config.Parse("failover.json", file, config.Factories{
		"mock-openai":    func(config.Provider) (providers.Provider, error) { return mock.NewOpenAI() },
		"mock-anthropic": func(config.Provider) (providers.Provider, error) { return mock.NewAnthropic() },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	chain, err := cfg.Chain() // with hooks and other options that no file can say
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range chain.Describe().Targets {
		fmt.Println(t.Name, t.Model, t.ConsecutiveFailures)
	}
	// Output:
	// primary gpt-5.2 3
	// backup claude-sonnet-5 3
}

func ExampleAll() {
	file := []byte(`{
  "total_timeout": 30,
  "targets": [
    {"provider": {"type": "openai", "api_key": "sk-not-a-real-key"}, "models": "gpt-5.2"}
  ]
}`)
	_, err := config.Parse("failover.json", file, config.Factories{
		"openai": func(config.Provider) (providers.Provider, error) { return mock.NewOpenAI() },
	})
	for _, e := range config.All(err) {
		fmt.Printf("line %d, %s:\n  %s\n", e.Line, e.Path, e.Reason)
	}
	// Output:
	// line 2, total_timeout:
	//   30 is no duration; write a number with its unit, such as "30s", "500ms" or "1m30s"
	// line 4, targets[0].provider.api_key:
	//   secrets do not belong into the file; give "api_key_env" of the provider the name of an environment variable
	// line 4, targets[0].models:
	//   unknown field; did you mean "model"?
}
