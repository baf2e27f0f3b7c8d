package anthropic

import (
	"net/http"
	"slices"

	"github.com/anthropics/anthropic-sdk-go/option"
)

// DefaultMaxTokens limits answers to requests that set no limit. Every model
// of the API accepts it.
const DefaultMaxTokens = 4096

// Option configures New.
type Option interface{ apply(config) config }

// WrapOption configures New or Wrap: what does not concern the client.
type WrapOption interface {
	Option
	wrap()
}

// config is what the options set.
type config struct {
	key        *string
	baseURL    *string
	httpClient *http.Client
	sdk        []option.RequestOption
	defaults
}

// defaults are what calls use where the request says nothing.
type defaults struct {
	name      string
	maxTokens int64
}

type newOption func(*config)

func (o newOption) apply(c config) config { o(&c); return c }

type wrapOption func(*defaults)

func (o wrapOption) apply(c config) config { o(&c.defaults); return c }
func (wrapOption) wrap()                   {}

// WithAPIKey sets the key; the default is the environment variable
// ANTHROPIC_API_KEY.
func WithAPIKey(key string) Option {
	return newOption(func(c *config) { c.key = &key })
}

// WithBaseURL sets where the service is, without the version
// ("https://api.anthropic.com"). The default is ANTHROPIC_BASE_URL, else
// Anthropic's own.
func WithBaseURL(url string) Option {
	return newOption(func(c *config) { c.baseURL = &url })
}

// WithHTTPClient sets the HTTP client; nil is ignored. Timeouts of calls belong
// to the context or to the failover package, not to the client: its Timeout
// would also cut streams. Redirects are followed only within the host unless the
// client has a rule of its own.
func WithHTTPClient(client *http.Client) Option {
	return newOption(func(c *config) {
		if client != nil {
			c.httpClient = client
		}
	})
}

// WithSDKOptions adds options of the SDK, after those of this package: headers,
// middleware, other ways to authenticate. The check for an API key is then left
// to the service. Retries and the SDK's own spans stay off.
func WithSDKOptions(opts ...option.RequestOption) Option {
	opts = slices.Clone(opts)
	return newOption(func(c *config) { c.sdk = append(slices.Clip(c.sdk), opts...) })
}

// WithName sets the provider's name, which is "anthropic" by default, for
// services that speak the same protocol ("aws.bedrock", "gcp.vertex_ai").
// Empty is ignored.
func WithName(name string) WrapOption {
	return wrapOption(func(d *defaults) {
		if name != "" {
			d.name = name
		}
	})
}

// WithDefaultMaxTokens sets the limit of answers to requests that have none;
// the default is DefaultMaxTokens. Numbers below 1 are ignored.
func WithDefaultMaxTokens(n int64) WrapOption {
	return wrapOption(func(d *defaults) {
		if n > 0 {
			d.maxTokens = n
		}
	})
}
