package faults_test

import (
	"net/http"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
)

// outcome is what a call on the misbehaving provider comes to.
type outcome struct {
	kind providers.Kind // "" for an answer
	// late: part of the answer had been delivered, so that the caller gets an
	// interrupted stream instead of another target's answer.
	late bool
}

var answered = outcome{}

func fails(k providers.Kind) outcome { return outcome{kind: k} }
func breaks(k providers.Kind) outcome {
	return outcome{kind: k, late: true}
}

// scenario is something that a provider does, and what comes of it.
type scenario struct {
	name  string
	fault faults.Fault
	// wires are the protocols that have it; nil means all.
	wires         []string
	unary, stream outcome
	// except are the outcomes of streams that differ.
	except map[string]outcome

	streamed bool          // it happens to streams alone
	limits   bool          // the limit on time that ends it is short
	unheard  bool          // no request arrives
	server   serverKind    // what the provider listens with
	tries    int           // on the provider, where Retry-After decides; else the table does
	recovers bool          // the second try is answered
	cooled   time.Duration // the provider is left alone for about that long
	skipped  int           // events that were left out of the stream

	options []failover.Option // of the chain
	address string            // of another server than the usual one
}

type serverKind int

const (
	plain serverKind = iota
	refusing
	untrusted
	wrongHost
)

var both = []string{"openai", "responses"}

// same is a scenario whose outcome is the same for unary calls and streams.
func same(name string, f faults.Fault, k providers.Kind, wires ...string) scenario {
	return scenario{name: name, fault: f, wires: wires, unary: fails(k), stream: fails(k)}
}

// coded is an error of the vendor's own, by status, code and type.
func coded(status int, code, typ string, k providers.Kind, wires ...string) scenario {
	name := http.StatusText(status)
	if name == "" {
		name = "Overloaded"
	}
	what := code
	if what == "" {
		what = typ
	}
	return same(itoa(status)+" "+name+", `"+what+"`", faults.Refusal(status, code, typ), k, wires...)
}

// exception is a message of Bedrock's streams that ends one.
func exception(typ string, at faults.Point, o outcome) scenario {
	when := "at once"
	if o.late {
		when = "after the first text"
	}
	return scenario{name: "`" + typ + "` " + when, fault: faults.InBand(at, "", typ), wires: []string{"bedrock"}, streamed: true, stream: o}
}

// bare is a status with a page instead of an error.
func bare(status int, k providers.Kind) scenario {
	return same(itoa(status)+" "+http.StatusText(status)+" with a page of HTML", faults.Status(status, "text/html", page), k)
}

const page = "<html><body>" + faults.Secret + "</body></html>"

