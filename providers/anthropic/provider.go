package anthropic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Name is Anthropic's name in the GenAI semantic conventions, and the vendor of
// this package's Options.
const Name = "anthropic"

// ErrNoAPIKey is returned by New when there is no key.
var ErrNoAPIKey = errors.New("anthropic: no API key: set the environment variable ANTHROPIC_API_KEY or use WithAPIKey")

// Provider makes calls to one service. It is safe for concurrent use.
type Provider struct {
	client sdk.Client
	defaults
	host string
	port int
}

var (
	_ providers.Provider  = (*Provider)(nil)
	_ providers.Addressed = (*Provider)(nil)
)

// New returns a provider with a client of its own. It fails without a key or
// token, and for a base URL that is none. Credentials of the SDK that are
// neither (profiles, federation) are used with Wrap or WithSDKOptions.
func New(opts ...Option) (*Provider, error) {
	var c config
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	var sdkOpts []option.RequestOption
	if c.baseURL != nil {
		u, err := url.Parse(*c.baseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, errors.New("anthropic: the base URL is not an absolute http or https URL")
		}
		sdkOpts = append(sdkOpts, option.WithBaseURL(*c.baseURL))
	}
	if c.key != nil {
		if *c.key == "" {
			return nil, fmt.Errorf("%w; the key given to WithAPIKey is empty", ErrNoAPIKey)
		}
		sdkOpts = append(sdkOpts, option.WithAPIKey(*c.key))
	}
	client := adapter.DefaultClient()
	if c.httpClient != nil {
		client = adapter.Client(c.httpClient)
	}
	sdkOpts = append(sdkOpts, option.WithHTTPClient(client))
	p := wrap(sdk.NewClient(append(sdkOpts, c.sdk...)...), c.defaults)
	if s := settingsOf(p.client); len(c.sdk) == 0 && s.key == "" && s.token == "" {
		return nil, ErrNoAPIKey
	}
	return p, nil
}

// Wrap returns a provider that uses the client. The client's own retries and
// spans do not apply to its calls.
func Wrap(client sdk.Client, opts ...WrapOption) *Provider {
	var c config
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	return wrap(client, c.defaults)
}

func wrap(client sdk.Client, d defaults) *Provider {
	if d.name == "" {
		d.name = Name
	}
	if d.maxTokens == 0 {
		d.maxTokens = DefaultMaxTokens
	}
	p := &Provider{client: client, defaults: d}
	p.host, p.port = adapter.Address(settingsOf(client).baseURL)
	return p
}

// Name returns "anthropic", or the name given by WithName.
func (p *Provider) Name() string { return p.name }

// ServerAddress returns host and port of the base URL.
func (p *Provider) ServerAddress() (host string, port int) { return p.host, p.port }

// Generate makes one call. Response.Raw is an *anthropic.Message.
func (p *Provider) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	params, err := p.encode(req, false)
	if err != nil {
		return nil, err
	}
	call := p.call(req.Model)
	resp, err := p.send(ctx, call, params) //nolint:bodyclose // ReadBody closes it
	if err != nil {
		return nil, err
	}
	body, err := adapter.ReadBody(resp)
	if err != nil {
		return nil, p.broken(ctx, call, resp, err)
	}
	return p.decode(call, resp, body)
}

func (p *Provider) call(model string) adapter.Call {
	return adapter.Call{Provider: p.name, Model: model}
}

// send makes the HTTP call and returns a reply whose status is below 400. It
// goes by the client's Post rather than Messages.New: that one refuses long
// unary answers, sets a timeout of its own, and writes warnings to stderr.
func (p *Provider) send(ctx context.Context, call adapter.Call, params parameters) (*http.Response, error) {
	var resp *http.Response
	opts := slices.Concat(params.headers, []option.RequestOption{option.WithMaxRetries(0), option.WithoutOpenTelemetry()})
	err := p.client.Post(ctx, "v1/messages", params.body, &resp, opts...)
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
