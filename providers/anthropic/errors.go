package anthropic

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// kinds says what the types of errors mean. They decide before the HTTP
// status. Source: docs.claude.com/en/api/errors.
var kinds = map[string]providers.Kind{
	"invalid_request_error": providers.KindInvalidRequest,
	"authentication_error":  providers.KindAuthentication,
	"billing_error":         providers.KindQuotaExhausted,
	"permission_error":      providers.KindPermission,
	"not_found_error":       providers.KindModelNotFound,
	"request_too_large":     providers.KindContextLength,
	"rate_limit_error":      providers.KindRateLimited,
	"api_error":             providers.KindServerError,
	"timeout_error":         providers.KindTimeout,
	"overloaded_error":      providers.KindOverloaded,
}

// messages are beginnings of the messages of invalid_request_error that mean
// something else. The API gives these errors no code; the messages are its own
// and hold nothing of the prompt.
var messages = []struct {
	prefix string
	kind   providers.Kind
}{
	{"prompt is too long", providers.KindContextLength},
	{"input length and `max_tokens` exceed context limit", providers.KindContextLength},
	{"Your credit balance is too low", providers.KindQuotaExhausted},
	{"Output blocked by content filtering policy", providers.KindContentFiltered},
}

// spendLimit is the code of a rate_limit_error that waiting does not end.
const spendLimit = "enforced_spend_limit_reached"

// failure turns an error of the SDK into one of the contract's. resp is the
// reply if there was one.
func (p *Provider) failure(ctx context.Context, call adapter.Call, resp *http.Response, err error) error {
	if ctx.Err() == nil && resp != nil && resp.StatusCode >= 400 {
		// The SDK has read the body and put it back.
		body, _ := io.ReadAll(resp.Body) // without a body the status decides
		return p.apiError(call, resp, body, err)
	}
	return call.Transport(ctx, err)
}

// broken is the error of a reply whose body could not be read to its end.
func (p *Provider) broken(ctx context.Context, call adapter.Call, resp *http.Response, err error) *providers.Error {
	e := call.Transport(ctx, err)
	e.RequestID = requestID(resp)
	if e.Kind == providers.KindUnknown {
		e.Kind = providers.KindMalformed
	}
	return e
}

// wireError is the body of an error, and the data of an error event.
type wireError struct {
	Error struct {
		Type    string `json:"type"`
		Message string `json:"message"`
		Details struct {
			Code string `json:"error_code"`
		} `json:"details"`
	} `json:"error"`
	RequestID string `json:"request_id"`
}

// apiError is the error that a body reports; it may be any bytes.
func (p *Provider) apiError(call adapter.Call, resp *http.Response, body []byte, cause error) *providers.Error {
	var w wireError
	_ = json.Unmarshal(body, &w) // fields that are not there leave the decision to the status
	e := &providers.Error{
		Provider: call.Provider, Model: call.Model, Code: w.Error.Type, RequestID: requestID(resp), Err: cause,
	}
	if resp != nil {
		e.StatusCode = resp.StatusCode
		e.RetryAfter = providers.ParseRetryAfter(resp.Header, time.Now())
	}
	set(&e.Code, w.Error.Details.Code)
	if e.RequestID == "" {
		e.RequestID = w.RequestID
	}
	e.Kind = kindOf(e.StatusCode, &w)
	return e
}

func kindOf(status int, w *wireError) providers.Kind {
	if w.Error.Details.Code == spendLimit {
		return providers.KindQuotaExhausted
	}
	if w.Error.Type == "invalid_request_error" || w.Error.Type == "api_error" {
		for _, m := range messages {
			if strings.HasPrefix(w.Error.Message, m.prefix) {
				return m.kind
			}
		}
	}
	if kind, ok := kinds[w.Error.Type]; ok {
		return kind
	}
	if status == http.StatusRequestEntityTooLarge { // from a proxy before the API, without a body of its own
		return providers.KindContextLength
	}
	return providers.KindOfStatus(status)
}

// requestID returns the service's id of the HTTP request.
func requestID(resp *http.Response) string {
	return adapter.FirstHeader(resp, "request-id", "x-amzn-requestid", "x-request-id")
}
