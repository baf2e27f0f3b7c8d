package openai

import (
	"context"
	"encoding/json"
	"net/http"

	sdk "github.com/openai/openai-go/v3"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Embed makes one call. Of Options it uses ExtraFields alone.
func (p *Provider) Embed(ctx context.Context, req *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	if err := req.Validate(); err != nil {
		return nil, p.call("").Refuse(err)
	}
	call := p.call(req.Model)
	params := sdk.EmbeddingNewParams{Model: req.Model, User: text(req.User)}
	params.Input.OfArrayOfStrings = req.Input
	if req.Dimensions > 0 {
		params.Dimensions = sdk.Int(int64(req.Dimensions))
	}
	if extra := optionsOf(req.Extensions).ExtraFields; len(extra) > 0 {
		params.SetExtraFields(extra)
	}
	var resp *http.Response
	_, err := p.client.Embeddings.New(ctx, params, p.options(req.Model, &resp)...)
	resp, err = p.replied(ctx, call, resp, err) //nolint:bodyclose // ReadBody closes it
	if err != nil {
		return nil, err
	}
	body, err := adapter.ReadBody(resp)
	if err != nil {
		return nil, p.broken(ctx, call, resp, err)
	}
	return p.decodeEmbeddings(call, resp, body, len(req.Input))
}

func (p *Provider) decodeEmbeddings(call adapter.Call, resp *http.Response, body []byte, want int) (*providers.EmbedResponse, error) {
	id := requestID(resp)
	var w sdk.CreateEmbeddingResponse
	if err := json.Unmarshal(body, &w); err != nil {
		return nil, call.Malformed(resp, id, "it is not a list of embeddings in JSON", err)
	}
	if len(w.Data) == 0 && present(w.JSON.ExtraFields["error"]) {
		return nil, p.apiError(call, resp, body, nil)
	}
	r := &providers.EmbedResponse{
		Model: w.Model, RequestID: id, Embeddings: make([][]float32, want), Usage: ledger(w.JSON.Usage.Raw()),
	}
	for i := range w.Data {
		at := w.Data[i].Index
		if at < 0 || at >= int64(want) || r.Embeddings[at] != nil || len(w.Data[i].Embedding) == 0 {
			return nil, call.Malformed(resp, id, "an embedding is empty or has an impossible index", nil)
		}
		r.Embeddings[at] = narrow(w.Data[i].Embedding)
	}
	if len(w.Data) != want {
		return nil, call.Malformed(resp, id, "the number of embeddings is not that of the inputs", nil)
	}
	return r, nil
}

func narrow(v []float64) []float32 {
	out := make([]float32, len(v))
	for i, f := range v {
		out[i] = float32(f)
	}
	return out
}
