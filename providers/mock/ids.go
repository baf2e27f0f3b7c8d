package mock

import "math/rand/v2"

// ids are what a service names a call by, in the vendor's style.
type ids struct {
	response, request string
	tool              func() string
}

const (
	alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	hexadecimal  = "0123456789abcdef"
)

func newIDs(d Dialect, rng *rand.Rand) ids {
	// One draw from the call's source, so that ids do not shift the rest.
	own := rand.New(rand.NewPCG(rng.Uint64(), 0))
	id := func(prefix, alphabet string, n int) string {
		b := make([]byte, 0, len(prefix)+n)
		b = append(b, prefix...)
		for range n {
			b = append(b, alphabet[own.IntN(len(alphabet))])
		}
		return string(b)
	}
	if d == DialectAnthropic {
		return ids{
			response: id("msg_01", alphanumeric, 22),
			request:  id("req_011C", alphanumeric, 20),
			tool:     func() string { return id("toolu_01", alphanumeric, 22) },
		}
	}
	return ids{
		response: id("chatcmpl-", alphanumeric, 29),
		request:  id("req_", hexadecimal, 32),
		tool:     func() string { return id("call_", alphanumeric, 24) },
	}
}
