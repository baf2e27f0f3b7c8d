package anthropic_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestErrorBodies(t *testing.T) {
	typed := func(typ, message string) string {
		return fmt.Sprintf(`{"type":"error","error":{"type":%q,"message":%q},"request_id":"req_9"}`, typ, message)
	}
	cases := map[string]struct {
		status int
		body   string
		kind   providers.Kind
		code   string
	}{
		"overloaded":       {529, typed("overloaded_error", "Overloaded"), providers.KindOverloaded, "overloaded_error"},
		"rate limit":       {429, typed("rate_limit_error", "m"), providers.KindRateLimited, "rate_limit_error"},
		"spend limit":      {429, `{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}`, providers.KindQuotaExhausted, "enforced_spend_limit_reached"},
		"billing":          {402, typed("billing_error", "m"), providers.KindQuotaExhausted, "billing_error"},
		"no credit":        {400, typed("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), providers.KindQuotaExhausted, "invalid_request_error"},
		"long prompt":      {400, typed("invalid_request_error", "prompt is too long: 200001 tokens > 200000 maximum"), providers.KindContextLength, "invalid_request_error"},
		"long with answer": {400, typed("invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 2"), providers.KindContextLength, "invalid_request_error"},
		"not a prefix":     {400, typed("invalid_request_error", "messages: prompt is too long"), providers.KindInvalidRequest, "invalid_request_error"},
		"too large":        {413, typed("request_too_large", "m"), providers.KindContextLength, "request_too_large"},
		"too large, proxy": {413, `<html>`, providers.KindContextLength, ""},
		"timeout":          {504, typed("timeout_error", "m"), providers.KindTimeout, "timeout_error"},
		"permission":       {403, typed("permission_error", "m"), providers.KindPermission, "permission_error"},
		"not found":        {404, typed("not_found_error", "model: x"), providers.KindModelNotFound, "not_found_error"},
		"api error":        {500, typed("api_error", "m"), providers.KindServerError, "api_error"},
		"future type":      {500, typed("novel_error", "m"), providers.KindServerError, "novel_error"},
		"page":             {502, `<html>`, providers.KindServerError, ""},
		"empty":            {529, ``, providers.KindOverloaded, ""},
		"with status ok":   {200, typed("overloaded_error", "Overloaded"), providers.KindOverloaded, "overloaded_error"},
		"not json":         {200, `Hello`, providers.KindMalformed, ""},
		"no content":       {200, `{"type":"message","id":"x","content":[]}`, providers.KindMalformed, ""},
		"nothing":          {200, ``, providers.KindMalformed, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			calls := 0
			p := replay(t, func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Request-Id", "req_9")
				w.Header().Set("Retry-After", "3")
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			})
			_, unary := p.Generate(t.Context(), hello())
			_, streamed := providers.Collect(p.Stream(t.Context(), hello()))
			for how, err := range map[string]error{"unary": unary, "streamed": streamed} {
				var e *providers.Error
				if !errors.As(err, &e) {
					t.Errorf("%s: got %v", how, err)
					continue
				}
				if e.Kind != c.kind || e.Code != c.code || e.StatusCode != c.status || e.RequestID != "req_9" || e.Provider != "anthropic" {
					t.Errorf("%s: got %+v", how, e)
				}
				if c.kind != providers.KindMalformed && e.RetryAfter != 3*time.Second {
					t.Errorf("%s: RetryAfter = %v", how, e.RetryAfter)
				}
				var vendor *sdk.Error
				if c.status >= 400 && !errors.As(err, &vendor) {
					t.Errorf("%s: the SDK's error is lost", how)
				}
			}
			if calls != 2 {
				t.Errorf("%d HTTP calls, want 2: the SDK must not retry", calls)
			}
		})
	}
}

func TestNetworkErrors(t *testing.T) {
	refused := anthropic.Wrap(sdk.NewClient(option.WithAPIKey("k"), option.WithBaseURL("http://127.0.0.1:1/?secret=canary")))
	_, err := refused.Generate(t.Context(), hello())
	if providers.KindOf(err) != providers.KindNetwork || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("refused: %v", err)
	}
	stalled := func(_ http.ResponseWriter, r *http.Request) { providertest.Wait(r) }
	p := replay(t, stalled, anthropic.WithSDKOptions(option.WithRequestTimeout(20*time.Millisecond)))
	if _, err := p.Generate(t.Context(), hello()); providers.KindOf(err) != providers.KindTimeout {
		t.Errorf("timeout: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(errors.New("enough")) })
	if _, err := replay(t, stalled).Generate(ctx, hello()); providers.KindOf(err) != providers.KindCancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("cancel: %v", err)
	}
}
