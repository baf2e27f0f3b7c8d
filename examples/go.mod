module github.com/llmotel/sdk/examples

go 1.26.0

require (
	github.com/llmotel/sdk v0.0.0
	github.com/llmotel/sdk/providers/anthropic v0.0.0
	github.com/llmotel/sdk/providers/openai v0.0.0
)

replace (
	github.com/llmotel/sdk => ..
	github.com/llmotel/sdk/providers/anthropic => ../providers/anthropic
	github.com/llmotel/sdk/providers/openai => ../providers/openai
)
