package openai

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"

	"github.com/llmotel/sdk/providers"
)

func (e *encoder) text(t providers.Text) sdk.ChatCompletionContentPartTextParam {
	out := sdk.ChatCompletionContentPartTextParam{Text: t.Text}
	if ttl, ok := e.breakpoint(t.Cache); ok {
		out.PromptCacheBreakpoint = sdk.NewChatCompletionContentPartTextPromptCacheBreakpointParam()
		out.PromptCacheBreakpoint.Ttl = ttl
	}
	return out
}

// breakpoint returns the lifetime of a cache hint that is to be sent.
func (e *target) breakpoint(h *providers.CacheHint) (ttl string, ok bool) {
	if h == nil || !e.opts.CacheBreakpoints {
		return "", false
	}
	switch {
	case h.TTL <= 0:
		return "", true
	case h.TTL%time.Hour == 0:
		return fmt.Sprintf("%dh", h.TTL/time.Hour), true
	}
	return fmt.Sprintf("%dm", max(1, h.TTL/time.Minute)), true
}

func (e *encoder) userPart(p providers.Part, field string) (out sdk.ChatCompletionContentPartUnionParam, err error) {
	switch p := p.(type) {
	case providers.Text:
		t := e.text(p)
		out.OfText = &t
	case providers.Image:
		out.OfImageURL, err = e.image(p, field)
	case providers.Audio:
		out.OfInputAudio, err = e.audio(p, field)
	case providers.File:
		out.OfFile, err = e.file(p, field)
	case providers.Opaque:
		if !e.mine(p.Provider) {
			return out, e.Unsupported(field, "is a part of another vendor")
		}
		out = param.Override[sdk.ChatCompletionContentPartUnionParam](p.JSON)
	default:
		return out, e.Unsupported(field, "is a part that user messages cannot hold")
	}
	return out, err
}

func (e *encoder) image(p providers.Image, field string) (*sdk.ChatCompletionContentPartImageParam, error) {
	if p.FileID != "" {
		return nil, e.Unsupported(field+".fileID", "images go by data or URI")
	}
	out := &sdk.ChatCompletionContentPartImageParam{}
	out.ImageURL.Detail = p.Detail
	out.ImageURL.URL = p.URI
	if len(p.Data) > 0 {
		out.ImageURL.URL = dataURI(p.Media)
	}
	if ttl, ok := e.breakpoint(p.Cache); ok {
		out.PromptCacheBreakpoint = sdk.NewChatCompletionContentPartImagePromptCacheBreakpointParam()
		out.PromptCacheBreakpoint.Ttl = ttl
	}
	return out, nil
}

func (e *encoder) audio(p providers.Audio, field string) (*sdk.ChatCompletionContentPartInputAudioParam, error) {
	if len(p.Data) == 0 {
		return nil, e.Unsupported(field, "audio goes by data")
	}
	out := &sdk.ChatCompletionContentPartInputAudioParam{}
	out.InputAudio.Data = base64.StdEncoding.EncodeToString(p.Data)
	out.InputAudio.Format = audioFormat(p.MIMEType)
	if ttl, ok := e.breakpoint(p.Cache); ok {
		out.PromptCacheBreakpoint = sdk.NewChatCompletionContentPartInputAudioPromptCacheBreakpointParam()
		out.PromptCacheBreakpoint.Ttl = ttl
	}
	return out, nil
}

// audioFormat returns the protocol's name of a MIME type.
func audioFormat(mime string) string {
	_, sub, _ := strings.Cut(strings.ToLower(mime), "/")
	sub, _, _ = strings.Cut(sub, ";")
	switch sub = strings.TrimPrefix(strings.TrimSpace(sub), "x-"); sub {
	case "mpeg":
		return "mp3"
	case "wave", "vnd.wave":
		return "wav"
	}
	return sub
}

func (e *encoder) file(p providers.File, field string) (*sdk.ChatCompletionContentPartFileParam, error) {
	out := &sdk.ChatCompletionContentPartFileParam{}
	switch {
	case p.URI != "":
		return nil, e.Unsupported(field+".uri", "files go by data or file id")
	case p.FileID != "":
		out.File.FileID = sdk.String(p.FileID)
	default:
		name := p.Name
		if name == "" {
			name = "file" // the service refuses data without a name
		}
		out.File.FileData = sdk.String(dataURI(p.Media))
		out.File.Filename = sdk.String(name)
	}
	if ttl, ok := e.breakpoint(p.Cache); ok {
		out.PromptCacheBreakpoint = sdk.NewChatCompletionContentPartFilePromptCacheBreakpointParam()
		out.PromptCacheBreakpoint.Ttl = ttl
	}
	return out, nil
}

func dataURI(m providers.Media) string {
	return "data:" + m.MIMEType + ";base64," + base64.StdEncoding.EncodeToString(m.Data)
}
