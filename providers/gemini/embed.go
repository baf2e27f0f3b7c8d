package gemini

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strings"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Embed makes one call. Of Options it uses TaskType, Title and ExtraFields. The
// Gemini API takes any number of texts; Vertex AI takes one a call for its
// newer models, and more are refused.
func (p *Provider) Embed(ctx context.Context, req *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	if err := req.Validate(); err != nil {
		return nil, p.call("").Refuse(err)
	}
	call := p.call(req.Model)
	if p.vertex && len(req.Input) > 1 && singly(req.Model) {
		return nil, call.Unsupported("input", "this model takes one text a call on Vertex AI")
	}
	if req.Dimensions > math.MaxInt32 {
		return nil, call.Unsupported("dimensions", "must fit 32 bits")
	}
	opts := optionsOf(req.Extensions)
	config := &sdk.EmbedContentConfig{TaskType: opts.TaskType, Title: opts.Title}
	if n := int32(req.Dimensions); n > 0 { //nolint:gosec // checked above
		config.OutputDimensionality = &n
	}
	contents := make([]*sdk.Content, len(req.Input))
	for i, text := range req.Input {
		contents[i] = &sdk.Content{Parts: []*sdk.Part{{Text: text}}}
	}
	x, err := p.send(ctx, call, func(ctx context.Context, httpOptions *sdk.HTTPOptions) error {
		httpOptions.ExtrasRequestProvider = func(body map[string]any) map[string]any {
			merge(body, opts.ExtraFields)
			return p.replace(body)(nil)
		}
		config.HTTPOptions = httpOptions
		_, err := p.client.Models.EmbedContent(ctx, req.Model, contents, config)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer x.close()
	body, err := adapter.ReadBody(x.resp)
	if err != nil {
		return nil, p.broken(ctx, call, x.resp, err)
	}
	return p.decodeEmbeddings(call, x.resp, body, len(req.Input))
}

// singly reports whether the SDK calls embedContent for the model on Vertex AI,
// which takes one text, rather than predict.
func singly(model string) bool {
	return strings.Contains(model, "gemini") && model != "gemini-embedding-001" || strings.Contains(model, "maas")
}

// vector is an embedding of any of the three methods.
type vector struct {
	Values     []float32 `json:"values"`
	Statistics struct {
		Tokens adapter.Count `json:"token_count"`
	} `json:"statistics"`
}

// embedReply is the reply of batchEmbedContents, embedContent (Embedding) or
// predict (Predictions).
type embedReply struct {
	Embeddings  []vector `json:"embeddings"`
	Embedding   *vector  `json:"embedding"`
	Predictions []struct {
		Embeddings vector `json:"embeddings"`
	} `json:"predictions"`
	Usage json.RawMessage `json:"usageMetadata"`
	Error json.RawMessage `json:"error"`
}

func (w *embedReply) vectors() []vector {
	list := w.Embeddings
	if w.Embedding != nil {
		list = append(list, *w.Embedding)
	}
	for i := range w.Predictions {
		list = append(list, w.Predictions[i].Embeddings)
	}
	return list
}

func (p *Provider) decodeEmbeddings(call adapter.Call, resp *http.Response, body []byte, want int) (*providers.EmbedResponse, error) {
	id := requestID(resp)
	var w embedReply
	if err := json.Unmarshal(body, &w); err != nil {
		if isError(body) {
			return nil, p.apiError(call, resp, body)
		}
		return nil, call.Malformed(resp, id, "it is not a list of embeddings in JSON", err)
	}
	if present(w.Error) {
		return nil, p.apiError(call, resp, body)
	}
	list := w.vectors()
	if len(list) != want {
		return nil, call.Malformed(resp, id, "the number of embeddings is not that of the inputs", nil)
	}
	r := &providers.EmbedResponse{RequestID: id, Embeddings: make([][]float32, want), Usage: embedUsage(&w, list)}
	for i := range list {
		if len(list[i].Values) == 0 {
			return nil, call.Malformed(resp, id, "an embedding is empty", nil)
		}
		r.Embeddings[i] = list[i].Values
	}
	return r, nil
}

// embedUsage is the usage of the call or the sum over its texts, if all of them
// have one.
func embedUsage(w *embedReply, list []vector) providers.Usage {
	var c counts
	c.update(w.Usage)
	if c.Prompt.Set {
		c.Candidates, c.Thoughts, c.Total = adapter.Count{}, adapter.Count{}, adapter.Count{}
		return c.ledger(providers.UsageReported)
	}
	sum := adapter.Count{Set: true}
	for i := range list {
		n := list[i].Statistics.Tokens
		if !n.Set || n.N < 0 || n.N > maxTokens {
			return providers.Usage{}
		}
		sum.N += n.N
	}
	c.Prompt = sum
	return c.ledger(providers.UsageReported)
}
