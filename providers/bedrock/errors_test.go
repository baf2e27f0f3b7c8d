package bedrock_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestErrorReplies(t *testing.T) {
	const wrapped = "The model returned the following errors: "
	cases := map[string]struct {
		status        int
		typ, message  string
		kind          providers.Kind
		code          string // the type if empty
		withoutNumber bool   // the reply is no error of the API
	}{
		"throttled":         {status: 429, typ: "ThrottlingException", message: "Too many tokens", kind: providers.KindRateLimited},
		"quota":             {status: 400, typ: "ServiceQuotaExceededException", message: "m", kind: providers.KindQuotaExhausted},
		"not ready":         {status: 429, typ: "ModelNotReadyException", message: "m", kind: providers.KindOverloaded},
		"unavailable":       {status: 503, typ: "ServiceUnavailableException", message: "m", kind: providers.KindOverloaded},
		"timeout":           {status: 408, typ: "ModelTimeoutException", message: "m", kind: providers.KindTimeout},
		"model error":       {status: 424, typ: "ModelErrorException", message: "m", kind: providers.KindServerError},
		"internal":          {status: 500, typ: "InternalServerException", message: "m", kind: providers.KindServerError},
		"denied":            {status: 403, typ: "AccessDeniedException", message: "m", kind: providers.KindPermission},
		"not found":         {status: 404, typ: "ResourceNotFoundException", message: "m", kind: providers.KindModelNotFound},
		"wrong key":         {status: 403, typ: "UnrecognizedClientException", message: "m", kind: providers.KindAuthentication},
		"wrong signature":   {status: 403, typ: "InvalidSignatureException", message: "m", kind: providers.KindAuthentication},
		"expired":           {status: 403, typ: "ExpiredTokenException", message: "m", kind: providers.KindAuthentication},
		"invalid":           {status: 400, typ: "ValidationException", message: "1 validation error detected", kind: providers.KindInvalidRequest},
		"long":              {status: 400, typ: "ValidationException", message: wrapped + "Input is too long for requested model.", kind: providers.KindContextLength},
		"long, bare":        {status: 400, typ: "ValidationException", message: "Input is too long for requested model.", kind: providers.KindContextLength},
		"long, claude":      {status: 400, typ: "ValidationException", message: wrapped + "prompt is too long: 200049 tokens > 200000 maximum", kind: providers.KindContextLength},
		"long with answer":  {status: 400, typ: "ValidationException", message: wrapped + "input length and `max_tokens` exceed context limit: 1 + 2 > 2", kind: providers.KindContextLength},
		"long, titan":       {status: 400, typ: "ValidationException", message: "400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: 9279 ", kind: providers.KindContextLength},
		"not a beginning":   {status: 400, typ: "ValidationException", message: "The text says: prompt is too long", kind: providers.KindInvalidRequest},
		"filtered":          {status: 400, typ: "ValidationException", message: wrapped + "Output blocked by content filtering policy", kind: providers.KindContentFiltered},
		"wrong model":       {status: 400, typ: "ValidationException", message: "The provided model identifier is invalid.", kind: providers.KindModelNotFound},
		"not on demand":     {status: 400, typ: "ValidationException", message: "Invocation of model ID anthropic.claude-opus-5 with on-demand throughput isn't supported.", kind: providers.KindModelNotFound},
		"no tools":          {status: 400, typ: "ValidationException", message: "This model doesn't support tool use.", kind: providers.KindUnsupported},
		"unknown field":     {status: 400, typ: "ValidationException", message: wrapped + "output_config.effort: Extra inputs are not permitted", kind: providers.KindUnsupported},
		"future type":       {status: 503, typ: "NovelException", message: "m", kind: providers.KindOverloaded},
		"without a type":    {status: 502, message: "m", kind: providers.KindServerError, code: "UnknownError"},
		"page":              {status: 502, message: "<html>", kind: providers.KindServerError, withoutNumber: true},
		"page, forbidden":   {status: 403, message: "<html>", kind: providers.KindPermission, withoutNumber: true},
		"with the code too": {status: 429, typ: "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/", message: "m", kind: providers.KindRateLimited, code: "ThrottlingException"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			calls := 0
			p := replay(t, func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("X-Amzn-Requestid", "req_9")
				w.Header().Set("Retry-After", "3")
				if c.typ != "" {
					w.Header().Set("X-Amzn-Errortype", c.typ)
				}
				w.WriteHeader(c.status)
				if c.withoutNumber {
					fmt.Fprint(w, c.message)
					return
				}
				fmt.Fprintf(w, `{"message":%q}`, c.message)
			})
			code := c.code
			if code == "" {
				code = c.typ
			}
			_, unary := p.Generate(t.Context(), hello())
			_, streamed := providers.Collect(p.Stream(t.Context(), hello()))
			for how, err := range map[string]error{"unary": unary, "streamed": streamed} {
				var e *providers.Error
				if !errors.As(err, &e) {
					t.Errorf("%s: got %v", how, err)
					continue
				}
				if e.Kind != c.kind || e.Code != code || e.StatusCode != c.status || e.RequestID != "req_9" ||
					e.Provider != "aws.bedrock" || e.Model != claude || e.RetryAfter != 3*time.Second {
					t.Errorf("%s: got %+v", how, e)
				}
				if strings.Contains(err.Error(), c.message) && len(c.message) > 1 {
					t.Errorf("%s: the text has the service's message: %v", how, err)
				}
				if _, ok := errors.AsType[*smithy.OperationError](err); !ok {
					t.Errorf("%s: the SDK's error is lost", how)
				}
			}
			if calls != 2 {
				t.Errorf("%d HTTP calls, want 2: the SDK must not retry", calls)
			}
		})
	}
}

