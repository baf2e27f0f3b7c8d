package bedrock_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/auth/bearer"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestNewNeedsRegionAndCredentials(t *testing.T) {
	t.Setenv("AWS_BEARER_TOKEN_BEDROCK", "")
	cfg := account()
	cfg.Region = ""
	if _, err := bedrock.New(cfg); !errors.Is(err, bedrock.ErrNoRegion) {
		t.Errorf("without a region: %v", err)
	}
	if _, err := bedrock.New(aws.Config{Region: "eu-central-1"}); !errors.Is(err, bedrock.ErrNoCredentials) {
		t.Errorf("without credentials: %v", err)
	}
	for how, cfg := range map[string]aws.Config{
		"anonymous": {Region: "eu-central-1", Credentials: aws.AnonymousCredentials{}},
		"token": {Region: "eu-central-1", BearerAuthTokenProvider: bearer.TokenProviderFunc(func(context.Context) (bearer.Token, error) {
			return bearer.Token{Value: "t"}, nil
		})},
	} {
		if _, err := bedrock.New(cfg); err != nil {
			t.Errorf("%s: %v", how, err)
		}
	}
	if _, err := bedrock.New(aws.Config{Region: "eu-central-1"}, bedrock.WithSDKOptions(func(*sdk.Options) {}, nil)); err != nil {
		t.Errorf("with another way to authenticate: %v", err)
	}
	t.Setenv("AWS_BEARER_TOKEN_BEDROCK", "t")
	if _, err := bedrock.New(aws.Config{Region: "eu-central-1"}, nil); err != nil {
		t.Errorf("with a token in the environment: %v", err)
	}
}

func TestNewChecksTheBaseEndpoint(t *testing.T) {
	for _, url := range []string{"", "example.com", "ftp://example.com", "http://", "http://a b?secret"} {
		_, err := bedrock.New(account(), bedrock.WithBaseEndpoint(url))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestServerAddress(t *testing.T) {
	fips := account()
	fips.Region = "us-gov-west-1"
	fips.ConfigSources = []any{useFIPS{}}
	own := account()
	own.BaseEndpoint = aws.String("http://localhost:8080/bedrock")
	cases := map[string]struct {
		cfg  aws.Config
		opts []bedrock.Option
		want string
	}{
		"region":        {account(), nil, "bedrock-runtime.eu-central-1.amazonaws.com:443"},
		"fips":          {fips, nil, "bedrock-runtime-fips.us-gov-west-1.amazonaws.com:443"},
		"configuration": {own, nil, "localhost:8080"},
		"option":        {own, []bedrock.Option{bedrock.WithBaseEndpoint("https://gateway.example.com")}, "gateway.example.com:443"},
	}
	for name, c := range cases {
		p, err := bedrock.New(c.cfg, c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		host, port := p.ServerAddress()
		if got := fmt.Sprintf("%s:%d", host, port); got != c.want || p.Name() != "aws.bedrock" {
			t.Errorf("%s: %s, %s", name, got, p.Name())
		}
	}
	host, port := bedrock.Wrap(sdk.New(sdk.Options{})).ServerAddress()
	if host != "" || port != 0 {
		t.Errorf("without a region: %s:%d", host, port)
	}
}

type useFIPS struct{}

func (useFIPS) GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error) {
	return aws.FIPSEndpointStateEnabled, true, nil
}

// TestWrapDoesNotRetry guards against the retries of a client that is set to.
func TestWrapDoesNotRetry(t *testing.T) {
	calls := 0
	cfg := account()
	cfg.RetryMaxAttempts = 5
	cfg.BaseEndpoint = aws.String("https://bedrock.invalid")
	cfg.HTTPClient = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		calls++
		return reply(http.StatusServiceUnavailable, `{"message":"m"}`), nil
	})}
	_, err := bedrock.Wrap(sdk.NewFromConfig(cfg)).Generate(t.Context(), hello())
	if calls != 1 || providers.KindOf(err) != providers.KindOverloaded {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// TestRequestBodyEndsInGoodOrder guards against the SDK, whose request bodies fail
// when a transport looks for their end after the reply has begun.
func TestRequestBodyEndsInGoodOrder(t *testing.T) {
	var body io.Reader
	cfg := account()
	cfg.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		body = r.Body
		return reply(http.StatusOK, `{"stopReason":"end_turn"}`), nil
	})}
	p, err := bedrock.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Generate(t.Context(), hello()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		t.Errorf("reading on: %v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}
}

// TestRedirect: another host is neither sent the session token nor believed,
// whichever client makes the calls.
func TestRedirect(t *testing.T) {
	elsewhere := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
		answer([]byte(`{"output":{"message":{"role":"assistant","content":[{"text":"trust me"}]}},"stopReason":"end_turn"}`))(w, r)
	})
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
		})
		for how, opts := range map[string][]bedrock.Option{
			"the program's client": {bedrock.WithHTTPClient(srv.Client())}, "the SDK's": nil,
		} {
			p, err := bedrock.New(account(), append([]bedrock.Option{bedrock.WithBaseEndpoint(srv.URL)}, opts...)...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Generate(t.Context(), hello()); providers.KindOf(err) != providers.KindMalformed || elsewhere.Calls() != 0 {
				t.Errorf("%d with %s: %v, %d calls elsewhere", status, how, err, elsewhere.Calls())
			}
		}
	}
}

func TestGuardrailIsReadable(t *testing.T) {
	var ext providers.Extension = bedrock.Options{Guardrail: bedrock.Guardrail{ID: "gr-1"}}
	if g, ok := ext.(interface{ GuardrailID() string }); !ok || g.GuardrailID() != "gr-1" {
		t.Error("telemetry cannot read the guardrail")
	}
	ext = &bedrock.Options{Guardrail: bedrock.Guardrail{ID: "gr-2"}}
	if g, ok := ext.(interface{ GuardrailID() string }); !ok || g.GuardrailID() != "gr-2" {
		t.Error("telemetry cannot read the guardrail of a pointer")
	}
}
