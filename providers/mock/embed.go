package mock

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/llmotel/sdk/providers"
)

// Embed waits and returns one vector of length 1 for each input. A text gives
// the same vector whatever the seed, and texts that share words are close. A
// profile without Dimensions fails with KindUnsupported. Steps of a script that
// break an answer or bring one of their own answer here as usual; those that
// stall do.
func (p *Provider) Embed(ctx context.Context, req *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	if err := req.Validate(); err != nil {
		return nil, err
	}
	if p.profile.Dimensions <= 0 {
		return nil, &providers.Error{
			Provider: p.profile.Name, Model: req.Model, Kind: providers.KindUnsupported,
			Detail: "the mock's profile has no embeddings",
		}
	}
	if ctx.Err() != nil {
		return nil, p.cancelled(ctx, req.Model)
	}
	c := p.count()
	defer c.end()
	c.req = &providers.Request{Model: req.Model, Messages: []providers.Message{providers.UserText(req.Input[0])}}
	c.decide()
	if err := c.fail(ctx); err != nil {
		return nil, err
	}
	delay := c.delay(p.profile.Failure.draw(c.rng)) // embeddings take about as long
	if c.step.broken == stalled || c.step.broken == silent {
		return nil, c.breaks(ctx)
	}
	if wait(ctx, delay) != nil {
		return nil, p.cancelled(ctx, req.Model)
	}
	n := p.profile.Dimensions
	if req.Dimensions > 0 {
		n = min(n, req.Dimensions)
	}
	r := &providers.EmbedResponse{Model: req.Model, RequestID: c.ids.request}
	r.Usage.Completeness = providers.UsageReported
	var tokens int64
	for _, text := range req.Input {
		tokens += EstimateTextTokens(text)
		r.Embeddings = append(r.Embeddings, vector(text, n))
	}
	r.Usage.Set(providers.ClassInput, tokens)
	return r, nil
}

// vector adds up a random direction for each word and one for the whole text.
func vector(text string, n int) []float32 {
	sum := make([]float64, n)
	add := func(s string, weight float64) {
		h := fnv.New64a()
		h.Write([]byte(s))
		rng := rand.New(rand.NewPCG(h.Sum64(), 0))
		for i := range sum {
			sum[i] += weight * rng.NormFloat64()
		}
	}
	add(text, 0.25)
	for _, w := range strings.FieldsFunc(strings.ToLower(text), notLetter) {
		add(w, 1)
	}
	var square float64
	for _, x := range sum {
		square += x * x
	}
	out := make([]float32, n)
	for i, x := range sum {
		out[i] = float32(x / math.Sqrt(square))
	}
	return out
}
