package gemini

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// The names of the two services in the GenAI semantic conventions. Name is the
// vendor of this package's Options.
const (
	Name         = "gcp.gemini"
	NameVertexAI = "gcp.vertex_ai"
)

// ErrNoAPIKey is returned by New when there is no key for the Gemini API.
var ErrNoAPIKey = errors.New("gemini: no API key: set the environment variable GEMINI_API_KEY or use WithAPIKey")

// Provider makes calls to one service. It is safe for concurrent use.
type Provider struct {
	client *sdk.Client
	config sdk.ClientConfig
	name   string
	vertex bool
	host   string
	port   int
}

var (
	_ providers.Provider  = (*Provider)(nil)
	_ providers.Embedder  = (*Provider)(nil)
	_ providers.Addressed = (*Provider)(nil)
)

// New returns a provider with a client of its own. It fails without a key or
// credentials, and for a base URL that is none.
func New(opts ...Option) (*Provider, error) {
	var c config
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	cc := &sdk.ClientConfig{Backend: sdk.BackendGeminiAPI, HTTPClient: c.httpClient}
	if c.vertex {
		cc.Backend, cc.Project, cc.Location = sdk.BackendVertexAI, c.project, c.location
	}
	if c.baseURL != nil {
		u, err := url.Parse(*c.baseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, errors.New("gemini: the base URL is not an absolute http or https URL")
		}
		cc.HTTPOptions.BaseURL = *c.baseURL
	}
	if c.key != nil {
		if *c.key == "" {
			return nil, ErrNoAPIKey
		}
		cc.APIKey = *c.key
	}
	for _, change := range c.sdk {
		if change != nil {
			change(cc)
		}
	}
	if !c.vertex && len(c.sdk) == 0 && c.key == nil && os.Getenv("GOOGLE_API_KEY") == "" && os.Getenv("GEMINI_API_KEY") == "" {
		return nil, ErrNoAPIKey
	}
	if cc.HTTPClient == nil && cc.Backend != sdk.BackendGeminiAPI {
		// Only the SDK knows how to find credentials and to send them.
		client, err := sdk.NewClient(context.Background(), cc)
		if err != nil {
			return nil, configError(err)
		}
		return Wrap(client, WithName(c.name))
	}
	return build(cc, c.name)
}

// Wrap returns a provider that makes calls with the client's configuration and
// HTTP client. The client's own retries do not apply to its calls.
func Wrap(client *sdk.Client, opts ...WrapOption) (*Provider, error) {
	if client == nil {
		return nil, errors.New("gemini: the client is nil")
	}
	var c config
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	cc := client.ClientConfig()
	if cc.Backend != sdk.BackendVertexAI {
		cc.Project, cc.Location = "", "" // from the environment, and refused when explicit
	}
	return build(&cc, c.name)
}

// build makes the provider. Its client sends by a transport that hands the
// replies over as they come.
func build(cc *sdk.ClientConfig, name string) (*Provider, error) {
	cc.HTTPClient = &http.Client{Transport: handover{adapter.Client(cc.HTTPClient)}}
	cc.HTTPOptions.RetryOptions = nil
	client, err := sdk.NewClient(context.Background(), cc)
	if err != nil {
		return nil, configError(err)
	}
	p := &Provider{client: client, config: client.ClientConfig(), name: name}
	p.vertex = p.config.Backend == sdk.BackendVertexAI
	switch {
	case p.name != "":
	case p.vertex:
		p.name = NameVertexAI
	default:
		p.name = Name
	}
	if base, err := url.Parse(p.config.HTTPOptions.BaseURL); err == nil {
		p.host, p.port = adapter.Address(base)
	}
	return p, nil
}

// configError keeps the SDK's explanation and leaves out the configuration that
// it prints behind, key included.
func configError(err error) error {
	why, _, _ := strings.Cut(err.Error(), "ClientConfig:")
	return errors.New("gemini: " + strings.TrimRight(why, " ."))
}

// Name returns "gcp.gemini" or "gcp.vertex_ai", or the name given by WithName.
func (p *Provider) Name() string { return p.name }

// ServerAddress returns host and port of the base URL.
func (p *Provider) ServerAddress() (host string, port int) { return p.host, p.port }

// Generate makes one call. Response.Raw is a *genai.GenerateContentResponse.
func (p *Provider) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	body, err := p.encode(req)
	if err != nil {
		return nil, err
	}
	call := p.call(req.Model)
	x, err := p.send(ctx, call, func(ctx context.Context, opts *sdk.HTTPOptions) error {
		opts.ExtrasRequestProvider = p.replace(body)
		_, err := p.client.Models.GenerateContent(ctx, req.Model, nil, &sdk.GenerateContentConfig{HTTPOptions: opts})
		return err
	})
	if err != nil {
		return nil, err
	}
	defer x.close()
	reply, err := adapter.ReadBody(x.resp)
	if err != nil {
		return nil, p.broken(ctx, call, x.resp, err)
	}
	return p.decode(call, x.resp, reply)
}

func (p *Provider) call(model string) adapter.Call {
	return adapter.Call{Provider: p.name, Model: model}
}
