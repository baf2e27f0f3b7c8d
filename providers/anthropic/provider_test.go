package anthropic_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestNewNeedsAKey(t *testing.T) {
	t.Setenv("ANTHROPIC_API_KEY", "")
	t.Setenv("ANTHROPIC_AUTH_TOKEN", "")
	if _, err := anthropic.New(); !errors.Is(err, anthropic.ErrNoAPIKey) || !strings.Contains(err.Error(), "ANTHROPIC_API_KEY") {
		t.Errorf("without a key: %v", err)
	}
	if _, err := anthropic.New(anthropic.WithAPIKey("")); !errors.Is(err, anthropic.ErrNoAPIKey) {
		t.Errorf("with an empty key: %v", err)
	}
	if _, err := anthropic.New(anthropic.WithSDKOptions(option.WithAuthToken("t"))); err != nil {
		t.Errorf("with another way to authenticate: %v", err)
	}
	t.Setenv("ANTHROPIC_API_KEY", "sk-env")
	p, err := anthropic.New(anthropic.WithName(""), nil)
	if err != nil {
		t.Fatalf("with a key in the environment: %v", err)
	}
	host, port := p.ServerAddress()
	if got := fmt.Sprintf("%s:%d %s", host, port, p.Name()); got != "api.anthropic.com:443 anthropic" {
		t.Error(got)
	}
	t.Setenv("ANTHROPIC_API_KEY", "")
	t.Setenv("ANTHROPIC_AUTH_TOKEN", "token")
	if _, err := anthropic.New(); err != nil {
		t.Errorf("with a token in the environment: %v", err)
	}
}

func TestNewChecksTheBaseURL(t *testing.T) {
	for _, url := range []string{"", "api.anthropic.com", "ftp://api.anthropic.com", "http://", "http://a b?secret"} {
		_, err := anthropic.New(anthropic.WithAPIKey("k"), anthropic.WithBaseURL(url))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	var body string
	srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, 1<<10)
		n, _ := r.Body.Read(b)
		body = string(b[:n])
		events([]string{start, block, hi, end, delta, finish})(w, r)
	})
	p := anthropic.Wrap(sdk.NewClient(option.WithAPIKey("k"), option.WithBaseURL(srv.URL), option.WithHTTPClient(srv.Client())),
		anthropic.WithName("acme"), anthropic.WithDefaultMaxTokens(0), anthropic.WithDefaultMaxTokens(64), nil)
	if _, err := providers.Collect(p.Stream(t.Context(), hello())); err != nil {
		t.Fatal(err)
	}
	if p.Name() != "acme" || !strings.Contains(body, `"max_tokens":64,`) {
		t.Errorf("%s: %s", p.Name(), body)
	}
}

// TestLongUnaryAnswers guards against the SDK's refusal of unary calls that
// could take more than ten minutes.
func TestLongUnaryAnswers(t *testing.T) {
	req := hello()
	req.MaxOutputTokens = 128_000
	if _, err := replay(t, serve(t, "application/json", "unary.json")).Generate(t.Context(), req); err != nil {
		t.Error(err)
	}
}

// spans counts the spans that the SDK would write by itself.
type spans struct {
	noop.TracerProvider
	n int
}

type tracer struct {
	noop.Tracer
	spans *spans
}

func (s *spans) Tracer(string, ...trace.TracerOption) trace.Tracer { return tracer{spans: s} }

func (t tracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	t.spans.n++
	return t.Tracer.Start(ctx, name, opts...)
}

func TestNoSpansOfTheSDK(t *testing.T) {
	s := &spans{}
	old := otel.GetTracerProvider()
	otel.SetTracerProvider(s)
	t.Cleanup(func() { otel.SetTracerProvider(old) })
	srv := providertest.NewServer(t, serve(t, "application/json", "unary.json"))
	client := sdk.NewClient(option.WithAPIKey("k"), option.WithBaseURL(srv.URL), option.WithHTTPClient(srv.Client()))
	if _, err := anthropic.Wrap(client).Generate(t.Context(), hello()); err != nil {
		t.Fatal(err)
	}
	if s.n != 0 {
		t.Errorf("%d spans", s.n)
	}
	params := sdk.MessageNewParams{Model: "m", MaxTokens: 1, Messages: []sdk.MessageParam{sdk.NewUserMessage(sdk.NewTextBlock("hi"))}}
	if _, err := client.Messages.New(t.Context(), params); err != nil || s.n != 1 {
		t.Errorf("the SDK itself: %v, %d spans; the test would see none", err, s.n)
	}
}
