package openai

import (
	"encoding/json"

	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
)

// maxItems bounds how many items and parts of items a wire may claim.
const maxItems = 1 << 14

// itemState is what a stream has yielded of one output item.
type itemState struct {
	done bool
	// part is the index of the item's part plus one, of thinking that of the last;
	// sent how many bytes of a call's arguments were yielded.
	part, sent int
	// thoughts are the parts of thinking.
	thoughts []int
	// phase is that of a message.
	phase string
	// named: id and name of a call were yielded.
	named bool
	// section is the part of the thinking that pieces belong to.
	section section
	// texts are the parts of a message by their index.
	texts map[int64]*textState
}

// section is one of the texts that make up the thinking.
type section struct {
	kind  string
	index int64
}

// textState is one text of a message.
type textState struct {
	part, sent int
	phase      string // as it was yielded
}

// healed reports whether the end of the stream makes up for the events that
// were skipped. Since an item comes whole at its end, nothing but thinking is
// lost: after a skipped event texts and arguments come with that end instead of
// in pieces, which would have a hole.
func (s *itemStream) healed(output []responses.ResponseOutputItemUnion) bool {
	if s.skipped.N == 0 {
		return true
	}
	for _, item := range s.items {
		if !item.done {
			return false
		}
	}
	return len(output) > 0
}

// piece takes an event about one item.
func (s *itemStream) piece(w *event) *providers.Error {
	if !s.started {
		return s.malformed("the stream does not begin with a response", nil)
	}
	item, err := s.item(w.OutputIndex)
	if err != nil || item.done {
		return err
	}
	switch w.Type {
	case "response.output_item.added", "response.output_item.done":
		var full responses.ResponseOutputItemUnion
		if err := json.Unmarshal(w.Item, &full); err != nil {
			return s.malformed("an event of the stream has no item", err)
		}
		if w.Type == "response.output_item.done" {
			return s.finishItem(w.OutputIndex, &full)
		}
		item.phase = string(full.Phase)
		if full.Type == itemFunction {
			s.arguments(item, full.CallID, full.Name, "")
		}
	case "response.output_text.delta":
		if s.skipped.N > 0 {
			return nil
		}
		return s.text(item, w.ContentIndex, w.Delta, nil)
	case "response.reasoning_summary_text.delta":
		s.thinking(item, section{"summary", w.SummaryIndex}, w.Delta)
	case "response.reasoning_text.delta":
		s.thinking(item, section{"content", w.ContentIndex}, w.Delta)
	case "response.function_call_arguments.delta":
		if s.skipped.N > 0 {
			return nil
		}
		s.arguments(item, "", "", w.Delta)
	}
	return nil
}

func (s *itemStream) item(index int64) (*itemState, *providers.Error) {
	if index < 0 || index >= maxItems {
		return nil, s.malformed("an item of the stream has an impossible index", nil)
	}
	item := s.items[index]
	if item == nil {
		item = &itemState{}
		if s.items == nil {
			s.items = map[int64]*itemState{}
		}
		s.items[index] = item
	}
	return item, nil
}

// next returns the index of a new part.
func (s *itemStream) next() int {
	s.used++
	return s.used - 1
}

// text yields a piece of a message's text, or its citations.
func (s *itemStream) text(item *itemState, index int64, piece string, citations json.RawMessage) *providers.Error {
	if index < 0 || index >= maxItems {
		return s.malformed("a text of the stream has an impossible index", nil)
	}
	t := item.texts[index]
	if t == nil {
		t = &textState{part: s.next()}
		if item.texts == nil {
			item.texts = map[int64]*textState{}
		}
		item.texts[index] = t
	}
	t.sent += len(piece)
	chunk := &providers.Chunk{Kind: providers.ChunkText, Part: t.part, Text: piece, Citations: citations}
	if t.phase != item.phase {
		t.phase, chunk.Phase = item.phase, item.phase
	}
	s.emit(chunk)
	return nil
}

