package failover

import (
	"iter"

	"github.com/llmotel/sdk/providers"
)

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
