package anthropic

import (
	"encoding/json"
	"strings"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmotel/sdk/providers"
)

// block is one content block of a streamed answer.
type block struct {
	typ   string
	raw   string          // as it started
	input strings.Builder // of a block that is yielded whole
	begun bool            // a piece has been yielded
}

func (s *stream) blockStart(index int64, w *sdk.ContentBlockStartEventContentBlockUnion) {
	b := &block{typ: w.Type, raw: w.RawJSON()}
	s.blocks[index] = b
	s.last = max(s.last, min(index, 1<<20))
	switch w.Type {
	case "text":
		s.text(index, w.Text, array(w.JSON.Citations.Raw()))
	case "thinking":
		s.thinking(index, b, w.Thinking, w.Signature)
	case "redacted_thinking":
		s.emit(&providers.Chunk{
			Kind: providers.ChunkReasoning, Part: int(index),
			Reasoning: &providers.Reasoning{Provider: s.p.name, Encrypted: w.Data},
		})
	case "tool_use":
		s.emit(&providers.Chunk{Kind: providers.ChunkToolCall, Part: int(index), ToolCall: &providers.ToolCall{
			ID: w.ID, Name: w.Name, Signature: callerOf(json.RawMessage(b.raw)),
		}})
	}
}

func (s *stream) blockDelta(index int64, w *sdk.MessageStreamEventUnionDelta) {
	b := s.blocks[index]
	if b == nil { // a gateway that leaves out the start
		b = &block{typ: map[string]string{"text_delta": "text", "thinking_delta": "thinking"}[w.Type]}
		s.blocks[index] = b
	}
	switch w.Type {
	case "text_delta":
		s.text(index, w.Text, nil)
	case "citations_delta":
		if raw := w.Citation.RawJSON(); raw != "" {
			s.text(index, "", json.RawMessage("["+raw+"]"))
		}
	case "thinking_delta":
		s.thinking(index, b, w.Thinking, "")
	case "signature_delta":
		s.thinking(index, b, "", w.Signature)
	case "input_json_delta":
		switch {
		case w.PartialJSON == "":
		case b.typ == "tool_use":
			b.begun = true
			s.emit(&providers.Chunk{
				Kind: providers.ChunkToolCall, Part: int(index), ToolCall: &providers.ToolCall{Arguments: w.PartialJSON},
			})
		default:
			b.input.WriteString(w.PartialJSON)
		}
	}
}

func (s *stream) blockStop(index int64) {
	b := s.blocks[index]
	if b == nil {
		return
	}
	delete(s.blocks, index)
	switch b.typ {
	case "text", "thinking", "redacted_thinking", "":
	case "tool_use":
		if !b.begun { // without arguments no delta comes
			s.emit(&providers.Chunk{
				Kind: providers.ChunkToolCall, Part: int(index), ToolCall: &providers.ToolCall{Arguments: inputOf(b.raw)},
			})
		}
	default:
		s.emit(&providers.Chunk{
			Kind: providers.ChunkPart, Part: int(index),
			Whole: providers.Opaque{Provider: s.p.name, Type: b.typ, JSON: b.whole()},
		})
	}
}

func (s *stream) text(index int64, text string, citations json.RawMessage) {
	if text != "" || citations != nil {
		s.emit(&providers.Chunk{Kind: providers.ChunkText, Part: int(index), Text: text, Citations: citations})
	}
}

func (s *stream) thinking(index int64, b *block, text, signature string) {
	if text == "" && signature == "" {
		return
	}
	c := &providers.Chunk{Kind: providers.ChunkReasoning, Part: int(index), Text: text}
	if !b.begun || signature != "" {
		c.Reasoning = &providers.Reasoning{Provider: s.p.name, Signature: signature}
	}
	b.begun = true
	s.emit(c)
}

// whole returns the block with the input that came in pieces.
func (b *block) whole() json.RawMessage {
	if b.input.Len() == 0 || !json.Valid([]byte(b.input.String())) {
		return json.RawMessage(b.raw)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(b.raw), &fields) != nil || fields == nil {
		return json.RawMessage(b.raw)
	}
	fields["input"] = json.RawMessage(b.input.String())
	raw, err := json.Marshal(fields)
	if err != nil {
		return json.RawMessage(b.raw)
	}
	return raw
}

// inputOf returns the input of a block as it started.
func inputOf(raw string) string {
	var w struct {
		Input json.RawMessage `json:"input"`
	}
	if json.Unmarshal([]byte(raw), &w) != nil || len(w.Input) == 0 || string(w.Input) == "null" {
		return "{}"
	}
	return string(w.Input)
}
