package wire

import (
	"cmp"
	"strconv"

	"github.com/llmotel/sdk/providers"
)

// kinds says what the codes and types of errors mean. They decide before the
// HTTP status. Sources: the vendors' lists of error codes, their SDKs, and
// recorded replies.
var kinds = map[string]providers.Kind{
	// OpenAI and those that speak its protocol.
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
	"bio_policy":                        providers.KindContentFiltered,
	"invalid_prompt":                    providers.KindInvalidRequest,
	"vector_store_timeout":              providers.KindTimeout,
	"wrong_api_key":                     providers.KindAuthentication,
	"invalid_api_key":                   providers.KindAuthentication,
	"authentication_error":              providers.KindAuthentication,
	"insufficient_permissions":          providers.KindPermission,
	"permission_error":                  providers.KindPermission,
	"token_limit_exceeded":              providers.KindContextLength,
	"tool_use_failed":                   providers.KindMalformed, // Groq, with a 400: the model's call makes no sense
	"json_validate_failed":              providers.KindMalformed, // likewise its JSON
	"unsupported_parameter":             providers.KindUnsupported,
	"unsupported_value":                 providers.KindUnsupported,
	// Anthropic.
	"enforced_spend_limit_reached": providers.KindQuotaExhausted, // waiting does not end it
	"billing_error":                providers.KindQuotaExhausted,
	"not_found_error":              providers.KindModelNotFound,
	"request_too_large":            providers.KindContextLength,
	"api_error":                    providers.KindServerError,
	"timeout_error":                providers.KindTimeout,
	// Bedrock: in replies, and in streams, where the names begin small.
	"ThrottlingException":                 providers.KindRateLimited,
	"throttlingException":                 providers.KindRateLimited,
	"TooManyRequestsException":            providers.KindRateLimited,
	"ServiceQuotaExceededException":       providers.KindQuotaExhausted,
	"ValidationException":                 providers.KindInvalidRequest,
	"validationException":                 providers.KindInvalidRequest,
	"ModelNotReadyException":              providers.KindOverloaded,
	"ServiceUnavailableException":         providers.KindOverloaded,
	"serviceUnavailableException":         providers.KindOverloaded,
	"ModelTimeoutException":               providers.KindTimeout,
	"modelTimeoutException":               providers.KindTimeout,
	"ModelErrorException":                 providers.KindServerError,
	"ModelStreamErrorException":           providers.KindServerError,
	"modelStreamErrorException":           providers.KindServerError,
	"InternalServerException":             providers.KindServerError,
	"internalServerException":             providers.KindServerError,
	"ResourceNotFoundException":           providers.KindModelNotFound,
	"AccessDeniedException":               providers.KindPermission,
	"UnrecognizedClientException":         providers.KindAuthentication,
	"InvalidSignatureException":           providers.KindAuthentication,
	"IncompleteSignatureException":        providers.KindAuthentication,
	"MissingAuthenticationTokenException": providers.KindAuthentication,
	"ExpiredTokenException":               providers.KindAuthentication,
	"UnauthorizedException":               providers.KindAuthentication,
	// Google: the names of google.rpc.Code.
	"RESOURCE_EXHAUSTED":  providers.KindRateLimited,
	"UNAVAILABLE":         providers.KindOverloaded,
	"INTERNAL":            providers.KindServerError,
	"UNKNOWN":             providers.KindServerError,
	"DEADLINE_EXCEEDED":   providers.KindServerError,
	"ABORTED":             providers.KindServerError,
	"UNAUTHENTICATED":     providers.KindAuthentication,
	"PERMISSION_DENIED":   providers.KindPermission,
	"NOT_FOUND":           providers.KindModelNotFound,
	"INVALID_ARGUMENT":    providers.KindInvalidRequest,
	"OUT_OF_RANGE":        providers.KindInvalidRequest,
	"FAILED_PRECONDITION": providers.KindPermission,
	"UNIMPLEMENTED":       providers.KindUnsupported,
}

// Kind says what an error is, from the vendor's words and the HTTP status; 0
// for an error in the body of a reply that began well.
func (x *Exchange) Kind(status int) providers.Kind {
	// An exhausted quota outranks the rate limit that it comes with.
	if kinds[x.ErrorType] == providers.KindQuotaExhausted {
		return providers.KindQuotaExhausted
	}
	if x.Blocked {
		return providers.KindContentFiltered
	}
	if x.told != "" {
		return x.told
	}
	if kind, ok := kinds[x.ErrorCode]; ok {
		return kind
	}
	if kind, ok := kinds[x.ErrorType]; ok {
		return kind
	}
	if status < 400 {
		if status = x.ErrorStatus; status == 0 && len(x.ErrorCode) == 3 {
			status, _ = strconv.Atoi(x.ErrorCode) // Azure writes the status as a text; no number is 0
		}
	}
	if status == 0 && x.ErrorType == "invalid_request_error" {
		status = 400
	}
	return cmp.Or(providers.KindOfStatus(status), providers.KindUnknown)
}

// Code is the vendor's code of the error, else its type. A code that is a
// status says less than the type beside it.
func (x *Exchange) Code() string {
	if x.ErrorStatus != 0 {
		return cmp.Or(x.ErrorType, x.ErrorCode)
	}
	return cmp.Or(x.ErrorCode, x.ErrorType)
}
