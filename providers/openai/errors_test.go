package openai_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestErrorBodies(t *testing.T) {
	cases := map[string]struct {
		status int
		body   string
		kind   providers.Kind
		code   string
	}{
		"insufficient quota":   {429, `{"error":{"message":"m","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`, providers.KindQuotaExhausted, "insufficient_quota"},
		"project spend limit":  {429, `{"error":{"type":"insufficient_quota","code":"project_spend_limit_exceeded"}}`, providers.KindQuotaExhausted, "project_spend_limit_exceeded"},
		"quota by type only":   {429, `{"error":{"type":"insufficient_quota","code":"rate_limit_exceeded"}}`, providers.KindQuotaExhausted, "rate_limit_exceeded"},
		"credit by code only":  {429, `{"error":{"type":"requests","code":"credit_balance_exhausted"}}`, providers.KindQuotaExhausted, "credit_balance_exhausted"},
		"slow down":            {503, `{"error":{"type":"server_error","code":"slow_down"}}`, providers.KindRateLimited, "slow_down"},
		"azure content filter": {400, `{"error":{"code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, providers.KindContentFiltered, "content_filter"},
		"azure inner only":     {400, `{"error":{"code":"400","innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, providers.KindContentFiltered, "400"},
		"azure deployment":     {404, `{"error":{"code":"DeploymentNotFound"}}`, providers.KindModelNotFound, "DeploymentNotFound"},
		"unsupported":          {400, `{"error":{"type":"invalid_request_error","code":"unsupported_parameter"}}`, providers.KindUnsupported, "unsupported_parameter"},
		"number as code":       {429, `{"error":{"code":429,"message":"m","metadata":{"raw":"..."}}}`, providers.KindRateLimited, "429"},
		"mistral":              {401, `{"object":"error","message":"Unauthorized","type":"invalid_key","code":"1001"}`, providers.KindAuthentication, "1001"},
		"ollama":               {404, `{"error":"model not found"}`, providers.KindModelNotFound, ""},
		"payment required":     {402, `{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}`, providers.KindQuotaExhausted, "invalid_request_error"},
		"flagged prompt":       {400, `{"error":{"type":"invalid_request_error","code":"invalid_prompt"}}`, providers.KindContentFiltered, "invalid_prompt"},
		"lost response":        {404, `{"error":{"type":"invalid_request_error","code":"previous_response_not_found"}}`, providers.KindInvalidRequest, "previous_response_not_found"},
		"bad image":            {400, `{"error":{"type":"invalid_request_error","code":"invalid_image_url"}}`, providers.KindInvalidRequest, "invalid_image_url"},
		"openrouter, flagged":  {403, `{"error":{"code":403,"message":"m","metadata":{"reasons":["violence"],"flagged_input":"..."}}}`, providers.KindContentFiltered, "403"},
		"openrouter, key":      {403, `{"error":{"code":403,"message":"m","metadata":{"reasons":[]}}}`, providers.KindPermission, "403"},
		"vllm, too long":       {400, `{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000.","type":"BadRequestError","code":400}`, providers.KindContextLength, "400"},
		"groq, call":           {400, `{"error":{"message":"m","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<function"}}`, providers.KindMalformed, "tool_use_failed"},
		"groq, json":           {400, `{"error":{"type":"invalid_request_error","code":"json_validate_failed"}}`, providers.KindMalformed, "json_validate_failed"},
		"too many tokens":      {400, `{"error":{"code":"token_limit_exceeded"}}`, providers.KindContextLength, "token_limit_exceeded"},
		"type with status ok":  {200, `{"error":{"type":"invalid_request_error","code":null}}`, providers.KindInvalidRequest, "invalid_request_error"},
		"page of a proxy":      {502, `<html>Bad gateway</html>`, providers.KindServerError, ""},
		"empty":                {529, ``, providers.KindOverloaded, ""},
		"null":                 {500, `null`, providers.KindServerError, ""},
		"list":                 {500, `[{"error":1}]`, providers.KindServerError, ""},
		"error with status ok": {200, `{"error":{"code":502,"message":"m"}}`, providers.KindServerError, "502"},
		"not json":             {200, `Hello`, providers.KindMalformed, ""},
		"no choices":           {200, `{"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":0}}`, providers.KindMalformed, ""},
		"nothing":              {200, ``, providers.KindMalformed, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			calls := 0
			handler := func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("X-Request-Id", "req_9")
				w.Header().Set("Retry-After-Ms", "1500")
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			}
			p, r := replay(t, handler), replay(t, handler, openai.WithResponsesAPI())
			_, unary := p.Generate(t.Context(), hello())
			_, streamed := providers.Collect(p.Stream(t.Context(), hello()))
			_, embedded := p.Embed(t.Context(), &providers.EmbedRequest{Model: "m", Input: []string{"a"}})
			_, responded := r.Generate(t.Context(), hello())
			_, respondedStream := providers.Collect(r.Stream(t.Context(), hello()))
			for how, err := range map[string]error{
				"unary": unary, "streamed": streamed, "embedded": embedded,
				"responses": responded, "responses, streamed": respondedStream,
			} {
				var e *providers.Error
				if !as(err, &e) {
					t.Errorf("%s: got %v", how, err)
					continue
				}
				if e.Kind != c.kind || e.Code != c.code || e.StatusCode != c.status || e.RequestID != "req_9" || e.Provider != "openai" {
					t.Errorf("%s: got %+v", how, e)
				}
				if c.kind != providers.KindMalformed && e.RetryAfter != 1500*time.Millisecond {
					t.Errorf("%s: RetryAfter = %v", how, e.RetryAfter)
				}
				var vendor *sdk.Error
				if c.status >= 400 && strings.HasPrefix(c.body, `{"error":{`) && !errors.As(err, &vendor) {
					t.Errorf("%s: the SDK's error is lost", how)
				}
			}
			if calls != 5 {
				t.Errorf("%d HTTP calls, want 5: the SDK must not retry", calls)
			}
		})
	}
}

func TestNetworkErrors(t *testing.T) {
	refused := openai.Wrap(sdk.NewClient(option.WithAPIKey("k"), option.WithBaseURL("http://127.0.0.1:1/?secret=canary"), option.WithMaxRetries(5)))
	_, err := refused.Generate(t.Context(), hello())
	if providers.KindOf(err) != providers.KindNetwork || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("refused: %v", err)
	}
	if _, ok := errors.AsType[*net.OpError](err); !ok {
		t.Errorf("the cause is lost: %v", err)
	}
	stalled := func(_ http.ResponseWriter, r *http.Request) { providertest.Wait(r) }
	p := replay(t, stalled, openai.WithSDKOptions(option.WithRequestTimeout(20*time.Millisecond)))
	if _, err := p.Generate(t.Context(), hello()); providers.KindOf(err) != providers.KindTimeout {
		t.Errorf("timeout: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(errors.New("enough")) })
	if _, err := replay(t, stalled).Generate(ctx, hello()); providers.KindOf(err) != providers.KindCancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("cancel: %v", err)
	}
}
