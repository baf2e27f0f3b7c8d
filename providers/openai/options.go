package openai

import (
	"net/http"
	"slices"

	"github.com/openai/openai-go/v3/option"
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
	key        *string
	baseURL    *string
	azure      *azure
	httpClient *http.Client
	sdk        []option.RequestOption
	dialect
}

// dialect is how a service differs from OpenAI.
type dialect struct {
	name            string
	legacyMaxTokens bool
	noStreamUsage   bool
	reasoningField  string
	responses       bool
}

type newOption func(*config)

func (o newOption) apply(c config) config { o(&c); return c }

type dialectOption func(*dialect)

func (o dialectOption) apply(c config) config { o(&c.dialect); return c }
func (dialectOption) wrap()                   {}

// WithAPIKey sets the key; the default is the environment variable
// OPENAI_API_KEY. A service that needs no key takes any text.
func WithAPIKey(key string) Option {
	return newOption(func(c *config) { c.key = &key })
}

// WithBaseURL sets where the service is, up to and with the version
// ("https://api.groq.com/openai/v1"). The default is OPENAI_BASE_URL, else
// OpenAI's own.
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
// middleware, workload identity authentication. The check for an API key is
// then left to the service. Retries stay off.
func WithSDKOptions(opts ...option.RequestOption) Option {
	opts = slices.Clone(opts)
	return newOption(func(c *config) { c.sdk = append(slices.Clip(c.sdk), opts...) })
}

// WithName sets the provider's name as the GenAI semantic conventions have it
// ("groq", "x_ai", "azure.ai.openai"). By default the host of the base URL
// decides, where the package knows it, and else the name is "openai". Empty is
// ignored.
func WithName(name string) WrapOption {
	return dialectOption(func(d *dialect) {
		if name != "" {
			d.name = name
		}
	})
}

// WithResponsesAPI makes calls through the Responses API instead of Chat
// Completions. Embeddings stay as they are.
func WithResponsesAPI() WrapOption {
	return dialectOption(func(d *dialect) { d.responses = true })
}

// WithLegacyMaxTokens sends Request.MaxOutputTokens as max_tokens instead of
// max_completion_tokens, for services that know only the older field. It is set
// by itself where the host is DeepSeek's or Mistral's.
func WithLegacyMaxTokens() WrapOption {
	return dialectOption(func(d *dialect) { d.legacyMaxTokens = true })
}

// WithoutStreamUsage leaves out stream_options.include_usage, for services that
// refuse it. Usage of streams is then what the service sends unasked.
func WithoutStreamUsage() WrapOption {
	return dialectOption(func(d *dialect) { d.noStreamUsage = true })
}

// WithReasoningField sends Reasoning parts of assistant messages back in the
// named field of the message ("reasoning_content" at DeepSeek, "reasoning" at
// OpenRouter). Without it they are left out.
func WithReasoningField(field string) WrapOption {
	return dialectOption(func(d *dialect) { d.reasoningField = field })
}
