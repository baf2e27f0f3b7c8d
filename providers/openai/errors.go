package openai

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// kinds says what the codes and types of errors mean, at OpenAI and at the
// services that speak its protocol. They decide before the HTTP status.
// Sources: OpenAI's error code guide and its OpenAPI description; Azure's
// content filter documentation; openrouter.ai/docs/api/reference/errors;
// recorded replies of the other services.
var kinds = map[string]providers.Kind{
	"insufficient_quota":                providers.KindQuotaExhausted,
	"credit_balance_exhausted":          providers.KindQuotaExhausted,
	"organization_spend_limit_exceeded": providers.KindQuotaExhausted,
	"project_spend_limit_exceeded":      providers.KindQuotaExhausted,
	"organization_usage_limit_exceeded": providers.KindQuotaExhausted,
	"billing_hard_limit_reached":        providers.KindQuotaExhausted,
	"billing_not_active":                providers.KindQuotaExhausted,
	"rate_limit_exceeded":               providers.KindRateLimited,
	"rate_limit_error":                  providers.KindRateLimited,
	"slow_down":                         providers.KindRateLimited,
	"too_many_requests":                 providers.KindRateLimited,
	"server_is_overloaded":              providers.KindOverloaded,
	"engine_overloaded":                 providers.KindOverloaded,
	"overloaded_error":                  providers.KindOverloaded,
	"service_unavailable":               providers.KindOverloaded,
	"server_error":                      providers.KindServerError,
	"internal_error":                    providers.KindServerError,
	"internal_server_error":             providers.KindServerError,
	"context_length_exceeded":           providers.KindContextLength,
	"content_filter":                    providers.KindContentFiltered,
	"content_policy_violation":          providers.KindContentFiltered,
	"moderation_blocked":                providers.KindContentFiltered,
	"ResponsibleAIPolicyViolation":      providers.KindContentFiltered,
	"model_not_found":                   providers.KindModelNotFound,
	"DeploymentNotFound":                providers.KindModelNotFound,
	"invalid_api_key":                   providers.KindAuthentication,
	"authentication_error":              providers.KindAuthentication,
	"insufficient_permissions":          providers.KindPermission,
	"permission_error":                  providers.KindPermission,
	"invalid_prompt":                    providers.KindContentFiltered, // flagged by the usage policy
	"bio_policy":                        providers.KindContentFiltered,
	"misalignment_policy_violation":     providers.KindContentFiltered,
	"image_content_policy_violation":    providers.KindContentFiltered,
	"vector_store_timeout":              providers.KindServerError,
	"previous_response_not_found":       providers.KindInvalidRequest, // with a 404, which is not the model's
	"data_residency_mismatch":           providers.KindInvalidRequest,
	"invalid_image":                     providers.KindInvalidRequest,
	"invalid_image_format":              providers.KindInvalidRequest,
	"invalid_base64_image":              providers.KindInvalidRequest,
	"invalid_image_url":                 providers.KindInvalidRequest,
	"invalid_image_mode":                providers.KindInvalidRequest,
	"image_too_large":                   providers.KindInvalidRequest,
	"image_too_small":                   providers.KindInvalidRequest,
	"image_parse_error":                 providers.KindInvalidRequest,
	"image_file_too_large":              providers.KindInvalidRequest,
	"image_file_not_found":              providers.KindInvalidRequest,
	"unsupported_image_media_type":      providers.KindInvalidRequest,
	"empty_image_file":                  providers.KindInvalidRequest,
	"failed_to_download_image":          providers.KindInvalidRequest,
	"token_limit_exceeded":              providers.KindContextLength,
	"tool_use_failed":                   providers.KindMalformed, // Groq, with a 400: the model's call makes no sense
	"json_validate_failed":              providers.KindMalformed, // likewise its JSON
	"unsupported_parameter":             providers.KindUnsupported,
	"unsupported_value":                 providers.KindUnsupported,
}

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

// wireError is an error object: inside "error" at most services, at the top
// level at Mistral. Codes are strings or numbers.
type wireError struct {
	Code       json.RawMessage `json:"code"`
	Type       json.RawMessage `json:"type"`
	InnerError struct {
		Code json.RawMessage `json:"code"`
	} `json:"innererror"`
	Metadata struct {
		// Reasons are why OpenRouter's moderation refused a prompt, with a
		// 403 that says nothing of the key.
		Reasons json.RawMessage `json:"reasons"`
	} `json:"metadata"`
	Message json.RawMessage `json:"message"`
}

// tooLong begins the message of errors of a prompt that is too long, at services
// that give them no code (vLLM and what is built on it).
const tooLong = "This model's maximum context length is "

// refine returns a kind that the whole error tells better than its codes and
// status.
func (w *wireError) refine(kind providers.Kind) providers.Kind {
	switch {
	case kind == providers.KindPermission && len(w.Metadata.Reasons) > 2 && w.Metadata.Reasons[0] == '[':
		return providers.KindContentFiltered
	case kind == providers.KindInvalidRequest && strings.HasPrefix(scalar(w.Message), tooLong):
		return providers.KindContextLength
	}
	return kind
}

// apiError is the error that a body reports; it may be any bytes.
func (p *Provider) apiError(call adapter.Call, resp *http.Response, body []byte, cause error) *providers.Error {
	w := parseError(body)
	code, typ, inner := scalar(w.Code), scalar(w.Type), scalar(w.InnerError.Code)
	e := &providers.Error{
		Provider: call.Provider, Model: call.Model, RequestID: requestID(resp), Err: cause,
		Code: first(code, typ, inner),
	}
	if resp != nil {
		e.StatusCode = resp.StatusCode
		e.RetryAfter = providers.ParseRetryAfter(resp.Header, time.Now())
	}
	e.Kind = w.refine(kindOf(e.StatusCode, code, typ, inner))
	return e
}

func kindOf(status int, code, typ, inner string) providers.Kind {
	// An exhausted quota outranks the rate limit that it comes with.
	if kinds[typ] == providers.KindQuotaExhausted {
		return providers.KindQuotaExhausted
	}
	for _, name := range []string{inner, code, typ} {
		if kind, ok := kinds[name]; ok {
			return kind
		}
	}
	if status >= 400 {
		return providers.KindOfStatus(status)
	}
	// Within a reply of status 200 the general type is all there may be, or the
	// code is the status of the service behind (OpenRouter).
	if typ == "invalid_request_error" || code == "invalid_request_error" {
		return providers.KindInvalidRequest
	}
	if n, err := strconv.Atoi(code); err == nil {
		return providers.KindOfStatus(n)
	}
	return providers.KindUnknown
}

func parseError(body []byte) wireError {
	var outer struct {
		Error json.RawMessage `json:"error"`
	}
	// Errors leave fields empty, and then the status decides.
	_ = json.Unmarshal(body, &outer)
	var w wireError
	if len(outer.Error) > 0 && outer.Error[0] == '{' {
		_ = json.Unmarshal(outer.Error, &w)
	} else {
		_ = json.Unmarshal(body, &w)
	}
	return w
}

// scalar returns a JSON string or number as text, and "" for all else.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if _, err := strconv.ParseFloat(string(raw), 64); err == nil {
		return string(raw)
	}
	return ""
}

func first(names ...string) string {
	for _, s := range names {
		if s != "" {
			return s
		}
	}
	return ""
}

// requestID returns the service's id of the HTTP request.
func requestID(resp *http.Response) string {
	return adapter.FirstHeader(resp, "x-request-id", "apim-request-id", "x-generation-id")
}
