package bedrock

import (
	"context"
	"errors"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Name is Bedrock's name in the GenAI semantic conventions, and the vendor of
// this package's Options.
const Name = "aws.bedrock"

// Errors of New.
var (
	ErrNoRegion      = errors.New("bedrock: no region: set AWS_REGION or aws.Config.Region")
	ErrNoCredentials = errors.New("bedrock: no credentials: pass what config.LoadDefaultConfig returns, or set AWS_BEARER_TOKEN_BEDROCK")
)

// Provider makes calls to one region. It is safe for concurrent use.
type Provider struct {
	client *sdk.Client
	host   string
	port   int
}

var (
	_ providers.Provider  = (*Provider)(nil)
	_ providers.Embedder  = (*Provider)(nil)
	_ providers.Addressed = (*Provider)(nil)
)

// New returns a provider with a client of its own, made from the program's
// configuration. It fails without a region, without credentials of any kind, and
// for a base endpoint that is none; whether the credentials are any good shows in
// the first call.
func New(cfg aws.Config, opts ...Option) (*Provider, error) {
	var c config
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	if c.baseEndpoint != nil {
		u, err := url.Parse(*c.baseEndpoint)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, errors.New("bedrock: the base endpoint is not an absolute http or https URL")
		}
	}
	p := Wrap(sdk.NewFromConfig(cfg, c.configure))
	switch o := p.client.Options(); {
	case o.Region == "":
		return nil, ErrNoRegion
	case len(c.sdk) == 0 && cfg.Credentials == nil && o.BearerAuthTokenProvider == nil:
		return nil, ErrNoCredentials
	}
	return p, nil
}

// Wrap returns a provider that uses the client. The client's own retries do not
// apply to its calls.
func Wrap(client *sdk.Client) *Provider {
	p := &Provider{client: client}
	p.host, p.port = adapter.Address(endpoint(client.Options()))
	return p
}

// endpoint returns where the client sends its calls, or nil if that cannot be
// told before a call.
func endpoint(o sdk.Options) *url.URL {
	if o.EndpointResolverV2 == nil || o.Region == "" && o.BaseEndpoint == nil {
		return nil
	}
	found, err := o.EndpointResolverV2.ResolveEndpoint(context.Background(), sdk.EndpointParameters{
		Region:       &o.Region,
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		Endpoint:     o.BaseEndpoint,
	})
	if err != nil {
		return nil
	}
	return &found.URI
}

// Name returns "aws.bedrock".
func (p *Provider) Name() string { return Name }

// ServerAddress returns host and port of the region's endpoint.
func (p *Provider) ServerAddress() (host string, port int) { return p.host, p.port }

// Generate makes one call. Response.Raw is a *bedrockruntime.ConverseOutput.
func (p *Provider) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	in, err := encode(req) //nolint:contextcheck // the codec behind it takes a context and does not use it
	if err != nil {
		return nil, err
	}
	call := adapter.Call{Provider: Name, Model: req.Model}
	r := &reply{limit: adapter.MaxBody}
	out, err := p.client.Converse(ctx, in.unary(), r.options)
	if err != nil {
		return nil, failure(ctx, call, r, err)
	}
	return decode(call, r, out) //nolint:contextcheck // the codec behind it takes a context and does not use it
}
