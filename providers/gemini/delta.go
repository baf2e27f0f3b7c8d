package gemini

import (
	"cmp"
	"encoding/json"

	"github.com/llmotel/sdk/providers"
)

// choice is one candidate of a streamed answer. Its parts come whole, but texts
// and thinking go on in the next event.
type choice struct {
	next   int                 // index of the next part
	open   providers.ChunkKind // the part before it, if it may go on
	signed bool                // that part has a signature and does not go on
	text   int                 // index of the last text, for what is said of its sources
	calls  int

	reason   string
	logprobs json.RawMessage
}

// maxChoices bounds what a wire may claim.
const maxChoices = 1 << 8

func (s *stream) candidate(w *candidate) *providers.Error {
	n := min(max(w.Index, 0), maxChoices)
	for len(s.choices) <= n {
		s.choices = append(s.choices, &choice{text: -1})
	}
	c := s.choices[n]
	for _, raw := range w.Content.Parts {
		decoded, err := s.p.decodePart(raw)
		if err != nil {
			return s.malformed("a part of the answer makes no sense", err)
		}
		if decoded != nil {
			s.emit(c.chunk(s, n, decoded))
		}
	}
	if sources := w.sources(); sources != nil {
		if c.text < 0 {
			c.text, c.open = c.begin(), 0
		}
		s.emit(&providers.Chunk{Kind: providers.ChunkText, Choice: n, Part: c.text, Citations: sources})
	}
	c.reason = cmp.Or(string(w.FinishReason), c.reason)
	if present(w.Logprobs) {
		c.logprobs = joinLogprobs(c.logprobs, w.Logprobs)
	}
	return nil
}

// chunk returns a decoded part as the next chunk of the choice.
func (c *choice) chunk(s *stream, n int, decoded providers.Part) *providers.Chunk {
	out := &providers.Chunk{Choice: n}
	switch d := decoded.(type) {
	case providers.Text:
		out.Kind, out.Text, out.Signature = providers.ChunkText, d.Text, d.Signature
		out.Part = c.goOn(out.Kind, len(d.Signature) > 0)
		c.text = out.Part
	case providers.Reasoning:
		out.Kind, out.Text = providers.ChunkReasoning, d.Text
		begun := c.next
		if out.Part = c.goOn(out.Kind, d.Signature != ""); out.Part == begun {
			out.Reasoning = &providers.Reasoning{Provider: d.Provider, Signature: d.Signature}
		}
	case providers.ToolCall:
		d.ID = cmp.Or(d.ID, callID(s.finish.ResponseID, n, c.calls))
		c.calls++
		c.open = 0
		out.Kind, out.Part, out.ToolCall = providers.ChunkToolCall, c.begin(), &d
	default:
		c.open = 0
		out.Kind, out.Part, out.Whole = providers.ChunkPart, c.begin(), d
	}
	return out
}

func (c *choice) begin() int {
	c.next++
	return c.next - 1
}

// goOn returns the index of the part that a piece of text or thinking belongs
// to. A piece with a signature is a part of its own, because the API takes a
// signature back only with the text that it came with.
func (c *choice) goOn(kind providers.ChunkKind, signed bool) int {
	if c.open != kind || signed || c.signed {
		c.open, c.signed = kind, signed
		return c.begin()
	}
	return c.next - 1
}

// joinLogprobs joins the log probabilities of two pieces, list by list.
func joinLogprobs(a, b json.RawMessage) json.RawMessage {
	if len(a) == 0 {
		return b
	}
	var one, two map[string]json.RawMessage
	if json.Unmarshal(a, &one) != nil || json.Unmarshal(b, &two) != nil || one == nil {
		return b
	}
	for name, raw := range two {
		var before, after []json.RawMessage
		if json.Unmarshal(one[name], &before) == nil && json.Unmarshal(raw, &after) == nil && before != nil {
			raw, _ = json.Marshal(append(before, after...)) // of valid JSON
		}
		one[name] = raw
	}
	out, err := json.Marshal(one)
	if err != nil {
		return b
	}
	return out
}
