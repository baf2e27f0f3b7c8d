package openai

import (
	"encoding/json"
	"net/http"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/respjson"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// decode reads the body of a unary reply.
func (p *Provider) decode(call adapter.Call, resp *http.Response, body []byte, audioFormat string) (*providers.Response, error) {
	id := requestID(resp)
	c := &sdk.ChatCompletion{}
	if err := json.Unmarshal(body, c); err != nil {
		return nil, call.Malformed(resp, id, "it is not a chat completion in JSON", err)
	}
	if len(c.Choices) == 0 {
		if present(c.JSON.ExtraFields["error"]) { // some gateways send errors with status 200
			return nil, p.apiError(call, resp, body, nil)
		}
		e := call.Malformed(resp, id, "it has no choices", nil)
		e.Usage = ledger(c.Usage.RawJSON())
		return nil, e
	}
	r := &providers.Response{
		ID: c.ID, RequestID: id, Provider: p.name, Model: c.Model, API: providers.APIChatCompletions, Created: created(c.Created),
		Choices:           make([]providers.Choice, len(c.Choices)),
		Usage:             ledger(usageOf(c.JSON.Usage, c.JSON.ExtraFields)),
		ServiceTier:       string(c.ServiceTier),
		SystemFingerprint: c.SystemFingerprint, //nolint:staticcheck // services still send it
		Raw:               c,
	}
	for i := range c.Choices {
		ch := &c.Choices[i]
		out := &r.Choices[i]
		out.Message = providers.Message{Role: providers.RoleAssistant, Parts: p.parts(&ch.Message, audioFormat)}
		out.FinishReason, out.RawFinishReason = finishReason(ch.FinishReason), ch.FinishReason
		if len(out.Message.Parts) == 0 && ch.FinishReason == "" {
			return nil, call.Malformed(resp, id, "it has a choice without content", nil)
		}
		if present(ch.JSON.Logprobs) {
			out.Logprobs = []byte(ch.JSON.Logprobs.Raw())
		}
	}
	return r, nil
}

// usageOf returns the usage object of a reply or chunk, or "". Groq's older
// streams have it under x_groq.
func usageOf(usage respjson.Field, extra map[string]respjson.Field) string {
	if present(usage) {
		return usage.Raw()
	}
	if groq := extra["x_groq"]; present(groq) {
		var w struct {
			Usage json.RawMessage `json:"usage"`
		}
		if json.Unmarshal([]byte(groq.Raw()), &w) == nil {
			return string(w.Usage)
		}
	}
	return ""
}

// present reports whether a field is there and not null.
func present(f respjson.Field) bool {
	raw := f.Raw()
	return raw != "" && raw != "null"
}

func created(unix int64) time.Time {
	if unix <= 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}

// finishReason returns the conventions' name of a reason; one without a
// counterpart stays as it came.
func finishReason(reason string) providers.FinishReason {
	switch reason {
	case "":
		return providers.FinishError
	case "tool_calls", "function_call":
		return providers.FinishToolCall
	}
	return providers.FinishReason(reason)
}
