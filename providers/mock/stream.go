package mock

import (
	"context"

	"github.com/llmotel/sdk/providers"
)

// stream yields the answer in pieces, with the pauses and the breakage of the
// call.
func (c *call) stream(ctx context.Context, yield func(*providers.Chunk, error) bool) {
	first := c.delay(c.p.profile.FirstToken.draw(c.rng))
	if c.step.broken == silent {
		yield(nil, c.breaks(ctx))
		return
	}
	if wait(ctx, first) != nil {
		yield(nil, c.p.ended(ctx, c.req))
		return
	}
	r := c.respond()
	for _, chunk := range c.opening(r) {
		if !yield(chunk, nil) {
			return
		}
	}
	chunks := pieces(r)
	for i, chunk := range chunks {
		if c.step.broken != whole && i == c.step.after {
			break
		}
		pause := c.p.scaled(c.p.profile.Gap.draw(c.rng))
		if i == 0 {
			pause = 0
		}
		if wait(ctx, pause) != nil {
			yield(nil, c.p.ended(ctx, c.req))
			return
		}
		if !yield(chunk, nil) {
			return
		}
	}
	if c.step.broken != whole {
		yield(nil, c.breaks(ctx))
		return
	}
	if ctx.Err() != nil {
		yield(nil, c.p.ended(ctx, c.req))
		return
	}
	usage := r.Usage
	if yield(&providers.Chunk{Kind: providers.ChunkUsage, Usage: &usage}, nil) {
		yield(&providers.Chunk{Kind: providers.ChunkFinish, Finish: finish(r)}, nil)
	}
}

// opening is what comes before the answer itself.
func (c *call) opening(r *providers.Response) []*providers.Chunk {
	chunks := []*providers.Chunk{{
		Kind: providers.ChunkStart, ResponseID: r.ID, RequestID: r.RequestID, Model: r.Model,
	}}
	if c.p.profile.Dialect == DialectAnthropic {
		u := r.Usage
		u.Completeness, u.Output, u.Reasoning = providers.UsagePartial, 1, 0
		u.Reported &^= providers.ClassReasoning
		chunks = append(chunks, &providers.Chunk{Kind: providers.ChunkUsage, Usage: &u})
	}
	return chunks
}

func finish(r *providers.Response) *providers.Finish {
	f := &providers.Finish{
		ResponseID: r.ID, RequestID: r.RequestID, Provider: r.Provider, Model: r.Model, API: r.API, Usage: r.Usage,
		ServiceTier: r.ServiceTier, StopSequence: r.Choices[0].StopSequence,
	}
	for _, choice := range r.Choices {
		f.Reasons = append(f.Reasons, choice.FinishReason)
		f.RawReasons = append(f.RawReasons, choice.RawFinishReason)
	}
	return f
}

// pieces cuts the answer into chunks; alternatives take turns.
func pieces(r *providers.Response) []*providers.Chunk {
	queues := make([][]*providers.Chunk, len(r.Choices))
	left := 0
	for i, choice := range r.Choices {
		for j, part := range choice.Message.Parts {
			queues[i] = appendPart(queues[i], part, i, j)
		}
		left += len(queues[i])
	}
	out := make([]*providers.Chunk, 0, left)
	for len(out) < left {
		for i, q := range queues {
			if len(q) > 0 {
				out, queues[i] = append(out, q[0]), q[1:]
			}
		}
	}
	return out
}

func appendPart(chunks []*providers.Chunk, part providers.Part, choice, index int) []*providers.Chunk {
	chunk := providers.Chunk{Choice: choice, Part: index}
	switch p := part.(type) {
	case providers.Text:
		chunk.Kind = providers.ChunkText
		for _, s := range tokens(p.Text) {
			c := chunk
			c.Text = s
			chunks = append(chunks, &c)
		}
		if p.Citations != nil || p.Signature != nil || p.Text == "" {
			chunk.Citations, chunk.Signature = p.Citations, p.Signature
			chunks = append(chunks, &chunk)
		}
	case providers.Reasoning:
		chunk.Kind = providers.ChunkReasoning
		for _, s := range tokens(p.Text) {
			c := chunk
			c.Text = s
			chunks = append(chunks, &c)
		}
		p.Text = ""
		if p != (providers.Reasoning{}) {
			chunk.Reasoning = &p
			chunks = append(chunks, &chunk)
		}
	case providers.ToolCall:
		chunk.Kind = providers.ChunkToolCall
		head := chunk
		head.ToolCall = &providers.ToolCall{ID: p.ID, Name: p.Name, Signature: p.Signature}
		chunks = append(chunks, &head)
		for _, s := range tokens(p.Arguments) {
			c := chunk
			c.ToolCall = &providers.ToolCall{Arguments: s}
			chunks = append(chunks, &c)
		}
	default:
		chunk.Kind, chunk.Whole = providers.ChunkPart, part
		chunks = append(chunks, &chunk)
	}
	return chunks
}

// tokens cuts a text into pieces of about a word: up to 12 bytes, before a
// space where there is one.
func tokens(s string) []string {
	const most = 12
	var out []string
	for s != "" {
		n := len(cutText(s, most))
		for i := 1; i < n; i++ {
			if s[i] == ' ' {
				n = i
				break
			}
		}
		if n == 0 {
			n = len(s) // not UTF-8
		}
		out, s = append(out, s[:n]), s[n:]
	}
	return out
}
