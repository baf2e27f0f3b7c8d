package providers

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strings"
)

// Collect ranges over a stream and returns the answer that it adds up to, the
// same as Generate would have returned (without Raw). If the stream breaks it
// returns what had arrived together with the error; a stream that ends without
// a ChunkFinish has broken too, with KindMalformed.
func Collect(stream iter.Seq2[*Chunk, error]) (*Response, error) {
	var c Collector
	for chunk, err := range stream {
		if err != nil {
			return c.Partial(), err
		}
		c.Add(chunk)
	}
	if !c.done {
		return c.Partial(), &Error{Kind: KindMalformed, Model: c.resp.Model, Detail: "the stream ended without a finish chunk"}
	}
	return c.Response(), nil
}

// Collector builds a Response from chunks. The zero value is ready to use. It
// is not safe for concurrent use.
type Collector struct {
	resp    Response
	choices []choiceParts
	done    bool
}

// choiceParts are the parts of one choice in the order of their first chunk.
type choiceParts struct{ parts []*partBuilder }

type partBuilder struct {
	kind      ChunkKind
	index     int
	text      strings.Builder // text, thinking, or tool call arguments
	citations json.RawMessage
	phase     string
	signature []byte
	reasoning Reasoning
	call      ToolCall
	whole     Part
}

// Add takes the next chunk. A ChunkRestart discards what was added before. A nil
// chunk adds nothing.
func (c *Collector) Add(chunk *Chunk) {
	if chunk == nil {
		return
	}
	switch chunk.Kind {
	case ChunkStart:
		c.resp.ID, c.resp.RequestID, c.resp.Model = chunk.ResponseID, chunk.RequestID, chunk.Model
	case ChunkText:
		p := c.part(chunk)
		p.text.WriteString(chunk.Text)
		p.citations = appendArray(p.citations, chunk.Citations)
		setIf(&p.phase, chunk.Phase)
		p.signature = append(p.signature, chunk.Signature...)
	case ChunkReasoning:
		p := c.part(chunk)
		p.text.WriteString(chunk.Text)
		if r := chunk.Reasoning; r != nil {
			setIf(&p.reasoning.Provider, r.Provider)
			setIf(&p.reasoning.ID, r.ID)
			p.reasoning.Signature += r.Signature
			p.reasoning.Encrypted += r.Encrypted
		}
	case ChunkToolCall:
		p := c.part(chunk)
		if t := chunk.ToolCall; t != nil {
			p.text.WriteString(t.Arguments)
			setIf(&p.call.ID, t.ID)
			setIf(&p.call.Name, t.Name)
			p.call.Signature = append(p.call.Signature, t.Signature...)
		}
	case ChunkPart:
		c.part(chunk).whole = chunk.Whole
	case ChunkUsage:
		if chunk.Usage != nil {
			c.resp.Usage = *chunk.Usage
		}
	case ChunkFinish:
		c.done = true
		if chunk.Finish != nil {
			c.finish(chunk.Finish)
		}
	case ChunkRestart:
		*c = Collector{}
	}
}

// Response returns the answer so far. Choices without a finish reason end with
// FinishError.
func (c *Collector) Response() *Response {
	r := c.resp
	r.Choices = make([]Choice, max(len(c.choices), len(c.resp.Choices)))
	copy(r.Choices, c.resp.Choices)
	for i := range r.Choices {
		r.Choices[i].Message.Role = RoleAssistant
		if i < len(c.choices) {
			r.Choices[i].Message.Parts = c.choices[i].build()
		}
		if r.Choices[i].FinishReason == "" {
			r.Choices[i].FinishReason = FinishError
		}
	}
	return &r
}

// Partial returns the answer so far of a stream that broke: its usage is at
// best partial. Nil if no chunk was added.
func (c *Collector) Partial() *Response {
	if len(c.choices) == 0 && c.resp.ID == "" && c.resp.Usage.Completeness == UsageMissing {
		return nil
	}
	r := c.Response()
	if !c.done && r.Usage.Completeness == UsageReported {
		r.Usage.Completeness = UsagePartial
	}
	return r
}

func (c *Collector) finish(f *Finish) {
	r := &c.resp
	setIf(&r.ID, f.ResponseID)
	setIf(&r.RequestID, f.RequestID)
	setIf(&r.Model, f.Model)
	setIf(&r.Provider, f.Provider)
	setIf(&r.API, f.API)
	setIf(&r.ServiceTier, f.ServiceTier)
	setIf(&r.Region, f.Region)
	setIf(&r.SystemFingerprint, f.SystemFingerprint)
	setIf(&r.Target, f.Target)
	r.Attempts, r.Degraded = f.Attempts, f.Degraded
	r.MalformedChunks = f.MalformedChunks
	if !f.Created.IsZero() {
		r.Created = f.Created
	}
	r.Usage = f.Usage
	r.Choices = make([]Choice, len(f.Reasons))
	for i := range f.Reasons {
		r.Choices[i].FinishReason = f.Reasons[i]
		if i < len(f.RawReasons) {
			r.Choices[i].RawFinishReason = f.RawReasons[i]
		}
		if i < len(f.Logprobs) {
			r.Choices[i].Logprobs = f.Logprobs[i]
		}
	}
	if len(r.Choices) > 0 {
		r.Choices[0].StopSequence = f.StopSequence
	}
}

func setIf(dst *string, v string) {
	if v != "" {
		*dst = v
	}
}

// appendArray joins two JSON arrays; what is not an array is left out.
func appendArray(a, b json.RawMessage) json.RawMessage {
	b = bytes.TrimSpace(b)
	if len(b) < 2 || b[0] != '[' || b[len(b)-1] != ']' || len(bytes.TrimSpace(b[1:len(b)-1])) == 0 {
		return a
	}
	if len(a) == 0 {
		return bytes.Clone(b)
	}
	return append(append(a[:len(a)-1:len(a)-1], ','), b[1:]...)
}

// part returns the builder of the part that the chunk belongs to.
func (c *Collector) part(chunk *Chunk) *partBuilder {
	const maxChoices = 1 << 10 // a wire may claim any index
	n := min(max(chunk.Choice, 0), maxChoices)
	for len(c.choices) <= n {
		c.choices = append(c.choices, choiceParts{})
	}
	parts := &c.choices[n].parts
	for _, p := range slices.Backward(*parts) {
		if p.index == chunk.Part && p.kind == chunk.Kind {
			return p
		}
	}
	p := &partBuilder{kind: chunk.Kind, index: chunk.Part}
	*parts = append(*parts, p)
	return p
}

func (c *choiceParts) build() []Part {
	var out []Part
	for _, p := range c.parts {
		switch p.kind {
		case ChunkText:
			out = append(out, Text{Text: p.text.String(), Citations: p.citations, Phase: p.phase, Signature: p.signature})
		case ChunkReasoning:
			r := p.reasoning
			r.Text = p.text.String()
			out = append(out, r)
		case ChunkToolCall:
			call := p.call
			call.Arguments = p.text.String()
			out = append(out, call)
		case ChunkPart:
			if p.whole != nil {
				out = append(out, p.whole)
			}
		}
	}
	return out
}
