package gemini

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// kinds says what the statuses of errors mean. They decide before the HTTP
// status. Source: google/rpc/code.proto and
// ai.google.dev/gemini-api/docs/troubleshooting.
var kinds = map[string]providers.Kind{
	"INVALID_ARGUMENT":    providers.KindInvalidRequest,
	"OUT_OF_RANGE":        providers.KindInvalidRequest,
	"ALREADY_EXISTS":      providers.KindInvalidRequest,
	"FAILED_PRECONDITION": providers.KindPermission, // not in this country, or not without billing
	"UNAUTHENTICATED":     providers.KindAuthentication,
	"PERMISSION_DENIED":   providers.KindPermission,
	"NOT_FOUND":           providers.KindModelNotFound,
	"RESOURCE_EXHAUSTED":  providers.KindRateLimited,
	"UNAVAILABLE":         providers.KindOverloaded,
	"DEADLINE_EXCEEDED":   providers.KindTimeout,
	"UNIMPLEMENTED":       providers.KindUnsupported,
	"INTERNAL":            providers.KindServerError,
	"UNKNOWN":             providers.KindServerError,
	"DATA_LOSS":           providers.KindServerError,
	"ABORTED":             providers.KindServerError,
	"CANCELLED":           providers.KindServerError,
}

// reasons are those of google.rpc.ErrorInfo that say more than the status.
// Source: google/api/error_reason.proto.
var reasons = map[string]providers.Kind{
	"API_KEY_INVALID":          providers.KindAuthentication,
	"API_KEY_EXPIRED":          providers.KindAuthentication,
	"ACCESS_TOKEN_EXPIRED":     providers.KindAuthentication,
	"CREDENTIALS_MISSING":      providers.KindAuthentication,
	"BILLING_DISABLED":         providers.KindQuotaExhausted,
	"QUOTA_EXHAUSTED":          providers.KindQuotaExhausted,
	"SERVICE_DISABLED":         providers.KindPermission,
	"CONSUMER_SUSPENDED":       providers.KindPermission,
	"CONSUMER_INVALID":         providers.KindPermission,
	"USER_PROJECT_DENIED":      providers.KindPermission,
	"API_KEY_SERVICE_BLOCKED":  providers.KindPermission,
	"LOCATION_POLICY_VIOLATED": providers.KindPermission,
}

// messages are beginnings of messages that mean something else than their
// status. The API gives these errors no reason; the messages are its own and
// hold nothing of the prompt.
var messages = []struct {
	status, prefix string
	kind           providers.Kind
}{
	{"INVALID_ARGUMENT", "The input token count", providers.KindContextLength},
	{"INVALID_ARGUMENT", "Unable to submit request because the input token count", providers.KindContextLength},
	{"INVALID_ARGUMENT", "API key not valid", providers.KindAuthentication},
	{"RESOURCE_EXHAUSTED", "Your prepayment credits are depleted", providers.KindQuotaExhausted},
}