// thinking yields a piece of thinking, each section as a part. Of the summaries and
// the thinking itself, those that come first are the parts.
func (s *itemStream) thinking(item *itemState, at section, piece string) {
	chunk := &providers.Chunk{Kind: providers.ChunkReasoning, Text: piece}
	switch {
	case item.part > 0 && item.section.kind != at.kind:
		return
	case item.part == 0 || item.section != at:
		item.part = s.next() + 1
		item.thoughts = append(item.thoughts, item.part-1)
		chunk.Reasoning = &providers.Reasoning{Provider: s.p.name}
	}
	item.section = at
	chunk.Part = item.part - 1
	s.emit(chunk)
}

// arguments yields a piece of a function call.
func (s *itemStream) arguments(item *itemState, id, name, piece string) {
	if item.part == 0 {
		item.part = s.next() + 1
	}
	item.named = item.named || id != "" && name != ""
	item.sent += len(piece)
	s.emit(&providers.Chunk{
		Kind: providers.ChunkToolCall, Part: item.part - 1,
		ToolCall: &providers.ToolCall{ID: id, Name: name, Arguments: piece},
	})
}

// finishItem yields what pieces have not brought of an item, which is all of it
// for most kinds. It does nothing for an item that is finished.
func (s *itemStream) finishItem(index int64, full *responses.ResponseOutputItemUnion) *providers.Error {
	item, err := s.item(index)
	if err != nil || item.done || s.left {
		return err
	}
	item.done = true
	s.called = s.called || calls(full.Type)
	switch full.Type {
	case itemMessage:
		return s.finishMessage(item, full)
	case itemFunction:
		rest := after(full.Arguments.OfString, item.sent)
		if !item.named {
			s.arguments(item, full.CallID, full.Name, rest)
		} else if rest != "" {
			s.arguments(item, "", "", rest)
		}
	case itemReasoning:
		s.finishThinking(item, full)
	case itemCustomCall:
		call := customCall(full.CallID, full.Name, full.Input)
		s.emit(&providers.Chunk{Kind: providers.ChunkToolCall, Part: s.next(), ToolCall: &call})
	default:
		s.emit(&providers.Chunk{Kind: providers.ChunkPart, Part: s.next(), Whole: s.p.item(full)})
	}
	return nil
}

func (s *itemStream) finishMessage(item *itemState, full *responses.ResponseOutputItemUnion) *providers.Error {
	if full.Phase != "" {
		item.phase = string(full.Phase)
	}
	for j := range full.Content {
		c := &full.Content[j]
		s.logprobs.add(c)
		part := content(c, s.p.name, item.phase)
		t, ok := part.(providers.Text)
		if !ok {
			s.emit(&providers.Chunk{Kind: providers.ChunkPart, Part: s.next(), Whole: part})
			continue
		}
		rest, begun := t.Text, item.texts[int64(j)]
		if begun != nil {
			rest = after(t.Text, begun.sent)
		}
		if begun != nil && rest == "" && t.Citations == nil && begun.phase == item.phase {
			continue
		}
		if err := s.text(item, int64(j), rest, t.Citations); err != nil {
			return err
		}
	}
	return nil
}

// finishThinking yields the id and the encrypted form, which change until the
// item is whole, and all of it if there were no pieces.
func (s *itemStream) finishThinking(item *itemState, full *responses.ResponseOutputItemUnion) {
	var texts []string
	if item.part == 0 {
		texts = thoughts(full)
		for range texts {
			item.part = s.next() + 1
			item.thoughts = append(item.thoughts, item.part-1)
		}
	}
	for i, part := range item.thoughts {
		chunk := &providers.Chunk{
			Kind: providers.ChunkReasoning, Part: part,
			Reasoning: &providers.Reasoning{Provider: s.p.name, ID: full.ID},
		}
		if i < len(texts) {
			chunk.Text = texts[i]
		}
		if i == len(item.thoughts)-1 {
			chunk.Reasoning.Encrypted = full.EncryptedContent
		}
		s.emit(chunk)
	}
}

// after returns what follows the first n bytes.
func after(s string, n int) string {
	if n >= len(s) {
		return ""
	}
	return s[n:]
}
