package openai

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Name is OpenAI's name in the GenAI semantic conventions, and the vendor of
// this package's Options.
const Name = "openai"

// ErrNoAPIKey is returned by New when there is no key.
var ErrNoAPIKey = errors.New("openai: no API key: set the environment variable OPENAI_API_KEY or use WithAPIKey")

// Provider makes calls to one service. It is safe for concurrent use.
type Provider struct {
	client sdk.Client
	dialect
	host string
	port int
	// deployments is Azure's classic path up to the deployment's name, which
	// follows it; empty elsewhere.
	deployments string
}

var (
	_ providers.Provider  = (*Provider)(nil)
	_ providers.Embedder  = (*Provider)(nil)
	_ providers.Addressed = (*Provider)(nil)
)

// New returns a provider with a client of its own. It fails without an API key
// and for a base URL or endpoint that is none.
func New(opts ...Option) (*Provider, error) {
	var c config
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	if c.azure != nil {
		return newAzure(c)
	}
	var sdkOpts []option.RequestOption
	if c.baseURL != nil {
		if _, err := absolute(*c.baseURL); err != nil {
			return nil, fmt.Errorf("openai: the base URL %w", err)
		}
		sdkOpts = append(sdkOpts, option.WithBaseURL(*c.baseURL))
	}
	if c.key != nil {
		if *c.key == "" {
			return nil, fmt.Errorf("%w; the key given to WithAPIKey is empty", ErrNoAPIKey)
		}
		sdkOpts = append(sdkOpts, option.WithAPIKey(*c.key))
	}
	p := c.provider(sdkOpts)
	if len(c.sdk) == 0 && settingsOf(p.client).key == "" {
		return nil, ErrNoAPIKey
	}
	return p, nil
}

// provider builds the client, with the caller's own options last.
func (c *config) provider(opts []option.RequestOption) *Provider {
	client := adapter.DefaultClient()
	if c.httpClient != nil {
		client = adapter.Client(c.httpClient)
	}
	opts = append(opts, option.WithHTTPClient(client))
	return wrap(sdk.NewClient(append(opts, c.sdk...)...), c.dialect)
}

// absolute parses the address of a service. Its errors do not hold the address,
// which may have a key in its query.
func absolute(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("is not an absolute http or https URL")
	}
	return u, nil
}

// Wrap returns a provider that uses the client. The client's own retries do
// not apply to its calls.
func Wrap(client sdk.Client, opts ...WrapOption) *Provider {
	var c config
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	return wrap(client, c.dialect)
}

func wrap(client sdk.Client, d dialect) *Provider {
	p := &Provider{client: client}
	p.host, p.port = adapter.Address(settingsOf(client).baseURL)
	p.dialect = d.at(p.host)
	return p
}

// Name returns the name given by WithName, else that of the service at the base
// URL's host, else "openai".
func (p *Provider) Name() string { return p.name }

// ServerAddress returns host and port of the base URL.
func (p *Provider) ServerAddress() (host string, port int) { return p.host, p.port }

// Generate makes one call. Response.Raw is an *openai.ChatCompletion, or a
// *responses.Response with WithResponsesAPI.
func (p *Provider) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	if p.responses {
		return p.respond(ctx, req)
	}
	params, err := p.encode(req, false)
	if err != nil {
		return nil, err
	}
	call := p.call(req.Model)
	resp, err := p.complete(ctx, call, params) //nolint:bodyclose // ReadBody closes it
	if err != nil {
		return nil, err
	}
	body, err := adapter.ReadBody(resp)
	if err != nil {
		return nil, p.broken(ctx, call, resp, err)
	}
	return p.decode(call, resp, body, req.AudioFormat)
}

func (p *Provider) call(model string) adapter.Call {
	return adapter.Call{Provider: p.name, Model: model}
}

// complete makes the HTTP call and returns a reply whose status is below 400.
// The SDK's own decoding is passed by, because it neither shows response
// headers nor tells a stream's terminator from its end.
func (p *Provider) complete(ctx context.Context, call adapter.Call, params sdk.ChatCompletionNewParams) (*http.Response, error) {
	var resp *http.Response
	_, err := p.client.Chat.Completions.New(ctx, params, p.options(call.Model, &resp)...)
	return p.replied(ctx, call, resp, err)
}

// options are those of each call: no retries, the reply undecoded, and the
// place of the deployment where paths name one.
func (p *Provider) options(deployment string, into **http.Response) []option.RequestOption {
	opts := []option.RequestOption{option.WithMaxRetries(0), option.WithResponseBodyInto(into)}
	if p.deployments != "" && deployment != "" {
		opts = append(opts, option.WithBaseURL(p.deployments+url.PathEscape(deployment)+"/"))
	}
	return opts
}

// replied returns the reply to an HTTP call, or why there is none.
func (p *Provider) replied(ctx context.Context, call adapter.Call, resp *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return nil, p.failure(ctx, call, resp, err)
	}
	if resp == nil || resp.Body == nil {
		return nil, call.Malformed(resp, "", "there is no reply", nil)
	}
	if err := call.Redirect(resp, requestID(resp)); err != nil {
		return nil, err
	}
	return resp, nil
}
