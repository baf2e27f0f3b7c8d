package bedrock

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
)

// block is one content block of a streamed answer. Blocks of text have no start
// of their own.
type block struct {
	begun    bool // a piece has been yielded
	redacted []byte

	toolUse *types.ToolUseBlock
	input   strings.Builder // of a tool that the service runs
	result  *types.ToolResultBlock
	image   *types.ImageBlock
	data    []byte // of the image
}

func (s *stream) block(index int32) *block {
	b := s.blocks[index]
	if b == nil {
		b = &block{}
		s.blocks[index] = b
	}
	return b
}

func (s *stream) blockStart(index int32, start types.ContentBlockStart) {
	b := s.block(index)
	switch start := start.(type) {
	case *types.ContentBlockStartMemberToolUse:
		v := start.Value
		b.toolUse = &types.ToolUseBlock{ToolUseId: v.ToolUseId, Name: v.Name, Type: v.Type}
		if v.Type == "" {
			s.emit(&providers.Chunk{Kind: providers.ChunkToolCall, Part: int(index), ToolCall: &providers.ToolCall{
				ID: value(v.ToolUseId), Name: value(v.Name),
			}})
		}
	case *types.ContentBlockStartMemberToolResult:
		v := start.Value
		b.result = &types.ToolResultBlock{ToolUseId: v.ToolUseId, Status: v.Status, Type: v.Type}
	case *types.ContentBlockStartMemberImage:
		b.image = &types.ImageBlock{Format: start.Value.Format}
	}
}

func (s *stream) blockDelta(index int32, delta types.ContentBlockDelta) {
	b := s.block(index)
	switch d := delta.(type) {
	case *types.ContentBlockDeltaMemberText:
		if d.Value != "" {
			s.emit(&providers.Chunk{Kind: providers.ChunkText, Part: int(index), Text: d.Value})
		}
	case *types.ContentBlockDeltaMemberCitation:
		if c := citations([]types.Citation{citationOf(d.Value)}); c != nil {
			s.emit(&providers.Chunk{Kind: providers.ChunkText, Part: int(index), Citations: c})
		}
	case *types.ContentBlockDeltaMemberReasoningContent:
		s.reasoning(index, b, d.Value)
	case *types.ContentBlockDeltaMemberToolUse:
		s.toolInput(index, b, value(d.Value.Input))
	case *types.ContentBlockDeltaMemberToolResult:
		if b.result != nil {
			b.result.Content = append(b.result.Content, resultOf(d.Value)...)
		}
	case *types.ContentBlockDeltaMemberImage:
		if data, ok := d.Value.Source.(*types.ImageSourceMemberBytes); ok {
			b.data = append(b.data, data.Value...)
		} else if b.image != nil && d.Value.Source != nil {
			b.image.Source = d.Value.Source
		}
	}
}

func (s *stream) reasoning(index int32, b *block, delta types.ReasoningContentBlockDelta) {
	var text, signature string
	switch d := delta.(type) {
	case *types.ReasoningContentBlockDeltaMemberText:
		text = d.Value
	case *types.ReasoningContentBlockDeltaMemberSignature:
		signature = d.Value
	case *types.ReasoningContentBlockDeltaMemberRedactedContent:
		b.redacted = append(b.redacted, d.Value...) // pieces of base64 do not add up
	}
	if text == "" && signature == "" {
		return
	}
	c := &providers.Chunk{Kind: providers.ChunkReasoning, Part: int(index), Text: text}
	if !b.begun || signature != "" {
		c.Reasoning = &providers.Reasoning{Provider: Name, Signature: signature}
	}
	b.begun = true
	s.emit(c)
}

func (s *stream) toolInput(index int32, b *block, input string) {
	switch {
	case input == "":
	case b.toolUse != nil && b.toolUse.Type != "":
		b.input.WriteString(input)
	default:
		b.begun = true
		s.emit(&providers.Chunk{Kind: providers.ChunkToolCall, Part: int(index), ToolCall: &providers.ToolCall{Arguments: input}})
	}
}

// blockStop yields what does not come in pieces.
func (s *stream) blockStop(index int32) {
	b := s.blocks[index]
	if b == nil {
		return
	}
	delete(s.blocks, index)
	var whole types.ContentBlock
	switch {
	case len(b.redacted) > 0:
		s.emit(&providers.Chunk{Kind: providers.ChunkReasoning, Part: int(index), Reasoning: &providers.Reasoning{
			Provider: Name, Encrypted: base64.StdEncoding.EncodeToString(b.redacted),
		}})
	case b.toolUse != nil && b.toolUse.Type == "":
		if !b.begun { // without arguments no delta comes
			s.emit(&providers.Chunk{Kind: providers.ChunkToolCall, Part: int(index), ToolCall: &providers.ToolCall{Arguments: "{}"}})
		}
	case b.toolUse != nil:
		input := json.RawMessage("{}")
		if b.input.Len() > 0 && json.Valid([]byte(b.input.String())) {
			input = json.RawMessage(b.input.String())
		}
		b.toolUse.Input = document(input)
		whole = &types.ContentBlockMemberToolUse{Value: *b.toolUse}
	case b.result != nil:
		whole = &types.ContentBlockMemberToolResult{Value: *b.result}
	case b.image != nil:
		if len(b.data) > 0 {
			b.image.Source = &types.ImageSourceMemberBytes{Value: b.data}
		}
		whole = &types.ContentBlockMemberImage{Value: *b.image}
	}
	if p := part(whole); p != nil {
		s.emit(&providers.Chunk{Kind: providers.ChunkPart, Part: int(index), Whole: p})
	}
}

// resultOf returns pieces of a tool's result as its content.
func resultOf(pieces []types.ToolResultBlockDelta) []types.ToolResultContentBlock {
	var out []types.ToolResultContentBlock
	for _, p := range pieces {
		switch p := p.(type) {
		case *types.ToolResultBlockDeltaMemberText:
			out = append(out, &types.ToolResultContentBlockMemberText{Value: p.Value})
		case *types.ToolResultBlockDeltaMemberJson:
			out = append(out, &types.ToolResultContentBlockMemberJson{Value: p.Value})
		}
	}
	return out
}

// citationOf returns a citation as unary answers have it.
func citationOf(d types.CitationsDelta) types.Citation {
	c := types.Citation{Location: d.Location, Source: d.Source, Title: d.Title}
	for _, piece := range d.SourceContent {
		c.SourceContent = append(c.SourceContent, &types.CitationSourceContentMemberText{Value: value(piece.Text)})
	}
	return c
}
