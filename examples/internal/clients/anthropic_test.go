package clients_test

import (
	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/llmotel/sdk/llmotel"
)

func Example_anthropic() {
	client := anthropic.NewClient(
		option.WithMiddleware(llmotel.Middleware(llmotel.WithRetries(2))), //nolint:bodyclose // it returns no response
		option.WithMaxRetries(0),
	)

	_ = client
}
