package bedrock

import (
	"net/http"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
)

// Option configures New.
type Option interface{ apply(config) config }

// config is what the options set.
type config struct {
	baseEndpoint *string
	httpClient   *http.Client
	sdk          []func(*sdk.Options)
}

type option func(*config)

func (o option) apply(c config) config { o(&c); return c }

// WithBaseEndpoint sets where the service is
// ("https://bedrock-runtime.eu-central-1.amazonaws.com"). The default is what the
// configuration says, else the region's own.
func WithBaseEndpoint(url string) Option {
	return option(func(c *config) { c.baseEndpoint = &url })
}

// WithHTTPClient sets the HTTP client; nil is ignored. Timeouts of calls belong
// to the context or to the failover package, not to the client: its Timeout
// would also cut streams. Redirects are followed only within the host unless the
// client has a rule of its own.
func WithHTTPClient(client *http.Client) Option {
	return option(func(c *config) {
		if client != nil {
			c.httpClient = client
		}
	})
}

// WithSDKOptions adds options of the SDK's client, after those of this package:
// middleware, endpoints, other ways to authenticate. The check for credentials is
// then left to the service. Retries stay off.
func WithSDKOptions(opts ...func(*sdk.Options)) Option {
	opts = slices.Clone(opts)
	return option(func(c *config) { c.sdk = append(slices.Clip(c.sdk), opts...) })
}

// configure applies the options to those of a client.
func (c *config) configure(o *sdk.Options) {
	if c.baseEndpoint != nil {
		o.BaseEndpoint = c.baseEndpoint
	}
	if c.httpClient != nil {
		o.HTTPClient = c.httpClient
	}
	for _, f := range c.sdk {
		if f != nil {
			f(o)
		}
	}
}
