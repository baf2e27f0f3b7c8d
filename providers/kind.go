package providers

import "net/http"

// Kind says what went wrong with a call. The set is closed: code that decides
// on errors covers every Kind. The value is what telemetry shows as
// error.type.
type Kind string

// The kinds of error.
const (
	// KindRateLimited: too many requests or tokens for now (429).
	KindRateLimited Kind = "rate_limited"
	// KindOverloaded: the provider is out of capacity (503, 529).
	KindOverloaded Kind = "overloaded"
	// KindServerError: the provider failed (500, 502, 504).
	KindServerError Kind = "server_error"
	// KindTimeout: no answer, or no further chunk, within a limit of ours.
	KindTimeout Kind = "timeout"
	// KindNetwork: the connection failed or broke: DNS, dial, TLS, reset, cut.
	KindNetwork Kind = "network"
	// KindMalformed: the reply could not be understood, or was empty, or
	// ended without its end.
	KindMalformed Kind = "malformed_reply"
	// KindAuthentication: the credentials are wrong (401).
	KindAuthentication Kind = "authentication"
	// KindPermission: the credentials do not allow this (403).
	KindPermission Kind = "permission"
	// KindQuotaExhausted: no credit or spend limit reached (402, 429 with a
	// code that says so). Waiting does not help.
	KindQuotaExhausted Kind = "quota_exhausted"
	// KindModelNotFound: the provider does not have the model (404).
	KindModelNotFound Kind = "model_not_found"
	// KindInvalidRequest: the request is wrong and would be everywhere (400).
	KindInvalidRequest Kind = "invalid_request"
	// KindContextLength: the prompt is too long for the model.
	KindContextLength Kind = "context_length_exceeded"
	// KindContentFiltered: the provider refused the prompt or the answer.
	KindContentFiltered Kind = "content_filtered"
	// KindUnsupported: this provider or model cannot do what was asked.
	KindUnsupported Kind = "unsupported"
	// KindCancelled: the caller cancelled, or the caller's deadline passed.
	KindCancelled Kind = "cancelled"
	// KindRejected: not sent, by a decision on this side: circuit breaker
	// open, limiter full.
	KindRejected Kind = "rejected"
	// KindPanic: the provider's code panicked.
	KindPanic Kind = "panic"
	// KindUnknown: none of these could be told. Treated like a server error.
	KindUnknown Kind = "_OTHER"
)

// Kinds returns all kinds, in the order of their declaration.
func Kinds() []Kind {
	return []Kind{
		KindRateLimited, KindOverloaded, KindServerError, KindTimeout, KindNetwork, KindMalformed,
		KindAuthentication, KindPermission, KindQuotaExhausted, KindModelNotFound, KindInvalidRequest,
		KindContextLength, KindContentFiltered, KindUnsupported, KindCancelled, KindRejected, KindPanic, KindUnknown,
	}
}

// KindOfStatus returns the Kind that an HTTP status suggests when the body
// says nothing better. Vendor codes decide first: a 429 can be an exhausted
// quota and a 400 a prompt that is too long.
func KindOfStatus(status int) Kind {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return KindInvalidRequest
	case http.StatusUnauthorized:
		return KindAuthentication
	case http.StatusPaymentRequired:
		return KindQuotaExhausted
	case http.StatusForbidden:
		return KindPermission
	case http.StatusNotFound:
		return KindModelNotFound
	case http.StatusRequestTimeout, http.StatusConflict:
		return KindServerError
	case http.StatusTooManyRequests:
		return KindRateLimited
	case http.StatusServiceUnavailable, 529: // 529 is Anthropic's "overloaded"
		return KindOverloaded
	}
	switch {
	case status >= 500:
		return KindServerError
	case status >= 400:
		return KindInvalidRequest
	}
	return KindUnknown
}
