package wire

import (
	"bytes"

	"github.com/llmotel/sdk/providers"
)

// complaints are beginnings of messages that tell what errors are about where
// code, type and status do not. The messages are the APIs' own and hold nothing of
// the prompt; none is kept.
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
	{"This model's maximum context length is ", providers.KindContextLength}, // vLLM, and what is built on it
	// Google.
	{"The input token count", providers.KindContextLength},
	{"Unable to submit request because the input token count", providers.KindContextLength},
	{"API key not valid", providers.KindAuthentication},
	{"Your prepayment credits are depleted", providers.KindQuotaExhausted},
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

// refuse is complain for Bedrock's errors, some of which end with what they say.
func (x *Exchange) refuse(message []byte) {
	x.complain(message)
	if bytes.HasSuffix(message, []byte(": Extra inputs are not permitted")) { // a field that the model does not have
		x.blame().told = providers.KindUnsupported
	}
}
