package bedrock

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Embed returns the vectors of Amazon's Titan text and Cohere's embedding models;
// each maker has a format of its own, and others are refused. Titan takes one
// text a call, so several make as many calls, one after the other, and one that
// fails fails them all. Cohere's models want to be told what the vectors are for:
// "search_document", unless Options.ModelFields has another "input_type". User is
// left out.
func (p *Provider) Embed(ctx context.Context, req *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	if err := req.Validate(); err != nil {
		return nil, adapter.Call{Provider: Name}.Refuse(err)
	}
	e := embedder{p: p, Call: adapter.Call{Provider: Name, Model: req.Model}, req: req, fields: optionsOf(req.Extensions).ModelFields}
	e.resp = &providers.EmbedResponse{Model: req.Model}
	var err error
	switch f := familyOf(req.Model); {
	case f.is(amazon, "titan-embed-text") || f.is(amazon, "titan-embed-g1-text"):
		err = e.titan(ctx)
	case f.is(cohere, "embed"):
		err = e.cohere(ctx, strings.HasPrefix(f.name, "embed-v"))
	default:
		err = e.Unsupported("model", "is neither a Titan text nor a Cohere embedding model, whose formats alone are known")
	}
	if err != nil {
		return nil, err
	}
	return e.resp, nil
}

// embedder is one embedding request.
type embedder struct {
	adapter.Call
	p      *Provider
	req    *providers.EmbedRequest
	fields map[string]any
	resp   *providers.EmbedResponse
	calls  int
}

func (e *embedder) titan(ctx context.Context) error {
	for _, text := range e.req.Input {
		body := map[string]any{"inputText": text}
		if e.req.Dimensions > 0 {
			body["dimensions"] = e.req.Dimensions
		}
		var w struct {
			Embedding []float32     `json:"embedding"`
			Tokens    adapter.Count `json:"inputTextTokenCount"`
		}
		r, err := e.invoke(ctx, body, &w)
		if err != nil {
			return err
		}
		if len(w.Embedding) == 0 {
			return e.malformed(r, "the embedding is empty", nil)
		}
		e.resp.Embeddings = append(e.resp.Embeddings, w.Embedding)
		e.add(r, w.Tokens)
	}
	return nil
}

func (e *embedder) cohere(ctx context.Context, sizes bool) error {
	body := map[string]any{"texts": e.req.Input, "input_type": "search_document"}
	if e.req.Dimensions > 0 {
		if !sizes {
			return e.Unsupported("dimensions", "this model's vectors have one size")
		}
		body["output_dimension"] = e.req.Dimensions
	}
	var w struct {
		Embeddings json.RawMessage `json:"embeddings"`
	}
	r, err := e.invoke(ctx, body, &w)
	if err != nil {
		return err
	}
	if e.resp.Embeddings, err = vectors(w.Embeddings); err != nil {
		return e.malformed(r, "the embeddings are no lists of numbers", err)
	}
	if len(e.resp.Embeddings) != len(e.req.Input) {
		return e.malformed(r, "the number of embeddings is not that of the inputs", nil)
	}
	for _, v := range e.resp.Embeddings {
		if len(v) == 0 {
			return e.malformed(r, "an embedding is empty", nil)
		}
	}
	e.add(r, adapter.Count{})
	return nil
}

// vectors reads the two forms of Cohere's answer: a list, or lists by the type
// of their numbers.
func vectors(raw json.RawMessage) (list [][]float32, err error) {
	if err = json.Unmarshal(raw, &list); err == nil {
		return list, nil
	}
	var typed struct {
		Float [][]float32 `json:"float"`
	}
	err = json.Unmarshal(raw, &typed)
	return typed.Float, err
}

// invoke makes one call and reads its JSON into out.
func (e *embedder) invoke(ctx context.Context, fields map[string]any, out any) (*reply, error) {
	body, err := json.Marshal(join(fields, e.fields))
	if err != nil {
		return nil, e.Transport(ctx, err)
	}
	r := &reply{limit: adapter.MaxBody}
	answer, err := e.p.client.InvokeModel(ctx, &sdk.InvokeModelInput{
		ModelId: &e.req.Model, Body: body, ContentType: aws.String("application/json"), Accept: aws.String("application/json"),
	}, r.options)
	if err != nil {
		return nil, e.failed(failure(ctx, e.Call, r, err))
	}
	if err := json.Unmarshal(answer.Body, out); err != nil {
		return nil, e.malformed(r, "it is not an answer of such a model in JSON", err)
	}
	e.resp.RequestID = r.requestID()
	return r, nil
}

func (e *embedder) malformed(r *reply, detail string, cause error) error {
	return e.failed(e.Malformed(r.resp, r.requestID(), detail, cause))
}

// failed adds what the calls before had used.
func (e *embedder) failed(err *providers.Error) *providers.Error {
	if err.Usage = e.resp.Usage; err.Usage.Completeness == providers.UsageReported {
		err.Usage.Completeness = providers.UsagePartial
	}
	return err
}

// add counts a call's tokens: those of the body, else those of the header.
func (e *embedder) add(r *reply, tokens adapter.Count) {
	if !tokens.Set {
		n, err := strconv.ParseInt(adapter.FirstHeader(r.resp, "x-amzn-bedrock-input-token-count"), 10, 64)
		tokens = adapter.Count{N: n, Set: err == nil}
	}
	u := providers.Usage{Completeness: providers.UsageReported}
	tokens.Into(&u, providers.ClassInput)
	u = adapter.Tidy(u)
	e.calls++
	if e.calls == 1 {
		e.resp.Usage = u
	} else {
		e.resp.Usage = e.resp.Usage.Add(u)
	}
}
