package llmotel

import "net/http"

// Transport is an http.RoundTripper that records the LLM calls among the
// requests that pass through it. It is made by NewTransport and safe for concurrent
// use.
type Transport struct {
	way  *httpWay
	base http.RoundTripper
}

var _ http.RoundTripper = (*Transport)(nil)

// NewTransport returns a transport for clients that are not this project's
// providers and have no middleware: Google's genai, go-openai, Ollama's client,
// AWS's bedrockruntime, plain net/http.
//
//	http.Client{Transport: llmotel.NewTransport(nil)}
//
// It recognises LLM calls by method and path and reads their bodies as they
// pass; see Middleware, whose options and rules it shares. Other requests pass
// untouched. base is what makes the requests; nil is http.DefaultTransport.
//
// It uses OpenTelemetry's global providers; see Instrumentation.Transport.
func NewTransport(base http.RoundTripper, opts ...HTTPOption) *Transport {
	return newTransport(nil, base, opts)
}

// Transport is NewTransport on i.
func (i *Instrumentation) Transport(base http.RoundTripper, opts ...HTTPOption) *Transport {
	return newTransport(i, base, opts)
}

func newTransport(i *Instrumentation, base http.RoundTripper, opts []HTTPOption) *Transport {
	if base == nil {
		base = http.DefaultTransport
	}
	way := newHTTPWay(i, opts)
	way.transport = true
	return &Transport{way: way, base: base}
}

// RoundTrip makes the request and records it if it is an LLM call.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	return t.way.do(req, t.base.RoundTrip)
}

// CloseIdleConnections closes those of the base transport, if it can.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
