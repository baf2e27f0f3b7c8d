package failover

import (
	"slices"
	"strings"
	"unicode"

	"github.com/llmotel/sdk/providers"
)

// resume is an answer that the next target continues.
type resume struct {
	text  string // without the white space at its end ...
	space bool   // ... if it had any
	part  int    // the part that grows
	first int    // the continuing stream's part that it grows by; -1: not seen yet
}

// continuable returns the answer so far in a form that a target can continue;
// nil if it has none.
func continuable(req *providers.Request, partial *providers.Response) *resume {
	if partial == nil || len(partial.Choices) != 1 || req.Choices > 1 {
		return nil
	}
	parts := partial.Choices[0].Message.Parts
	var text strings.Builder
	for i, p := range parts {
		switch p := p.(type) {
		case providers.Text:
			text.WriteString(p.Text)
		case providers.Reasoning:
			if i == len(parts)-1 {
				return nil // it was thinking
			}
		default:
			return nil
		}
	}
	whole := text.String()
	trimmed := strings.TrimRightFunc(whole, unicode.IsSpace)
	if trimmed == "" {
		return nil
	}
	return &resume{text: trimmed, space: trimmed != whole, part: len(parts) - 1, first: -1}
}

// request returns req with the answer so far as its last message. Vendors
// refuse one that ends in white space.
func (r *resume) request(req *providers.Request) *providers.Request {
	out := *req
	out.Messages = append(slices.Clip(req.Messages), providers.AssistantText(r.text))
	return &out
}

// again returns the answer so far as a chunk, to be continued anew.
func (r *resume) again() *providers.Chunk {
	r.space, r.part, r.first = false, 0, -1
	return &providers.Chunk{Kind: providers.ChunkText, Text: r.text}
}

// join makes a chunk of the continuing stream one of the whole answer; nil if
// it has nothing to add.
func (r *resume) join(chunk *providers.Chunk) *providers.Chunk {
	switch {
	case chunk.Kind == providers.ChunkStart:
		return nil
	case !chunk.Kind.Semantic():
		return chunk
	}
	c := *chunk
	if c.Kind == providers.ChunkText && (r.first < 0 || c.Part == r.first) {
		r.first = c.Part
		c.Part = r.part
		if r.space {
			c.Text = strings.TrimLeftFunc(c.Text, unicode.IsSpace)
			r.space = c.Text == ""
		}
		if c.Text == "" && c.Citations == nil && c.Signature == nil {
			return nil
		}
		return &c
	}
	c.Part += r.part + 1
	return &c
}
