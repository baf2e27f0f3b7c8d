package clients_test

import (
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/llmotel"
)

func Example_openai() {
	client := openai.NewClient(
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2), llmotel.WithStreamUsage())), //nolint:bodyclose // it returns no response
		option.WithMaxRetries(0),
	)

	_ = client
}
