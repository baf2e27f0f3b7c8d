package anthropic

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/param"

	"github.com/llmotel/sdk/providers"
)

func (e *encoder) block(p providers.Part, field string) (out sdk.ContentBlockParamUnion, err error) {
	switch p := p.(type) {
	case providers.Text:
		t := e.text(p)
		out.OfText = &t
	case providers.Refusal:
		out.OfText = &sdk.TextBlockParam{Text: p.Text}
	case providers.Image:
		out.OfImage = image(p)
	case providers.File:
		out.OfDocument, err = e.document(p, field)
	case providers.ToolCall:
		out.OfToolUse = toolUse(p)
	case providers.ToolResult:
		out.OfToolResult, err = e.toolResult(p, field)
	case providers.Reasoning:
		if p.Signature == "" {
			out.OfRedactedThinking = &sdk.RedactedThinkingBlockParam{Data: p.Encrypted}
		} else {
			out.OfThinking = &sdk.ThinkingBlockParam{Thinking: p.Text, Signature: p.Signature}
		}
	case providers.Opaque:
		if !e.mine(p.Provider) {
			return out, e.Unsupported(field, "is a part of another vendor")
		}
		out = param.Override[sdk.ContentBlockParamUnion](p.JSON)
	case providers.Audio:
		return out, e.Unsupported(field, "the Messages API has no audio")
	default:
		return out, e.Unsupported(field, "is a part that the Messages API does not have")
	}
	return out, err
}

func (e *encoder) text(t providers.Text) sdk.TextBlockParam {
	return sdk.TextBlockParam{Text: t.Text, Citations: citations(t.Citations), CacheControl: cacheControl(t.Cache)}
}

// citations returns those of this vendor, in the form that requests want,
// which is a little less than answers have.
func citations(raw json.RawMessage) []sdk.TextCitationParamUnion {
	var list []json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &list) != nil {
		return nil
	}
	var block sdk.TextBlock
	for _, item := range list {
		var c sdk.TextCitationUnion
		if json.Unmarshal(item, &c) == nil && c.AsAny() != nil {
			block.Citations = append(block.Citations, c)
		}
	}
	return block.ToParam().Citations
}

func cacheControl(h *providers.CacheHint) sdk.CacheControlEphemeralParam {
	if h == nil {
		return sdk.CacheControlEphemeralParam{}
	}
	c := sdk.NewCacheControlEphemeralParam()
	switch {
	case h.TTL > 5*time.Minute: // there are two lifetimes
		c.TTL = sdk.CacheControlEphemeralTTLTTL1h
	case h.TTL > 0:
		c.TTL = sdk.CacheControlEphemeralTTLTTL5m
	}
	return c
}

func image(p providers.Image) *sdk.ImageBlockParam {
	out := &sdk.ImageBlockParam{CacheControl: cacheControl(p.Cache)}
	switch {
	case p.URI != "":
		out.Source.OfURL = &sdk.URLImageSourceParam{URL: p.URI}
	case p.FileID != "":
		out.Source.OfFile = &sdk.FileImageSourceParam{FileID: p.FileID}
	default:
		out.Source.OfBase64 = &sdk.Base64ImageSourceParam{
			Data: base64.StdEncoding.EncodeToString(p.Data), MediaType: sdk.Base64ImageSourceMediaType(p.MIMEType),
		}
	}
	return out
}

func (e *encoder) document(p providers.File, field string) (*sdk.DocumentBlockParam, error) {
	out := &sdk.DocumentBlockParam{Title: text(p.Name), CacheControl: cacheControl(p.Cache)}
	if e.opts.Citations {
		out.Citations.Enabled = sdk.Bool(true)
	}
	mime, _, _ := strings.Cut(p.MIMEType, ";")
	switch {
	case p.URI != "":
		out.Source.OfURL = &sdk.URLPDFSourceParam{URL: p.URI}
	case p.FileID != "":
		out.Source.OfFile = &sdk.FileDocumentSourceParam{FileID: p.FileID}
	case mime == "application/pdf":
		out.Source.OfBase64 = &sdk.Base64PDFSourceParam{Data: base64.StdEncoding.EncodeToString(p.Data)}
	case strings.HasPrefix(mime, "text/"), mime == "application/json":
		out.Source.OfText = &sdk.PlainTextSourceParam{Data: string(p.Data)}
	default:
		return nil, e.Unsupported(field+".mimeType", "documents are PDF or text; upload others and give the file id")
	}
	return out, nil
}

// caller holds the fields of a tool call that say who made it. They travel in
// ToolCall.Signature.
type caller struct {
	Caller      json.RawMessage `json:"caller,omitempty"`
	ToolsetName string          `json:"toolset_name,omitempty"`
}

func toolUse(p providers.ToolCall) *sdk.ToolUseBlockParam {
	input := json.RawMessage(p.Arguments)
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	out := &sdk.ToolUseBlockParam{ID: p.ID, Name: p.Name, Input: input, CacheControl: cacheControl(p.Cache)}
	var c caller
	if len(p.Signature) > 0 && json.Unmarshal(p.Signature, &c) == nil {
		out.ToolsetName = text(c.ToolsetName)
		if len(c.Caller) > 0 {
			out.Caller = param.Override[sdk.ToolUseBlockParamCallerUnion](c.Caller)
		}
	}
	return out
}

func (e *encoder) toolResult(p providers.ToolResult, field string) (*sdk.ToolResultBlockParam, error) {
	out := &sdk.ToolResultBlockParam{ToolUseID: p.CallID, CacheControl: cacheControl(p.Cache)}
	if p.IsError {
		out.IsError = sdk.Bool(true)
	}
	for k, part := range p.Parts {
		at := fmt.Sprintf("%s.parts[%d]", field, k)
		var c sdk.ToolResultBlockParamContentUnion
		var err error
		switch part := part.(type) {
		case providers.Text:
			t := e.text(part)
			c.OfText = &t
		case providers.Image:
			c.OfImage = image(part)
		case providers.File:
			c.OfDocument, err = e.document(part, at)
		case providers.Opaque:
			if !e.mine(part.Provider) {
				return nil, e.Unsupported(at, "is a part of another vendor")
			}
			c = param.Override[sdk.ToolResultBlockParamContentUnion](part.JSON)
		default:
			return nil, e.Unsupported(at, "tool results hold text, images, documents and the vendor's own blocks")
		}
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, c)
	}
	return out, nil
}
