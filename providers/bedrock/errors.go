package bedrock

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// kinds says what the types of errors mean. They decide before the HTTP status.
// Sources: the SDK's types/errors.go, and the common errors of AWS APIs
// (docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html).
var kinds = map[string]providers.Kind{
	"ThrottlingException":           providers.KindRateLimited,
	"Throttling":                    providers.KindRateLimited,
	"TooManyRequestsException":      providers.KindRateLimited,
	"ServiceQuotaExceededException": providers.KindQuotaExhausted,
	"ValidationException":           providers.KindInvalidRequest,
	"ValidationError":               providers.KindInvalidRequest,
	"ModelNotReadyException":        providers.KindOverloaded,
	"ServiceUnavailableException":   providers.KindOverloaded,
	"ServiceUnavailable":            providers.KindOverloaded,
	"ModelTimeoutException":         providers.KindTimeout,
	"ModelErrorException":           providers.KindServerError,
	"ModelStreamErrorException":     providers.KindServerError,
	"InternalServerException":       providers.KindServerError,
	"InternalFailure":               providers.KindServerError,
	"ResourceNotFoundException":     providers.KindModelNotFound,
	"AccessDeniedException":         providers.KindPermission,
	"AccessDenied":                  providers.KindPermission,
	"OptInRequired":                 providers.KindPermission,
	"NotAuthorized":                 providers.KindPermission,

	"UnrecognizedClientException":         providers.KindAuthentication,
	"InvalidClientTokenId":                providers.KindAuthentication,
	"InvalidSignatureException":           providers.KindAuthentication,
	"SignatureDoesNotMatch":               providers.KindAuthentication,
	"IncompleteSignature":                 providers.KindAuthentication,
	"IncompleteSignatureException":        providers.KindAuthentication,
	"MissingAuthenticationToken":          providers.KindAuthentication,
	"MissingAuthenticationTokenException": providers.KindAuthentication,
	"ExpiredTokenException":               providers.KindAuthentication,
	"ExpiredToken":                        providers.KindAuthentication,
	"RequestExpired":                      providers.KindAuthentication,
	"InvalidIdentityToken":                providers.KindAuthentication,
	"UnauthorizedException":               providers.KindAuthentication,
}

// messages are beginnings of the messages of a ValidationException that mean
// something else. The API gives these errors no code; the messages are its own
// and the models', and hold nothing of the prompt.
var messages = []struct {
	prefix string
	kind   providers.Kind
}{
	{"Input is too long for requested model", providers.KindContextLength},
	{"prompt is too long", providers.KindContextLength},
	{"input length and `max_tokens` exceed context limit", providers.KindContextLength},
	{"Too many input tokens", providers.KindContextLength},
	{"Output blocked by content filtering policy", providers.KindContentFiltered},
	{"The provided model identifier is invalid", providers.KindModelNotFound},
	{"Invocation of model ID ", providers.KindModelNotFound}, // exists, but not on demand in this region
	{"This model doesn't support ", providers.KindUnsupported},
}

// wrappings stand before the message of the model.
var wrappings = []string{"The model returned the following errors: ", "400 Bad Request: "}

// identity begins the SDK's error of credentials that could not be had.
const identity = "get identity: "

// failure turns an error of the SDK into one of the contract's. The caller's
// cancellation comes before anything else.
func failure(ctx context.Context, call adapter.Call, r *reply, err error) *providers.Error {
	e := call.Transport(ctx, err)
	e.StatusCode, e.RequestID = r.status(), r.requestID()
	if e.Kind == providers.KindCancelled {
		return e
	}
	if r.resp != nil {
		e.RetryAfter = providers.ParseRetryAfter(r.resp.Header, time.Now())
	}
	if e.StatusCode >= 300 && e.StatusCode <= 399 { // the SDK takes it for an error of the service's, without a code
		e.Kind, e.Detail = providers.KindMalformed, "it redirects to another place, which is not followed"
		return e
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		e.Code = api.ErrorCode()
		e.Kind = kindOf(e.StatusCode, e.Code, api.ErrorMessage())
		return e
	}
	switch {
	case e.StatusCode >= 400: // from a proxy before the API, whose body is no error of it
		e.Kind = providers.KindOfStatus(e.StatusCode)
	case r.resp != nil:
		// The SDK's error of a body that broke off looks like one of a body that
		// makes no sense, and the other way round.
		e.Kind = adapter.TransportKind(r.broken())
		if e.Kind == providers.KindUnknown {
			e.Kind = providers.KindMalformed
		}
	case e.Kind == providers.KindUnknown:
		e.Kind = localKind(err)
	}
	return e
}

// localKind is the kind of an error that came before anything was sent.
func localKind(err error) providers.Kind {
	if _, ok := errors.AsType[smithy.InvalidParamsError](err); ok {
		return providers.KindInvalidRequest
	}
	if op, ok := errors.AsType[*smithy.OperationError](err); ok && op.Err != nil && strings.HasPrefix(op.Err.Error(), identity) {
		return providers.KindAuthentication
	}
	return providers.KindUnknown
}

func kindOf(status int, code, message string) providers.Kind {
	if code != "" { // in streams types begin with a small letter
		code = strings.ToUpper(code[:1]) + code[1:]
	}
	kind, ok := kinds[code]
	if !ok {
		return providers.KindOfStatus(status)
	}
	if kind == providers.KindInvalidRequest {
		for _, w := range wrappings {
			message = strings.TrimPrefix(message, w)
		}
		for _, m := range messages {
			if strings.HasPrefix(message, m.prefix) {
				return m.kind
			}
		}
		if strings.HasSuffix(message, ": Extra inputs are not permitted") { // a field that the model does not have
			return providers.KindUnsupported
		}
	}
	return kind
}
