package wire_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/providers"
)

// The kinds and codes are those of the adapters in providers/, whose tests have the
// sources: whoever sees a call names its failure alike.
func TestErrorsAreNamedAsByTheAdapters(t *testing.T) {
	const (
		openAI     = "https://api.openai.com/v1/chat/completions"
		responses  = "https://api.openai.com/v1/responses"
		embeddings = "https://api.openai.com/v1/embeddings"
		azure      = "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21"
		openRouter = "https://openrouter.ai/api/v1/chat/completions"
		vLLM       = "http://vllm:8000/v1/chat/completions"
		claude     = "https://api.anthropic.com/v1/messages"
		vertex     = "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/gemini-2.5-pro:generateContent"
		amazon     = claudeURL + "converse"
		claudeV2   = claudeURL + "invoke"
		titan      = "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.titan-text-express-v1/invoke"
	)
	google := func(status, message, details string) string {
		return `{"error":{"code":400,"status":"` + status + `","message":"` + message + `","details":[` + details + `]}}`
	}
	const wrapped = "The model returned the following errors: "
	for name, c := range map[string]struct {
		url    string
		status int
		body   string
		kind   providers.Kind
		code   string
	}{
		"OpenAI, flagged":        {openAI, 400, `{"error":{"type":"invalid_request_error","code":"invalid_prompt"}}`, providers.KindContentFiltered, "invalid_prompt"},
		"OpenAI, lost response":  {responses, 404, `{"error":{"type":"invalid_request_error","code":"previous_response_not_found"}}`, providers.KindInvalidRequest, "previous_response_not_found"},
		"OpenAI, type alone":     {openAI, 200, `{"error":{"type":"invalid_request_error","code":null}}`, providers.KindInvalidRequest, "invalid_request_error"},
		"OpenAI, no file":        {responses, 404, `{"error":{"type":"invalid_request_error","code":"image_file_not_found"}}`, providers.KindInvalidRequest, "image_file_not_found"},
		"DeepSeek, no balance":   {openAI, 402, `{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}`, providers.KindQuotaExhausted, "invalid_request_error"},
		"Azure, filtered within": {azure, 400, `{"error":{"code":"400","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, providers.KindContentFiltered, "400"},
		"Azure, other within":    {azure, 400, `{"error":{"code":"BadRequest","innererror":{"code":"Novel"}}}`, providers.KindInvalidRequest, "BadRequest"},
		"OpenRouter, flagged":    {openRouter, 403, `{"error":{"code":403,"message":"m","metadata":{"reasons":["violence"],"flagged_input":"..."}}}`, providers.KindContentFiltered, "403"},
		"OpenRouter, key":        {openRouter, 403, `{"error":{"code":403,"message":"m","metadata":{"reasons":[]}}}`, providers.KindPermission, "403"},
		"OpenRouter, busy":       {openRouter, 429, `{"error":{"code":429,"message":"m","metadata":{"reasons":["x"],"raw":"y"}}}`, providers.KindRateLimited, "429"},
		"vLLM, too long, old":    {vLLM, 400, `{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000.","type":"BadRequestError","code":400}`, providers.KindContextLength, "BadRequestError"},
		"vLLM, too long":         {vLLM, 400, `{"error":{"message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}}`, providers.KindContextLength, "BadRequestError"},
		"vLLM, not a beginning":  {vLLM, 400, `{"error":{"message":"No: This model's maximum context length is 4096 tokens.","type":"BadRequestError","code":400}}`, providers.KindInvalidRequest, "BadRequestError"},
		"vLLM, embeddings":       {embeddings, 400, `{"object":"error","message":"This model's maximum context length is 512 tokens.","code":400}`, providers.KindContextLength, "400"},
		"vLLM, detail":           {vLLM, 422, `{"detail":[{"type":"missing","loc":["body"],"msg":"Field required"}]}`, providers.KindInvalidRequest, ""},
		"vLLM, no such way":      {vLLM, 404, `{"detail":"Not Found"}`, providers.KindModelNotFound, ""},
		"vLLM, key":              {vLLM, 401, `{"error":"Unauthorized"}`, providers.KindAuthentication, ""},
		"Mistral, detail":        {openAI, 422, `{"object":"error","message":{"detail":[{"type":"missing"}]},"type":"invalid_request_error","code":null}`, providers.KindInvalidRequest, "invalid_request_error"},

		"Anthropic, a proxy's page": {claude, 413, `<html>`, providers.KindContextLength, ""},
		"Anthropic, filtered":       {claude, 400, `{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}`, providers.KindContentFiltered, "invalid_request_error"},

		"Google, key":          {geminiURL, 400, google("INVALID_ARGUMENT", "m", `{"reason":"API_KEY_INVALID","metadata":{"service":"x"}}`), providers.KindAuthentication, "API_KEY_INVALID"},
		"Google, key, text":    {geminiURL, 400, google("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", ``), providers.KindAuthentication, "INVALID_ARGUMENT"},
		"Google, other reason": {geminiURL, 400, google("INVALID_ARGUMENT", "m", `{"reason":"NOVEL"}`), providers.KindInvalidRequest, "INVALID_ARGUMENT"},
		"Google, long":         {geminiURL, 400, google("INVALID_ARGUMENT", "The input token count (1200293) exceeds the maximum", ``), providers.KindContextLength, "INVALID_ARGUMENT"},
		"Google, long, Vertex": {vertex, 400, google("INVALID_ARGUMENT", "Unable to submit request because the input token count is 2", ``), providers.KindContextLength, "INVALID_ARGUMENT"},
		"Google, billing":      {geminiURL, 403, google("PERMISSION_DENIED", "m", `{"reason":"BILLING_DISABLED"}`), providers.KindQuotaExhausted, "BILLING_DISABLED"},
		"Google, a day":        {geminiURL, 429, google("RESOURCE_EXHAUSTED", "m", `{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},{"retryDelay":"34s"}`), providers.KindQuotaExhausted, "RESOURCE_EXHAUSTED"},
		"Google, a minute":     {geminiURL, 429, google("RESOURCE_EXHAUSTED", "m", `{"violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]}`), providers.KindRateLimited, "RESOURCE_EXHAUSTED"},
		"Google, limit":        {geminiURL, 429, google("RESOURCE_EXHAUSTED", "m", `{"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"GeminiRequestsPerDay"}}`), providers.KindQuotaExhausted, "RESOURCE_EXHAUSTED"},
		"Google, no credit":    {geminiURL, 429, google("RESOURCE_EXHAUSTED", "Your prepayment credits are depleted. Please", ``), providers.KindQuotaExhausted, "RESOURCE_EXHAUSTED"},
		"Google, too late":     {geminiURL, 504, google("DEADLINE_EXCEEDED", "m", ``), providers.KindTimeout, "DEADLINE_EXCEEDED"},
		"Google, cancelled":    {geminiURL, 499, google("CANCELLED", "m", ``), providers.KindServerError, "CANCELLED"},
		"Google as OpenAI":     {"https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", 400, `[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]`, providers.KindAuthentication, "INVALID_ARGUMENT"},

		"Bedrock, expired":       {amazon, 403, `{"__type":"com.amazon#ExpiredToken","message":"m"}`, providers.KindAuthentication, "ExpiredToken"},
		"Bedrock, field":         {amazon, 400, `{"__type":"ValidationException","message":"` + wrapped + `output_config.effort: Extra inputs are not permitted"}`, providers.KindUnsupported, "ValidationException"},
		"Bedrock, field, Claude": {claudeV2, 400, `{"message":"` + wrapped + `a: Extra inputs are not permitted"}`, providers.KindUnsupported, ""},
		"Bedrock, field, Titan":  {titan, 400, `{"message":"a: Extra inputs are not permitted"}`, providers.KindUnsupported, ""},
		"Bedrock, long, Titan":   {titan, 400, `{"message":"400 Bad Request: Too many input tokens. Max input tokens: 8192"}`, providers.KindContextLength, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{0, 1, 7} {
				r := recording{name: name, url: c.url, request: []byte(`{"model":"m"}`), status: c.status, header: http.Header{}, body: []byte(c.body)}
				x := r.replay(t, size, nil)
				if diff := cmp.Diff([]any{c.kind, c.code}, []any{x.Kind(c.status), x.Code()}); diff != "" {
					t.Errorf("pieces of %d (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

// The id of a request is in a header of most vendors' replies.
func TestRequestIDsInBodies(t *testing.T) {
	for body, url := range map[string]string{
		`{"type":"error","error":{"type":"api_error","message":"m"},"request_id":"req_1"}`:                     anthropicURL,
		`{"error":{"code":500,"status":"INTERNAL","details":[{"@type":"x.RequestInfo","requestId":"req_1"}]}}`: geminiURL,
	} {
		if x := reply(t, url, `{"model":"m"}`, http.StatusInternalServerError, http.Header{}, body); x.RequestID != "req_1" {
			t.Errorf("%s: request id %q", body, x.RequestID)
		}
	}
}
