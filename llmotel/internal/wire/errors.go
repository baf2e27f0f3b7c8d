package wire

import (
	"cmp"
	"net/http"
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
	"misalignment_policy_violation":     providers.KindContentFiltered,
	"image_content_policy_violation":    providers.KindContentFiltered,
	"invalid_prompt":                    providers.KindContentFiltered, // flagged by the usage policy
	"vector_store_timeout":              providers.KindServerError,
	"previous_response_not_found":       providers.KindInvalidRequest, // with a 404, which is not the model's
	"image_file_not_found":              providers.KindInvalidRequest, // likewise
	"image_file_too_large":              providers.KindInvalidRequest, // with a 413, which is not the prompt's
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
	"Throttling":                          providers.KindRateLimited,
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
	"InvalidClientTokenId":                providers.KindAuthentication,
	"SignatureDoesNotMatch":               providers.KindAuthentication,
	"IncompleteSignature":                 providers.KindAuthentication,
	"MissingAuthenticationToken":          providers.KindAuthentication,
	"ExpiredToken":                        providers.KindAuthentication,
	"RequestExpired":                      providers.KindAuthentication,
	"InvalidIdentityToken":                providers.KindAuthentication,
	"AccessDenied":                        providers.KindPermission,
	"OptInRequired":                       providers.KindPermission,
	"NotAuthorized":                       providers.KindPermission,
	"ValidationError":                     providers.KindInvalidRequest,
	"ServiceUnavailable":                  providers.KindOverloaded,
	"InternalFailure":                     providers.KindServerError,
	// Google: the names of google.rpc.Code.
	"RESOURCE_EXHAUSTED":  providers.KindRateLimited,
	"UNAVAILABLE":         providers.KindOverloaded,
	"INTERNAL":            providers.KindServerError,
	"UNKNOWN":             providers.KindServerError,
	"DEADLINE_EXCEEDED":   providers.KindTimeout,
	"ABORTED":             providers.KindServerError,
	"CANCELLED":           providers.KindServerError,
	"DATA_LOSS":           providers.KindServerError,
	"UNAUTHENTICATED":     providers.KindAuthentication,
	"PERMISSION_DENIED":   providers.KindPermission,
	"NOT_FOUND":           providers.KindModelNotFound,
	"INVALID_ARGUMENT":    providers.KindInvalidRequest,
	"OUT_OF_RANGE":        providers.KindInvalidRequest,
	"FAILED_PRECONDITION": providers.KindPermission,
	"UNIMPLEMENTED":       providers.KindUnsupported,
}

// googleReasons are those of google.rpc.ErrorInfo that say more than the code.
// Source: google/api/error_reason.proto.
var googleReasons = map[string]providers.Kind{
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
	if status == 0 && (x.ErrorType == "invalid_request_error" || x.ErrorCode == "invalid_request_error") {
		status = http.StatusBadRequest
	}
	kind := cmp.Or(providers.KindOfStatus(status), providers.KindUnknown)
	switch {
	case x.flagged && kind == providers.KindPermission: // OpenRouter says it of prompts, too
		return providers.KindContentFiltered
	case x.API == AnthropicMessages && status == http.StatusRequestEntityTooLarge: // from a proxy before the API
		return providers.KindContextLength
	}
	return kind
}

// Code is the vendor's code of the error, else its type. A code that is a
// status says less than the type beside it, and Google's reasons more.
func (x *Exchange) Code() string {
	if x.why != "" {
		return x.why
	}
	if x.ErrorStatus != 0 {
		return cmp.Or(x.ErrorType, x.ErrorCode)
	}
	return cmp.Or(x.ErrorCode, x.ErrorType)
}
