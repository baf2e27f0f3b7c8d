package gemini

import (
	"net/http"
	"slices"

	sdk "google.golang.org/genai"
)

// Option configures New.
type Option interface{ apply(config) config }

// WrapOption configures New or Wrap: what does not concern the client.
type WrapOption interface {
	Option
	wrap()
}

// config is what the options set.
type config struct {
	key               *string
	baseURL           *string
	httpClient        *http.Client
	vertex            bool
	project, location string
	sdk               []func(*sdk.ClientConfig)
	name              string
}

type newOption func(*config)

func (o newOption) apply(c config) config { o(&c); return c }

type wrapOption func(*config)

func (o wrapOption) apply(c config) config { o(&c); return c }
func (wrapOption) wrap()                   {}

// WithAPIKey sets the key; the default is the environment variable
// GOOGLE_API_KEY, else GEMINI_API_KEY. With WithVertexAI it is a key of Vertex
// AI's express mode.
func WithAPIKey(key string) Option {
	return newOption(func(c *config) { c.key = &key })
}

// WithVertexAI calls Vertex AI instead of the Gemini API. Where project or
// location are empty, the environment variables GOOGLE_CLOUD_PROJECT and
// GOOGLE_CLOUD_LOCATION count. Without a key, New looks for Google's application
// default credentials, unless WithHTTPClient gives a client that brings its own.
func WithVertexAI(project, location string) Option {
	return newOption(func(c *config) { c.vertex, c.project, c.location = true, project, location })
}

// WithBaseURL sets where the service is, without the version
// ("https://generativelanguage.googleapis.com"). The default is
// GOOGLE_GEMINI_BASE_URL or GOOGLE_VERTEX_BASE_URL, else Google's own.
func WithBaseURL(url string) Option {
	return newOption(func(c *config) { c.baseURL = &url })
}

// WithHTTPClient sets the HTTP client; nil is ignored. With Vertex AI it must
// authenticate by itself. Timeouts of calls belong to the context or to the
// failover package, not to the client: its Timeout would also cut streams.
// Redirects are followed only within the host unless the client has a rule of
// its own.
func WithHTTPClient(client *http.Client) Option {
	return newOption(func(c *config) {
		if client != nil {
			c.httpClient = client
		}
	})
}

// WithSDKConfig changes the SDK's configuration after the options of this
// package: credentials, API version, headers. The check for an API key is then
// left to the SDK. Retries stay off.
func WithSDKConfig(change ...func(*sdk.ClientConfig)) Option {
	change = slices.Clone(change)
	return newOption(func(c *config) { c.sdk = append(slices.Clip(c.sdk), change...) })
}

// WithName sets the provider's name, which is "gcp.gemini" or "gcp.vertex_ai" by
// default, for services that speak the same protocol. Empty is ignored.
func WithName(name string) WrapOption {
	return wrapOption(func(c *config) {
		if name != "" {
			c.name = name
		}
	})
}
