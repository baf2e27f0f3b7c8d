package config_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/llmotel/sdk/failover/config"
	"github.com/llmotel/sdk/providers"
)

// down is a provider that never answers.
type down struct{ name string }

func (d down) Name() string { return d.name }

func (d down) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	return nil, &providers.Error{Provider: d.name, Kind: providers.KindAuthentication}
}

func (d down) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		yield(nil, &providers.Error{Provider: d.name, Kind: providers.KindAuthentication})
	}
}

// factories are of two vendors, and of one whose provider cannot be made.
var factories = config.Factories{
	"openai":    func(config.Provider) (providers.Provider, error) { return down{"openai"}, nil },
	"anthropic": func(config.Provider) (providers.Provider, error) { return down{"anthropic"}, nil },
	"broken": func(p config.Provider) (providers.Provider, error) {
		return nil, errors.New("the key " + string(p.APIKey) + " is wrong")
	},
	"none":     func(config.Provider) (providers.Provider, error) { return nil, nil },
	"typednil": func(config.Provider) (providers.Provider, error) { return (*down)(nil), nil },
	"nameless": func(config.Provider) (providers.Provider, error) { return down{}, nil },
}

// key is what the variable THE_KEY holds in tests.
const key = "sk-4f9a7c2e81b3d6"

var environment = config.WithLookup(func(name string) (string, bool) {
	v, ok := map[string]string{
		"THE_KEY": key, "OTHER_KEY": "sk-other", "EMPTY": "", "BLANK": " ", "WITH_NEWLINE": key + "\n",
	}[name]
	return v, ok
})

func parse(data string) (*config.Config, error) {
	return config.Parse("chain.json", []byte(data), factories, environment)
}

// mustParse takes JSON whose strings are in single quotes.
func mustParse(t *testing.T, data string) *config.Config {
	t.Helper()
	c, err := parse(quotes(data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func quotes(s string) string { return strings.ReplaceAll(s, "'", `"`) }

// with is the smallest configuration with fields in front.
func with(fields string) string {
	if fields != "" {
		fields += ", "
	}
	return quotes("{" + fields + "'targets': [{'provider': {'type': 'openai'}}]}")
}

// target is a configuration with one target that has further fields.
func target(fields string) string {
	return quotes("{'targets': [{'provider': {'type': 'openai'}, " + fields + "}]}")
}
