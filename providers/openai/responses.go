package openai

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// respond is Generate on the Responses API.
func (p *Provider) respond(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	params, err := p.encodeResponse(req, false)
	if err != nil {
		return nil, err
	}
	call := p.call(req.Model)
	resp, err := p.newResponse(ctx, call, params) //nolint:bodyclose // ReadBody closes it
	if err != nil {
		return nil, err
	}
	body, err := adapter.ReadBody(resp)
	if err != nil {
		return nil, p.broken(ctx, call, resp, err)
	}
	return p.decodeResponse(call, resp, body)
}

// newResponse makes the HTTP call, as complete does for Chat Completions. Its
// path never names a deployment.
func (p *Provider) newResponse(ctx context.Context, call adapter.Call, params responses.ResponseNewParams) (*http.Response, error) {
	var resp *http.Response
	_, err := p.client.Responses.New(ctx, params, p.options("", &resp)...)
	return p.replied(ctx, call, resp, err)
}

// decodeResponse reads the body of a unary reply.
func (p *Provider) decodeResponse(call adapter.Call, resp *http.Response, body []byte) (*providers.Response, error) {
	id := requestID(resp)
	w := &responses.Response{}
	if err := json.Unmarshal(body, w); err != nil {
		return nil, call.Malformed(resp, id, "it is not a response in JSON", err)
	}
	usage := ledger(w.JSON.Usage.Raw())
	if err := p.unanswered(call, resp, w); err != nil {
		err.Usage = usage
		return nil, err
	}
	parts, logprobs, called := p.items(w.Output)
	r := &providers.Response{
		ID: w.ID, RequestID: id, Provider: p.name, Model: w.Model, API: providers.APIResponses,
		Created: created(int64(w.CreatedAt)), Usage: usage, ServiceTier: string(w.ServiceTier), Raw: w,
		Choices: []providers.Choice{{
			Message:  providers.Message{Role: providers.RoleAssistant, Parts: parts},
			Logprobs: logprobs,
		}},
	}
	r.Choices[0].FinishReason, r.Choices[0].RawFinishReason = ending(w, called)
	return r, nil
}

// unanswered is the error of a response object that is no answer: one that
// failed, is not finished, or is none.
func (p *Provider) unanswered(call adapter.Call, resp *http.Response, w *responses.Response) *providers.Error {
	switch w.Status {
	case responses.ResponseStatusCompleted, responses.ResponseStatusIncomplete:
		return nil
	case responses.ResponseStatusFailed, responses.ResponseStatusCancelled:
		e := p.apiError(call, resp, []byte(w.RawJSON()), nil)
		e.Code = first(e.Code, string(w.Status))
		return e
	case responses.ResponseStatusQueued, responses.ResponseStatusInProgress:
		return call.Malformed(resp, requestID(resp), "the response is not finished; background mode is not supported", nil)
	}
	switch {
	case present(w.JSON.Error): // some gateways send errors with status 200
		return p.apiError(call, resp, []byte(w.RawJSON()), nil)
	case !present(w.JSON.Output):
		return call.Malformed(resp, requestID(resp), "it has neither a status nor an output", nil)
	}
	return nil
}

// ending returns why a response ended. It has no finish reason of its own: the
// reason is why it is incomplete, or else its status.
func ending(w *responses.Response, called bool) (reason providers.FinishReason, raw string) {
	if w.Status == responses.ResponseStatusIncomplete {
		raw = w.IncompleteDetails.Reason
		switch raw {
		case "":
			return providers.FinishError, string(w.Status)
		case "max_output_tokens":
			return providers.FinishLength, raw
		}
		return providers.FinishReason(raw), raw
	}
	switch {
	case w.Status == "":
		return providers.FinishError, ""
	case called:
		return providers.FinishToolCall, string(w.Status)
	}
	return providers.FinishStop, string(w.Status)
}