func TestRepliesThatMakeNoSense(t *testing.T) {
	cases := map[string]struct {
		serve http.HandlerFunc
		kind  providers.Kind
	}{
		"not json":      {answer([]byte("Hello " + providertest.Prompt)), providers.KindMalformed},
		"half":          {answer([]byte(`{"output":{"message":{`)), providers.KindMalformed},
		"no content":    {answer([]byte(`{"usage":{"inputTokens":1}}`)), providers.KindMalformed},
		"nothing":       {answer(nil), providers.KindMalformed},
		"wrong numbers": {answer([]byte(`{"stopReason":"end_turn","usage":{"inputTokens":99999999999}}`)), providers.KindMalformed},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"output":`))
			providertest.Cut(w)
		}, providers.KindNetwork},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := replay(t, c.serve).Generate(t.Context(), hello())
			var e *providers.Error
			if !errors.As(err, &e) || e.Kind != c.kind || e.StatusCode != http.StatusOK || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v, want %s", err, c.kind)
			}
		})
	}
}

func TestLocalErrors(t *testing.T) {
	cfg := account()
	cfg.BaseEndpoint = aws.String("http://127.0.0.1:1")
	refused, err := bedrock.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := refused.Generate(t.Context(), hello()); providers.KindOf(err) != providers.KindNetwork || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("refused: %v", err)
	}
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no secret " + providertest.Key)
	})
	nobody, err := bedrock.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nobody.Generate(t.Context(), hello()); providers.KindOf(err) != providers.KindAuthentication || strings.Contains(err.Error(), providertest.Key) {
		t.Errorf("without credentials: %v", err)
	}
	req := hello()
	req.Messages[0].Parts = append(req.Messages[0].Parts, providers.Opaque{Provider: "aws.bedrock", JSON: []byte(`{"searchResult":{"source":"s"}}`)})
	if _, err := refused.Generate(t.Context(), req); providers.KindOf(err) != providers.KindInvalidRequest {
		t.Errorf("a block without its content: %v", err)
	}
	stalled := replay(t, func(_ http.ResponseWriter, r *http.Request) { providertest.Wait(r) },
		bedrock.WithSDKOptions(func(o *sdk.Options) {
			client := *o.HTTPClient.(*http.Client)
			client.Timeout = 20 * time.Millisecond
			o.HTTPClient = &client
		}))
	if _, err := stalled.Generate(t.Context(), hello()); providers.KindOf(err) != providers.KindTimeout {
		t.Errorf("timeout: %v", err)
	}
}

func TestBodiesAreLimited(t *testing.T) {
	for limit, whole := range map[int64]bool{0: true, 9: true, 10: true, 11: true, 8: false, 1: false} {
		got, err := bedrock.ReadLimited(io.NopCloser(iotest.OneByteReader(strings.NewReader("123456789"))), limit)
		if whole != (err == nil) || whole && string(got) != "123456789" {
			t.Errorf("limit %d: %q, %v", limit, got, err)
		}
	}
}
