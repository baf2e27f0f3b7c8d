package gemini_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestErrorBodies(t *testing.T) {
	status := func(code int, status, message string, details ...string) string {
		return fmt.Sprintf(`{"error":{"code":%d,"status":%q,"message":%q,"details":[%s]}}`, code, status, message, strings.Join(details, ","))
	}
	reason := func(name string) string {
		return fmt.Sprintf(`{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":%q,"domain":"googleapis.com","metadata":{"service":"x"}}`, name)
	}
	const (
		retry     = `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}`
		perDay    = `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}`
		perMinute = `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]}`
		limit     = `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"GeminiRequestsPerDay"}}`
	)
	cases := map[string]struct {
		status int
		body   string
		kind   providers.Kind
		code   string
		wait   time.Duration
	}{
		"bad argument":       {400, status(400, "INVALID_ARGUMENT", "m"), providers.KindInvalidRequest, "INVALID_ARGUMENT", 0},
		"bad key":            {400, status(400, "INVALID_ARGUMENT", "m", reason("API_KEY_INVALID")), providers.KindAuthentication, "API_KEY_INVALID", 0},
		"bad key, no reason": {400, status(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."), providers.KindAuthentication, "INVALID_ARGUMENT", 0},
		"other reason":       {400, status(400, "INVALID_ARGUMENT", "m", reason("NOVEL")), providers.KindInvalidRequest, "INVALID_ARGUMENT", 0},
		"long prompt":        {400, status(400, "INVALID_ARGUMENT", "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576)."), providers.KindContextLength, "INVALID_ARGUMENT", 0},
		"long, Vertex AI":    {400, status(400, "INVALID_ARGUMENT", "Unable to submit request because the input token count is 2 but model only supports up to 1."), providers.KindContextLength, "INVALID_ARGUMENT", 0},
		"not a prefix":       {400, status(400, "INVALID_ARGUMENT", "why: The input token count"), providers.KindInvalidRequest, "INVALID_ARGUMENT", 0},
		"country":            {400, status(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), providers.KindPermission, "FAILED_PRECONDITION", 0},
		"token":              {401, status(401, "UNAUTHENTICATED", "m"), providers.KindAuthentication, "UNAUTHENTICATED", 0},
		"permission":         {403, status(403, "PERMISSION_DENIED", "m"), providers.KindPermission, "PERMISSION_DENIED", 0},
		"no billing":         {403, status(403, "PERMISSION_DENIED", "m", reason("BILLING_DISABLED")), providers.KindQuotaExhausted, "BILLING_DISABLED", 0},
		"no model":           {404, status(404, "NOT_FOUND", "m"), providers.KindModelNotFound, "NOT_FOUND", 0},
		"rate limit":         {429, status(429, "RESOURCE_EXHAUSTED", "m", perMinute, retry), providers.KindRateLimited, "RESOURCE_EXHAUSTED", 34500 * time.Millisecond},
		"rate, no details":   {429, status(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."), providers.KindRateLimited, "RESOURCE_EXHAUSTED", 0},
		"quota of the day":   {429, status(429, "RESOURCE_EXHAUSTED", "m", perDay, retry), providers.KindQuotaExhausted, "RESOURCE_EXHAUSTED", 34500 * time.Millisecond},
		"limit of the day":   {429, status(429, "RESOURCE_EXHAUSTED", "m", limit), providers.KindQuotaExhausted, "RESOURCE_EXHAUSTED", 0},
		"no credit":          {429, status(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted. Please go to AI Studio."), providers.KindQuotaExhausted, "RESOURCE_EXHAUSTED", 0},
		"odd delay":          {429, status(429, "RESOURCE_EXHAUSTED", "m", `{"retryDelay":"soon"}`), providers.KindRateLimited, "RESOURCE_EXHAUSTED", 0},
		"cancelled there":    {499, status(499, "CANCELLED", "m"), providers.KindServerError, "CANCELLED", 0},
		"internal":           {500, status(500, "INTERNAL", "m"), providers.KindServerError, "INTERNAL", 0},
		"unimplemented":      {501, status(501, "UNIMPLEMENTED", "m"), providers.KindUnsupported, "UNIMPLEMENTED", 0},
		"overloaded":         {503, status(503, "UNAVAILABLE", "m"), providers.KindOverloaded, "UNAVAILABLE", 0},
		"deadline":           {504, status(504, "DEADLINE_EXCEEDED", "m"), providers.KindTimeout, "DEADLINE_EXCEEDED", 0},
		"in an array":        {503, "[" + status(503, "UNAVAILABLE", "m") + "\n]", providers.KindOverloaded, "UNAVAILABLE", 0},
		"future status":      {500, status(500, "NOVEL", "m"), providers.KindServerError, "NOVEL", 0},
		"page":               {502, `<html>`, providers.KindServerError, "", 0},
		"empty":              {503, ``, providers.KindOverloaded, "", 0},
		"with status ok":     {200, status(503, "UNAVAILABLE", "m"), providers.KindOverloaded, "UNAVAILABLE", 0},
		"ok, code alone":     {200, `{"error":{"code":429,"message":"m"}}`, providers.KindRateLimited, "", 0},
		"ok, in an array":    {200, "[" + status(503, "UNAVAILABLE", "m") + "]", providers.KindOverloaded, "UNAVAILABLE", 0},
		"not json":           {200, `Hello`, providers.KindMalformed, "", 0},
		"no candidates":      {200, `{"responseId":"x"}`, providers.KindMalformed, "", 0},
		"no content":         {200, `{"candidates":[{"index":0}]}`, providers.KindMalformed, "", 0},
		"bad part":           {200, `{"candidates":[{"content":{"parts":[7]}}]}`, providers.KindMalformed, "", 0},
		"nothing":            {200, ``, providers.KindMalformed, "", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			calls := 0
			p := replay(t, func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("X-Request-Id", "req_9")
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			})
			_, unary := p.Generate(t.Context(), hello())
			_, streamed := providers.Collect(p.Stream(t.Context(), hello()))
			_, embedded := p.Embed(t.Context(), &providers.EmbedRequest{Model: "m", Input: []string{"a"}})
			for how, err := range map[string]error{"unary": unary, "streamed": streamed, "embedded": embedded} {
				var e *providers.Error
				if !errors.As(err, &e) {
					t.Errorf("%s: got %v", how, err)
					continue
				}
				if e.Kind != c.kind || e.Code != c.code || e.StatusCode != c.status || e.RequestID != "req_9" ||
					e.Provider != gemini.Name || e.RetryAfter != c.wait {
					t.Errorf("%s: got %+v", how, e)
				}
				var vendor sdk.APIError
				if strings.Contains(c.body, `"error"`) && !errors.As(err, &vendor) {
					t.Errorf("%s: the SDK's error is lost", how)
				}
			}
			if calls != 3 {
				t.Errorf("%d HTTP calls, want 3: the SDK must not retry", calls)
			}
		})
	}
}

func TestRetryAfterHeaderComesFirst(t *testing.T) {
	p := replay(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"9s"},{"requestId":"req_in_body"}]}}`)
	})
	var e *providers.Error
	_, err := p.Generate(t.Context(), hello())
	if !errors.As(err, &e) || e.RetryAfter != 3*time.Second || e.RequestID != "req_in_body" {
		t.Errorf("got %+v", e)
	}
}

func TestNetworkErrors(t *testing.T) {
	refused, err := gemini.New(gemini.WithAPIKey("k"), gemini.WithBaseURL("http://127.0.0.1:1/?secret=canary"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = refused.Generate(t.Context(), hello())
	if providers.KindOf(err) != providers.KindNetwork || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("refused: %v", err)
	}
	stalled := func(_ http.ResponseWriter, r *http.Request) { providertest.Wait(r) }
	limit := 20 * time.Millisecond
	p := replay(t, stalled, gemini.WithSDKConfig(func(cc *sdk.ClientConfig) { cc.HTTPOptions.Timeout = &limit }))
	if _, err := p.Generate(t.Context(), hello()); providers.KindOf(err) != providers.KindTimeout {
		t.Errorf("timeout of the SDK: %v", err)
	}
	p = replay(t, stalled, gemini.WithSDKConfig(func(cc *sdk.ClientConfig) { cc.HTTPClient.Timeout = limit }))
	if _, err := p.Generate(t.Context(), hello()); providers.KindOf(err) != providers.KindTimeout {
		t.Errorf("timeout of the HTTP client: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(limit, func() { cancel(errors.New("enough")) })
	if _, err := replay(t, stalled).Generate(ctx, hello()); providers.KindOf(err) != providers.KindCancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("cancel: %v", err)
	}
}

func TestRequestsThatTheSDKRefuses(t *testing.T) {
	p := replay(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") })
	req := hello()
	req.Model = "a?key=canary"
	for _, err := range []error{second(p.Generate(t.Context(), req)), second(providers.Collect(p.Stream(t.Context(), req)))} {
		if providers.KindOf(err) != providers.KindInvalidRequest {
			t.Errorf("model: %v", err)
		}
	}
	req = hello()
	req.Extensions = []providers.Extension{gemini.Options{ExtraFields: map[string]any{"x": func() {}}}}
	if _, err := p.Generate(t.Context(), req); providers.KindOf(err) != providers.KindInvalidRequest {
		t.Errorf("unencodable: %v", err)
	}
}

func second(_ *providers.Response, err error) error { return err }

func FuzzError(f *testing.F) {
	f.Add(429, []byte(`{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"1s"},{"violations":[{"quotaId":"PerDay"}]}]}}`))
	f.Add(200, []byte(`[{"error":{"code":503}}]`))
	f.Add(400, []byte(`{"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}`))
	f.Add(502, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if kind := gemini.ErrorOf(status, body); !slices.Contains(providers.Kinds(), kind) {
			t.Errorf("kind %q", kind)
		}
	})
}
