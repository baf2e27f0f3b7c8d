package adapter

import (
	"net/http"
	"time"

	"github.com/llmotel/sdk/providers"
)

// headerTimeout limits the wait for the beginning of a reply, as the SDKs'
// own default clients do.
const headerTimeout = 10 * time.Minute

// DefaultClient returns the client of a provider that was given none: one with
// connections of its own and a limit on the wait for headers.
func DefaultClient() *http.Client {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // replaced, by telemetry for example
		return Client(nil)
	}
	t = t.Clone()
	t.ResponseHeaderTimeout = headerTimeout
	return Client(&http.Client{Transport: t})
}

// Client returns a copy of the client that follows redirects only within the
// host, unless the client has a rule of its own. net/http takes Authorization
// off a request that it sends to another host, but neither the other headers
// that keys travel in (X-Api-Key, Api-Key, X-Goog-Api-Key) nor the prompt.
func Client(c *http.Client) *http.Client {
	var out http.Client
	if c != nil {
		out = *c
	}
	if out.CheckRedirect == nil {
		out.CheckRedirect = withinHost
	}
	return &out
}

func withinHost(req *http.Request, via []*http.Request) error {
	const limit = 10 // as net/http
	if first := via[0].URL; len(via) >= limit || req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}

// Redirect returns the error of a reply that sends the call elsewhere, whose
// body it closes, and nil for every other reply.
func (c Call) Redirect(resp *http.Response, requestID string) *providers.Error {
	if resp.StatusCode < 300 || resp.StatusCode > 399 {
		return nil
	}
	_ = resp.Body.Close() // nothing of it is read
	return c.Malformed(resp, requestID, "it redirects to another place, which is not followed", nil)
}
