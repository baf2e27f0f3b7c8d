package wire

import (
	"bytes"

	"github.com/llmotel/sdk/providers"
)

// complaints are beginnings of messages that tell what Anthropic's and
// Bedrock's errors are about where type and status do not: these have no codes.
// The messages are the APIs' own and hold nothing of the prompt; none is kept.
var complaints = []struct {
	prefix string
	kind   providers.Kind
}{
	{"prompt is too long", providers.KindContextLength},
	{"input length and `max_tokens` exceed context limit", providers.KindContextLength},
	{"Input is too long for requested model", providers.KindContextLength},
	{"Too many input tokens", providers.KindContextLength},
	{"Your credit balance is too low", providers.KindQuotaExhausted},
	{"Output blocked by content filtering policy", providers.KindContentFiltered},
	{"The provided model identifier is invalid", providers.KindModelNotFound},
	{"Invocation of model ID ", providers.KindModelNotFound}, // exists, but not on demand in this region
	{"This model doesn't support ", providers.KindUnsupported},
}

// wrappings stand before the message of a model on Bedrock.
var wrappings = []string{"The model returned the following errors: ", "400 Bad Request: "}

// complain learns what an error is from its message.
func (a *Answer) complain(message []byte) {
	for _, wrapping := range wrappings {
		message = bytes.TrimPrefix(message, []byte(wrapping))
	}
	for i := range complaints {
		if bytes.HasPrefix(message, []byte(complaints[i].prefix)) {
			a.blame().told = complaints[i].kind
		}
	}
}
