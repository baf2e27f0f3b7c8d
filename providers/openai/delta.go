package openai

import (
	"encoding/json"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/respjson"

	"github.com/llmotel/sdk/providers"
)

// maxIndex bounds the indexes that a wire may claim for choices.
const maxIndex = 1 << 10

// choice is one alternative of a streamed answer.
type choice struct {
	finish    string
	used      int // parts so far
	text      int // index of the text part plus one; 0 if none yet
	reasoning int // likewise
	tools     map[int64]*toolState
	late      late
	logprobs  logprobs
}

// toolState is one function call of a streamed answer.
type toolState struct {
	part     int
	id, name string
	custom   int // index in late.custom plus one; 0 for functions
	input    string
}

// next returns the index of a new part.
func (c *choice) next() int {
	c.used++
	return c.used - 1
}

// part returns the index that a kind of part has, and gives it one at first.
func (c *choice) part(index *int) int {
	if *index == 0 {
		*index = c.next() + 1
	}
	return *index - 1
}

// choice yields what one choice of a chunk brings.
func (s *stream) choice(w *sdk.ChatCompletionChunkChoice) *providers.Error {
	if w.Index < 0 || w.Index > maxIndex {
		return s.malformed("a choice of the stream has an impossible index", nil)
	}
	n := int(w.Index)
	for len(s.choices) <= n {
		s.choices = append(s.choices, &choice{})
	}
	c := s.choices[n]
	d := &w.Delta
	thinking, text := contentOf(d.JSON.Content, d.Content)
	if thinking += thinkingOf(d.JSON.ExtraFields); thinking != "" {
		chunk := &providers.Chunk{Kind: providers.ChunkReasoning, Choice: n, Text: thinking}
		if c.reasoning == 0 {
			chunk.Reasoning = &providers.Reasoning{Provider: s.p.name}
		}
		chunk.Part = c.part(&c.reasoning)
		s.emit(chunk)
	}
	citations := annotations(d.JSON.ExtraFields["annotations"])
	if text != "" || citations != nil {
		s.emit(&providers.Chunk{
			Kind: providers.ChunkText, Choice: n, Part: c.part(&c.text), Text: text, Citations: citations,
		})
	}
	if len(d.ToolCalls) > 0 && !s.skipped.Whole() {
		return s.malformed(pieceMissing, nil)
	}
	for i := range d.ToolCalls {
		s.toolCall(n, c, &d.ToolCalls[i])
	}
	c.late.refusal.WriteString(d.Refusal)
	if present(d.JSON.Audio) {
		c.late.addAudio(d.Audio.ID, d.Audio.Data, d.Audio.Transcript)
	}
	c.late.addExtra(d.JSON.ExtraFields)
	c.logprobs.add(w.JSON.Logprobs)
	set(&c.finish, w.FinishReason)
	return nil
}

// toolCall yields a piece of a call. Pieces are told apart by index; services
// that give every call the index 0 tell them apart by id.
func (s *stream) toolCall(n int, c *choice, d *sdk.ChatCompletionChunkChoiceDeltaToolCall) {
	t := c.tools[d.Index]
	if t == nil || d.ID != "" && t.id != "" && d.ID != t.id {
		t = &toolState{part: -1}
		if c.tools == nil {
			c.tools = map[int64]*toolState{}
		}
		c.tools[d.Index] = t
	}
	piece := providers.ToolCall{Arguments: d.Function.Arguments}
	if t.id == "" && d.ID != "" {
		t.id, piece.ID = d.ID, d.ID
	}
	if f := d.JSON.ExtraFields["custom"]; present(f) {
		c.customCall(t, f)
		return
	}
	if t.name == "" && d.Function.Name != "" {
		t.name, piece.Name = d.Function.Name, d.Function.Name
	}
	if t.part < 0 {
		t.part = c.next()
	} else if piece.ID == "" && piece.Name == "" && piece.Arguments == "" {
		return
	}
	s.emit(&providers.Chunk{Kind: providers.ChunkToolCall, Choice: n, Part: t.part, ToolCall: &piece})
}

// customCall gathers the call of a custom tool, whose input becomes one JSON
// string.
func (c *choice) customCall(t *toolState, f respjson.Field) {
	var d struct {
		Name  string `json:"name"`
		Input string `json:"input"`
	}
	if json.Unmarshal([]byte(f.Raw()), &d) != nil {
		return
	}
	if t.custom == 0 {
		c.late.custom = append(c.late.custom, nil)
		t.custom = len(c.late.custom)
	}
	t.name += d.Name
	t.input += d.Input
	c.late.custom[t.custom-1] = customCall(t.id, t.name, t.input)
}

// logprobs gathers log probabilities from the chunks of a stream.
type logprobs struct{ content, refusal []json.RawMessage }

func (l *logprobs) add(f respjson.Field) {
	if !present(f) {
		return
	}
	var w struct {
		Content []json.RawMessage `json:"content"`
		Refusal []json.RawMessage `json:"refusal"`
	}
	if json.Unmarshal([]byte(f.Raw()), &w) == nil {
		l.content = append(l.content, w.Content...)
		l.refusal = append(l.refusal, w.Refusal...)
	}
}

// json returns them in the form of a unary answer, or nil.
func (l *logprobs) json() []byte {
	if l.content == nil && l.refusal == nil {
		return nil
	}
	b, err := json.Marshal(map[string][]json.RawMessage{"content": l.content, "refusal": l.refusal})
	if err != nil {
		return nil
	}
	return b
}