// failure is the error of a reply whose status is none of success.
func (p *Provider) failure(ctx context.Context, call adapter.Call, resp *http.Response) error {
	if err := call.Redirect(resp, requestID(resp)); err != nil {
		return err
	}
	body, err := adapter.ReadBody(resp)
	if ctx.Err() != nil {
		return call.Transport(ctx, err)
	}
	return p.apiError(call, resp, body) // without a body the status decides
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

// blocked is the error of a prompt that the service refuses to answer.
func (p *Provider) blocked(call adapter.Call, resp *http.Response, reason word, usage providers.Usage) *providers.Error {
	return &providers.Error{
		Provider: call.Provider, Model: call.Model, Kind: providers.KindContentFiltered, StatusCode: resp.StatusCode,
		Code: string(reason), RequestID: requestID(resp), Detail: "the prompt was blocked", Usage: usage,
	}
}

// wireError is the error in the body of a reply or an event of a stream.
type wireError struct {
	Code    adapter.Count `json:"code"`
	Status  string        `json:"status"`
	Message string        `json:"message"`
	Details []detail      `json:"details"`
}

// detail is one of google/rpc/error_details.proto: ErrorInfo, RetryInfo,
// QuotaFailure or RequestInfo.
type detail struct {
	Reason   string `json:"reason"`
	Metadata struct {
		QuotaLimit string `json:"quota_limit"`
	} `json:"metadata"`
	RetryDelay string `json:"retryDelay"`
	Violations []struct {
		QuotaID string `json:"quotaId"`
	} `json:"violations"`
	RequestID string `json:"requestId"`
}

// apiError is the error that a body reports; it may be any bytes.
func (p *Provider) apiError(call adapter.Call, resp *http.Response, body []byte) *providers.Error {
	w, cause := parseError(body)
	e := &providers.Error{
		Provider: call.Provider, Model: call.Model, StatusCode: resp.StatusCode, Code: w.Status,
		RequestID: requestID(resp), RetryAfter: providers.ParseRetryAfter(resp.Header, time.Now()), Err: cause,
	}
	e.Kind = kindOf(resp.StatusCode, &w)
	for i := range w.Details {
		d := &w.Details[i]
		if _, ok := reasons[d.Reason]; ok {
			e.Code = d.Reason
		}
		if e.RequestID == "" {
			e.RequestID = d.RequestID
		}
		if e.RetryAfter == 0 && d.RetryDelay != "" {
			seconds := strings.TrimSuffix(d.RetryDelay, "s")
			e.RetryAfter = providers.ParseRetryAfter(http.Header{"Retry-After": {seconds}}, time.Now())
		}
	}
	return e
}

func kindOf(status int, w *wireError) providers.Kind {
	for i := range w.Details {
		if kind, ok := reasons[w.Details[i].Reason]; ok {
			return kind
		}
		if w.Details[i].daily() {
			return providers.KindQuotaExhausted
		}
	}
	for _, m := range messages {
		if w.Status == m.status && strings.HasPrefix(w.Message, m.prefix) {
			return m.kind
		}
	}
	if kind, ok := kinds[w.Status]; ok {
		return kind
	}
	// Within a reply of status 200 the code is the status of the error.
	if status < 400 && w.Code.Set {
		return providers.KindOfStatus(int(w.Code.N))
	}
	return providers.KindOfStatus(status)
}

// daily reports whether the limit is one of a day, which waiting for the delay
// that the service names does not end.
func (d *detail) daily() bool {
	const day = "PerDay"
	if strings.Contains(d.Metadata.QuotaLimit, day) {
		return true
	}
	for _, v := range d.Violations {
		if strings.Contains(v.QuotaID, day) {
			return true
		}
	}
	return false
}

// parseError reads the error object of a body, which some methods put into an
// array. The second result is the same as the SDK shows it; nil if there is no
// error object.
func parseError(body []byte) (w wireError, cause error) {
	var outer struct {
		Error json.RawMessage `json:"error"`
	}
	// Errors leave fields empty, and then the status decides.
	if body = bytes.TrimSpace(body); bytes.HasPrefix(body, []byte("[")) {
		var list []json.RawMessage
		if json.Unmarshal(body, &list) == nil && len(list) > 0 {
			body = list[0]
		}
	}
	_ = json.Unmarshal(body, &outer)
	if len(outer.Error) == 0 || outer.Error[0] != '{' {
		return w, nil
	}
	_ = json.Unmarshal(outer.Error, &w)
	var vendor sdk.APIError
	_ = json.Unmarshal(outer.Error, &vendor)
	return w, vendor
}

// isError reports whether a body is an error object.
func isError(body []byte) bool {
	_, err := parseError(body)
	return err != nil
}

// requestID returns the service's id of the HTTP request.
func requestID(resp *http.Response) string {
	return adapter.FirstHeader(resp, "x-goog-request-id", "x-request-id")
}
