package failover

import (
	"context"
	"errors"
	"iter"

	"github.com/llmotel/sdk/providers"
)

// LastResort answers a call that no target has answered. req is the caller's
// request and failed the error that the caller would get. Its own error, if it
// has no answer either, is joined to that one.
type LastResort func(ctx context.Context, req *providers.Request, failed *Error) (*providers.Response, error)

// WithLastResort sets what answers when no target is left or the call's time is
// up: a cache, a smaller model in the process, an apology. Such an answer is
// marked: Response.Degraded and Finish.Degraded are true, Target is empty. It
// is not asked where the request itself is at fault, where the caller has
// cancelled, or after part of a stream was delivered.
func WithLastResort(f LastResort) Option {
	return optionFunc(func(c config) config { c.lastResort = f; return c })
}

// WithStaticAnswer is a WithLastResort that always answers with this text.
func WithStaticAnswer(text string) Option {
	return WithLastResort(func(context.Context, *providers.Request, *Error) (*providers.Response, error) {
		return &providers.Response{Choices: []providers.Choice{{
			Message: providers.AssistantText(text), FinishReason: providers.FinishStop,
		}}}, nil
	})
}

// resort asks the last resort, if there is one and it is its turn.
func (k *call) resort(err error) (*providers.Response, error) {
	failed, ok := errors.AsType[*Error](err)
	if k.chain.lastResort == nil || !ok || k.delivered || failed.Outcome != OutcomeExhausted && failed.Outcome != OutcomeTimeout {
		return nil, err
	}
	resp, own := k.chain.lastResort(k.ctx, k.req, failed)
	switch {
	case own != nil:
		failed.LastResort = own
		return nil, err
	case resp == nil:
		return nil, err
	}
	r := *resp
	r.Target, r.Attempts, r.Degraded = "", k.tries(), true
	if r.Provider == "" {
		r.Provider = k.chain.name
	}
	k.degraded = true
	if len(k.chain.hooks) > 0 {
		from := ""
		if k.from != nil {
			from = k.from.name
		}
		k.chain.hookFallback(k.ctx, FallbackEvent{From: from, Kind: k.fromKind, Err: k.err, LastResort: true})
	}
	return &r, nil
}

// answer delivers a whole answer as a stream.
func (k *call) answer(r *providers.Response) {
	for c := range chunksOf(r) {
		if !k.pass(c) {
			return
		}
	}
}

// chunksOf is a whole answer as a stream.
func chunksOf(r *providers.Response) iter.Seq[*providers.Chunk] {
	return func(yield func(*providers.Chunk) bool) {
		f := &providers.Finish{
			ResponseID: r.ID, RequestID: r.RequestID, Provider: r.Provider, Model: r.Model, API: r.API, Usage: r.Usage,
			ServiceTier: r.ServiceTier, Region: r.Region, SystemFingerprint: r.SystemFingerprint, Created: r.Created,
			Attempts: r.Attempts, Degraded: r.Degraded,
		}
		if !yield(&providers.Chunk{Kind: providers.ChunkStart, ResponseID: r.ID, RequestID: r.RequestID, Model: r.Model}) {
			return
		}
		for i := range r.Choices {
			c := &r.Choices[i]
			for j, p := range c.Message.Parts {
				if !yield(chunkOf(p, i, j)) {
					return
				}
			}
			f.Reasons = append(f.Reasons, c.FinishReason)
			f.RawReasons = append(f.RawReasons, c.RawFinishReason)
		}
		yield(&providers.Chunk{Kind: providers.ChunkFinish, Finish: f})
	}
}

func chunkOf(p providers.Part, choice, part int) *providers.Chunk {
	c := &providers.Chunk{Choice: choice, Part: part}
	switch p := p.(type) {
	case providers.Text:
		c.Kind, c.Text, c.Citations, c.Signature = providers.ChunkText, p.Text, p.Citations, p.Signature
	case providers.Reasoning:
		c.Kind, c.Text = providers.ChunkReasoning, p.Text
		p.Text = ""
		c.Reasoning = &p
	case providers.ToolCall:
		c.Kind, c.ToolCall = providers.ChunkToolCall, &p
	default:
		c.Kind, c.Whole = providers.ChunkPart, p
	}
	return c
}
