package clients_test

import (
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/llmotel"
)

func Example_openai() { //nolint:bodyclose // there is no response yet
	client := openai.NewClient(
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2), llmotel.WithStreamUsage())),
		option.WithMaxRetries(0),
	)

	_ = client
}