// groups are the scenarios by what they are about, in the order of the
// document.
var groups = []struct {
	name string
	list []scenario
}{
	{"Connections", []scenario{
		{name: "refuses connections", server: refusing, unheard: true, unary: fails(providers.KindNetwork), stream: fails(providers.KindNetwork)},
		{name: "shows a certificate that nobody vouches for", server: untrusted, unheard: true, unary: fails(providers.KindNetwork), stream: fails(providers.KindNetwork)},
		{name: "shows a certificate of another host", server: wrongHost, unheard: true, unary: fails(providers.KindNetwork), stream: fails(providers.KindNetwork)},
		same("resets before the headers", faults.At(faults.BeforeHeaders, faults.Reset), providers.KindNetwork),
		same("closes before the headers", faults.At(faults.BeforeHeaders, faults.Cut), providers.KindNetwork),
		same("resets after the headers", faults.At(faults.AfterHeaders, faults.Reset), providers.KindNetwork),
		{name: "resets after the first text", fault: faults.At(faults.AfterFirstText, faults.Reset), unary: fails(providers.KindNetwork), stream: breaks(providers.KindNetwork)},
	}},
	{"Silence", []scenario{
		{name: "never answers", fault: faults.At(faults.BeforeHeaders, faults.Stall), limits: true, unary: fails(providers.KindTimeout), stream: fails(providers.KindTimeout)},
		{name: "stalls after the headers", fault: faults.At(faults.AfterHeaders, faults.Stall), limits: true, unary: fails(providers.KindTimeout), stream: fails(providers.KindTimeout)},
		{name: "stalls before the first text", fault: faults.At(faults.AfterStart, faults.Stall), limits: true, unary: fails(providers.KindTimeout), stream: fails(providers.KindTimeout)},
		{name: "stalls after the first text", fault: faults.At(faults.AfterFirstText, faults.Stall), limits: true, unary: fails(providers.KindTimeout), stream: breaks(providers.KindTimeout)},
		{name: "stalls before the finish reason", fault: faults.At(faults.BeforeLast, faults.Stall), limits: true, unary: fails(providers.KindTimeout), stream: breaks(providers.KindTimeout)},
		{
			name: "stalls before the terminator", fault: faults.At(faults.BeforeClosing, faults.Stall), limits: true, unary: fails(providers.KindTimeout), stream: breaks(providers.KindTimeout),
			except: map[string]outcome{"openai": answered, "gemini": answered},
		},
		{name: "trickles byte by byte", fault: faults.Trickle(50 * time.Microsecond)},
	}},
	{"Ends", []scenario{
		same("breaks off after the headers", faults.At(faults.AfterHeaders, faults.Cut), providers.KindNetwork),
		same("breaks off before the first text", faults.At(faults.AfterStart, faults.Cut), providers.KindNetwork),
		{name: "breaks off after the first text", fault: faults.At(faults.AfterFirstText, faults.Cut), unary: fails(providers.KindNetwork), stream: breaks(providers.KindNetwork)},
		{name: "breaks off before the finish reason", fault: faults.At(faults.BeforeLast, faults.Cut), unary: fails(providers.KindNetwork), stream: breaks(providers.KindNetwork)},
		{
			name: "breaks off before the terminator", fault: faults.At(faults.BeforeClosing, faults.Cut), unary: fails(providers.KindNetwork), stream: breaks(providers.KindNetwork),
			except: map[string]outcome{"openai": answered, "gemini": answered},
		},
		same("ends in good order without a body", faults.Truncated(faults.AfterHeaders), providers.KindMalformed),
		same("ends in good order before the first text", faults.Truncated(faults.AfterStart), providers.KindMalformed),
		{name: "ends in good order after the first text", fault: faults.Truncated(faults.AfterFirstText), unary: fails(providers.KindMalformed), stream: breaks(providers.KindMalformed)},
		{name: "ends in good order before the finish reason", fault: faults.Truncated(faults.BeforeLast), unary: fails(providers.KindMalformed), stream: breaks(providers.KindMalformed)},
		{
			name: "ends in good order before the terminator", fault: faults.Truncated(faults.BeforeClosing), unary: fails(providers.KindMalformed), stream: breaks(providers.KindMalformed),
			except: map[string]outcome{"openai": answered, "gemini": answered, "bedrock": answered},
		},
		{name: "sends the terminator without a finish reason", fault: faults.WithoutFinish, wires: []string{"openai", "anthropic"}, unary: answered, stream: breaks(providers.KindMalformed)},
	}},
	{"Replies that make no sense", []scenario{
		{ // Bedrock's SDK ends a stream with the first message that it cannot read
			name: "sends half an event among good ones", fault: faults.Malformed(faults.AfterFirstText), unary: fails(providers.KindMalformed), skipped: 1,
			except: map[string]outcome{"bedrock": breaks(providers.KindMalformed)},
		},
		same("sends nothing but an event that is not JSON", faults.Replaced(`{"choices":[{"del`), providers.KindMalformed),
		same("answers with a page of HTML", faults.Status(200, "text/html", page), providers.KindMalformed),
		same("answers with text", faults.Status(200, "text/plain", "upstream: "+faults.Secret), providers.KindMalformed),
		same("answers with nothing", faults.Status(200, "application/json", ""), providers.KindMalformed),
		same("answers without choices", faults.Replaced(`{"id":"x","choices":[],"content":[],"candidates":[]}`), providers.KindMalformed),
		same("answers with a choice of nothing", faults.Replaced(`{"id":"x","choices":[{"index":0,"message":{},"delta":{}}],"candidates":[{}]}`), providers.KindMalformed),
		same("answers null", faults.Replaced(`null`), providers.KindMalformed),
		same("redirects to another host", faults.Status(307, "text/html", page, "Location: http://127.0.0.1:9/"+faults.Secret), providers.KindMalformed),
		same("redirects to nowhere", faults.Status(302, "text/html", page), providers.KindMalformed),
	}},
	{"Limits", []scenario{
		{name: "429 without Retry-After", fault: faults.Refusal(429, "rate_limit_exceeded", ""), wires: both, unary: fails(providers.KindRateLimited), stream: fails(providers.KindRateLimited), tries: 1, cooled: time.Second},
		{name: "429, Retry-After-Ms: 30", fault: faults.Status(429, "text/html", page, "Retry-After-Ms: 30"), unary: fails(providers.KindRateLimited), stream: fails(providers.KindRateLimited), tries: 2},
		{name: "429, Retry-After: 60", fault: faults.Status(429, "text/html", page, "Retry-After: 60"), unary: fails(providers.KindRateLimited), stream: fails(providers.KindRateLimited), tries: 1, cooled: time.Minute},
		{name: "429, Retry-After: a date in an hour", fault: faults.InAnHour, unary: fails(providers.KindRateLimited), stream: fails(providers.KindRateLimited), tries: 1, cooled: time.Hour},
		coded(429, "slow_down", "requests", providers.KindRateLimited, both...),
		coded(429, "", "rate_limit_error", providers.KindRateLimited, "anthropic"),
		coded(429, "", "RESOURCE_EXHAUSTED", providers.KindRateLimited, "gemini"),
		coded(429, "insufficient_quota", "insufficient_quota", providers.KindQuotaExhausted, both...),
		coded(429, "credit_balance_exhausted", "insufficient_quota", providers.KindQuotaExhausted, both...),
		coded(429, "rate_limit_exceeded", "insufficient_quota", providers.KindQuotaExhausted, both...),
		coded(429, "project_spend_limit_exceeded", "", providers.KindQuotaExhausted, both...),
		coded(402, "", "billing_error", providers.KindQuotaExhausted, "anthropic"),
		coded(429, "", "ThrottlingException", providers.KindRateLimited, "bedrock"),
		coded(400, "", "ServiceQuotaExceededException", providers.KindQuotaExhausted, "bedrock"),
		bare(402, providers.KindQuotaExhausted),
	}},
	{"Failures", []scenario{
		{name: "500 once", fault: faults.Times(1, faults.Status(500, "text/html", page), faults.Answer), unary: fails(providers.KindServerError), stream: fails(providers.KindServerError), recovers: true},
		coded(500, "server_error", "server_error", providers.KindServerError, both...),
		coded(500, "", "api_error", providers.KindServerError, "anthropic"),
		coded(500, "", "INTERNAL", providers.KindServerError, "gemini"),
		bare(500, providers.KindServerError),
		bare(502, providers.KindServerError),
		bare(504, providers.KindServerError),
		coded(504, "", "timeout_error", providers.KindTimeout, "anthropic"),
		coded(504, "", "DEADLINE_EXCEEDED", providers.KindTimeout, "gemini"),
		same("503 Service Unavailable, Retry-After: 60", faults.Status(503, "text/html", page, "Retry-After: 60"), providers.KindOverloaded),
		coded(503, "server_is_overloaded", "server_error", providers.KindOverloaded, both...),
		coded(500, "", "overloaded_error", providers.KindOverloaded, "anthropic"),
		coded(529, "", "overloaded_error", providers.KindOverloaded, "anthropic"),
		coded(503, "", "UNAVAILABLE", providers.KindOverloaded, "gemini"),
		coded(500, "", "InternalServerException", providers.KindServerError, "bedrock"),
		coded(424, "", "ModelErrorException", providers.KindServerError, "bedrock"),
		coded(408, "", "ModelTimeoutException", providers.KindTimeout, "bedrock"),
		coded(429, "", "ModelNotReadyException", providers.KindOverloaded, "bedrock"),
		coded(503, "", "ServiceUnavailableException", providers.KindOverloaded, "bedrock"),
	}},
	{"Refusals", []scenario{
		coded(400, "context_length_exceeded", "invalid_request_error", providers.KindContextLength, both...),
		coded(413, "", "request_too_large", providers.KindContextLength, "anthropic"),
		same("400 Bad Request, `ValidationException` for a long prompt", faults.Status(400, "application/json", `{"__type":"ValidationException","message":"Input is too long for requested model: `+faults.Secret+`"}`), providers.KindContextLength, "bedrock"),
		coded(400, "content_filter", "", providers.KindContentFiltered, both...),
		coded(400, "content_policy_violation", "image_generation_user_error", providers.KindContentFiltered, both...),
		coded(400, "invalid_value", "invalid_request_error", providers.KindInvalidRequest, both...),
		coded(400, "", "invalid_request_error", providers.KindInvalidRequest, "openai", "responses", "anthropic"),
		coded(400, "", "INVALID_ARGUMENT", providers.KindInvalidRequest, "gemini"),
		coded(400, "", "ValidationException", providers.KindInvalidRequest, "bedrock"),
		bare(400, providers.KindInvalidRequest),
		bare(422, providers.KindInvalidRequest),
		coded(400, "unsupported_parameter", "invalid_request_error", providers.KindUnsupported, both...),
		coded(400, "unsupported_value", "invalid_request_error", providers.KindUnsupported, both...),
		coded(501, "", "UNIMPLEMENTED", providers.KindUnsupported, "gemini"),
		coded(400, "model_not_found", "invalid_request_error", providers.KindModelNotFound, both...),
		coded(404, "model_not_found", "invalid_request_error", providers.KindModelNotFound, both...),
		coded(404, "", "not_found_error", providers.KindModelNotFound, "anthropic"),
		coded(404, "", "NOT_FOUND", providers.KindModelNotFound, "gemini"),
		coded(404, "", "ResourceNotFoundException", providers.KindModelNotFound, "bedrock"),
		bare(404, providers.KindModelNotFound),
		coded(401, "invalid_api_key", "invalid_request_error", providers.KindAuthentication, both...),
		coded(401, "", "authentication_error", providers.KindAuthentication, "anthropic"),
		coded(401, "", "UNAUTHENTICATED", providers.KindAuthentication, "gemini"),
		coded(403, "", "UnrecognizedClientException", providers.KindAuthentication, "bedrock"),
		coded(403, "", "ExpiredTokenException", providers.KindAuthentication, "bedrock"),
		bare(401, providers.KindAuthentication),
		coded(403, "insufficient_permissions", "invalid_request_error", providers.KindPermission, both...),
		coded(403, "", "permission_error", providers.KindPermission, "anthropic"),
		coded(403, "", "PERMISSION_DENIED", providers.KindPermission, "gemini"),
		coded(403, "", "AccessDeniedException", providers.KindPermission, "bedrock"),
		bare(403, providers.KindPermission),
	}},
	{"Errors within a reply of status 200", []scenario{
		same("`server_error` at once", faults.InBand(faults.AfterHeaders, "server_error", "server_error"), providers.KindServerError, both...),
		same("`insufficient_quota` at once", faults.InBand(faults.AfterHeaders, "insufficient_quota", "insufficient_quota"), providers.KindQuotaExhausted, both...),
		same("`overloaded_error` at once", faults.InBand(faults.AfterHeaders, "", "overloaded_error"), providers.KindOverloaded, "anthropic"),
		same("`UNAVAILABLE` at once", faults.InBand(faults.AfterHeaders, "", "UNAVAILABLE"), providers.KindOverloaded, "gemini"),
		{name: "`server_error` after the first text", fault: faults.InBand(faults.AfterFirstText, "server_error", "server_error"), wires: both, unary: fails(providers.KindServerError), stream: breaks(providers.KindServerError)},
		{name: "`overloaded_error` after the first text", fault: faults.InBand(faults.AfterFirstText, "", "overloaded_error"), wires: []string{"anthropic"}, unary: fails(providers.KindOverloaded), stream: breaks(providers.KindOverloaded)},
		{name: "`UNAVAILABLE` after the first text", fault: faults.InBand(faults.AfterFirstText, "", "UNAVAILABLE"), wires: []string{"gemini"}, unary: fails(providers.KindOverloaded), stream: breaks(providers.KindOverloaded)},
		same("a code that nobody knows", faults.InBand(faults.AfterHeaders, "novel", "novel"), providers.KindUnknown, "openai", "responses", "anthropic", "gemini"),
		exception("throttlingException", faults.AfterHeaders, fails(providers.KindRateLimited)),
		exception("serviceUnavailableException", faults.AfterStart, fails(providers.KindOverloaded)),
		exception("modelStreamErrorException", faults.AfterFirstText, breaks(providers.KindServerError)),
		exception("internalServerException", faults.AfterFirstText, breaks(providers.KindServerError)),
		exception("novelException", faults.AfterStart, fails(providers.KindUnknown)),
	}},
}
