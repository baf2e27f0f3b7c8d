module github.com/llmotel/sdk/internal/conformance

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/llmotel/sdk v0.0.0
	go.uber.org/goleak v1.3.0
	go.yaml.in/yaml/v3 v3.0.6
)

replace (
	github.com/llmotel/sdk => ../..
	github.com/llmotel/sdk/providers/anthropic => ../../providers/anthropic
	github.com/llmotel/sdk/providers/openai => ../../providers/openai
)
