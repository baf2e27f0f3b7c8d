package bedrock

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
)

func (e *encoder) block(p providers.Part, field string) (types.ContentBlock, error) {
	switch p := p.(type) {
	case providers.Text:
		return textBlock(p), nil
	case providers.Refusal:
		return &types.ContentBlockMemberText{Value: p.Text}, nil
	case providers.Image:
		image, err := e.image(p, field)
		return &types.ContentBlockMemberImage{Value: image}, err
	case providers.Audio:
		audio, err := e.audio(p, field)
		return &types.ContentBlockMemberAudio{Value: audio}, err
	case providers.File:
		file, err := e.document(p, field)
		return &types.ContentBlockMemberDocument{Value: file}, err
	case providers.ToolCall:
		arguments := json.RawMessage(p.Arguments)
		if len(arguments) == 0 {
			arguments = json.RawMessage("{}")
		}
		return &types.ContentBlockMemberToolUse{Value: types.ToolUseBlock{
			ToolUseId: &p.ID, Name: &p.Name, Input: document(arguments),
		}}, nil
	case providers.ToolResult:
		result, err := e.toolResult(p, field)
		return &types.ContentBlockMemberToolResult{Value: result}, err
	case providers.Reasoning:
		return e.reasoningBlock(p, field)
	case providers.Opaque:
		return e.opaque(p, field)
	}
	return nil, e.Unsupported(field, "is a part that Converse does not have")
}

// textBlock returns a text, with its citations if they are of this service.
func textBlock(t providers.Text) types.ContentBlock {
	if len(t.Citations) > 0 {
		if b := citationsBlock(t); b != nil {
			return b
		}
	}
	return &types.ContentBlockMemberText{Value: t.Text}
}

func (e *encoder) reasoningBlock(p providers.Reasoning, field string) (types.ContentBlock, error) {
	var content types.ReasoningContentBlock
	if p.Signature == "" {
		data, err := base64.StdEncoding.DecodeString(p.Encrypted)
		if err != nil {
			return nil, e.Unsupported(field+".encrypted", "is not this service's base64")
		}
		content = &types.ReasoningContentBlockMemberRedactedContent{Value: data}
	} else {
		content = &types.ReasoningContentBlockMemberReasoningText{
			Value: types.ReasoningTextBlock{Text: &p.Text, Signature: &p.Signature},
		}
	}
	return &types.ContentBlockMemberReasoningContent{Value: content}, nil
}

func (e *encoder) opaque(p providers.Opaque, field string) (types.ContentBlock, error) {
	if p.Provider != Name {
		return nil, e.Unsupported(field, "is a part of another vendor")
	}
	b, err := parseBlock(p.JSON)
	if err != nil {
		return nil, e.Unsupported(field, "is not a content block that the SDK knows")
	}
	return b, nil
}

func (e *encoder) toolResult(p providers.ToolResult, field string) (types.ToolResultBlock, error) {
	out := types.ToolResultBlock{ToolUseId: &p.CallID, Content: make([]types.ToolResultContentBlock, 0, len(p.Parts))}
	if p.IsError {
		out.Status = types.ToolResultStatusError
	}
	for k, part := range p.Parts {
		at := fmt.Sprintf("%s.parts[%d]", field, k)
		var b types.ToolResultContentBlock
		var err error
		switch part := part.(type) {
		case providers.Text:
			b = &types.ToolResultContentBlockMemberText{Value: part.Text}
		case providers.Image:
			var image types.ImageBlock
			image, err = e.image(part, at)
			b = &types.ToolResultContentBlockMemberImage{Value: image}
		case providers.File:
			var file types.DocumentBlock
			file, err = e.document(part, at)
			b = &types.ToolResultContentBlockMemberDocument{Value: file}
		case providers.Opaque:
			b, err = e.opaqueResult(part, at)
		default:
			err = e.Unsupported(at, "tool results hold text, images, documents and the service's own blocks")
		}
		if err != nil {
			return out, err
		}
		out.Content = append(out.Content, b)
	}
	return out, nil
}

func (e *encoder) opaqueResult(p providers.Opaque, field string) (types.ToolResultContentBlock, error) {
	if p.Provider != Name {
		return nil, e.Unsupported(field, "is a part of another vendor")
	}
	b, err := parseResult(p.JSON)
	if err != nil {
		return nil, e.Unsupported(field, "is not content of a tool result that the SDK knows")
	}
	return b, nil
}
