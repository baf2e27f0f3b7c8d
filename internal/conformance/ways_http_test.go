package conformance_test

import (
	"net/http"
	"testing"

	"github.com/llmotel/sdk/llmotel"
)

// httpWays are those of programs that use a vendor's SDK as it is. The adapters
// stand for such programs: they drive the SDK, and nothing is wrapped.
var httpWays = []way{
	{
		name: "Middleware", fits: []string{"openai chat", "openai responses", "anthropic messages"},
		open: func(t *testing.T, inst *llmotel.Instrumentation, w wire, d dialling) client {
			d.middleware = inst.Middleware(llmotel.WithProvider(w.provider))
			return w.dial(t, d)
		},
	},
	{
		name: "Transport", fits: all,
		open: func(t *testing.T, inst *llmotel.Instrumentation, w wire, d dialling) client {
			d.client = &http.Client{Transport: inst.Transport(d.client.Transport, llmotel.WithProvider(w.provider))}
			return w.dial(t, d)
		},
	},
	{
		name: "Transport, no SDK", fits: []string{"openai chat", "openai completions", "ollama", "cohere"},
		open: func(_ *testing.T, inst *llmotel.Instrumentation, w wire, d dialling) client {
			r := raw{d.url, &http.Client{Transport: inst.Transport(d.client.Transport, llmotel.WithProvider(w.provider))}, w}
			return client{r, r}
		},
	},
	{
		name: "Wrap over Transport", fits: all, typed: true,
		open: func(t *testing.T, inst *llmotel.Instrumentation, w wire, d dialling) client {
			d.client = &http.Client{Transport: inst.Transport(d.client.Transport, llmotel.WithProvider(w.provider))}
			return wrapped(inst, w.dial(t, d))
		},
	},
}
