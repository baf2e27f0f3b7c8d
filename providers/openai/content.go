package openai

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/respjson"

	"github.com/llmotel/sdk/providers"
)

// parts returns the parts of an answer: thinking, text, function calls, then
// what a stream brings whole at its end, so that both give the same order.
func (p *Provider) parts(m *sdk.ChatCompletionMessage, audioFormat string) []providers.Part {
	var parts []providers.Part
	thinking, content := contentOf(m.JSON.Content, m.Content)
	if thinking += thinkingOf(m.JSON.ExtraFields); thinking != "" {
		parts = append(parts, providers.Reasoning{Provider: p.name, Text: thinking})
	}
	citations := annotations(m.JSON.Annotations)
	if content != "" || citations != nil {
		parts = append(parts, providers.Text{Text: content, Citations: citations})
	}
	var whole late
	for i := range m.ToolCalls {
		t := &m.ToolCalls[i]
		if t.Type == "custom" {
			whole.custom = append(whole.custom, customCall(t.ID, t.Custom.Name, t.Custom.Input))
			continue
		}
		parts = append(parts, providers.ToolCall{ID: t.ID, Name: t.Function.Name, Arguments: t.Function.Arguments})
	}
	whole.refusal.WriteString(m.Refusal)
	whole.addAudio(m.Audio.ID, m.Audio.Data, m.Audio.Transcript)
	whole.addExtra(m.JSON.ExtraFields)
	return append(parts, whole.parts(p.name, audioFormat)...)
}

// late holds what a stream yields whole, at its end.
type late struct {
	refusal    strings.Builder
	audio      providers.Audio
	images     []providers.Part
	custom     []providers.Part
	reasonings []json.RawMessage
}

func (l *late) addAudio(id, data, transcript string) {
	if id != "" {
		l.audio.ID = id
	}
	if b, err := base64.StdEncoding.DecodeString(data); err == nil {
		l.audio.Data = append(l.audio.Data, b...)
	}
	l.audio.Transcript += transcript
}

// addExtra takes the fields that OpenRouter adds to messages and deltas.
func (l *late) addExtra(extra map[string]respjson.Field) {
	if f := extra[typeReasoningDetails]; present(f) {
		var details []json.RawMessage
		if json.Unmarshal([]byte(f.Raw()), &details) == nil {
			l.reasonings = append(l.reasonings, details...)
		}
	}
	if f := extra["images"]; present(f) {
		var images []struct {
			ImageURL struct {
				URL string `json:"url"`
			} `json:"image_url"`
		}
		if json.Unmarshal([]byte(f.Raw()), &images) == nil {
			for _, img := range images {
				if img.ImageURL.URL != "" {
					l.images = append(l.images, providers.Image{Media: media(img.ImageURL.URL)})
				}
			}
		}
	}
}

func (l *late) parts(provider, audioFormat string) []providers.Part {
	var out []providers.Part
	if l.refusal.Len() > 0 {
		out = append(out, providers.Refusal{Text: l.refusal.String()})
	}
	if a := l.audio; a.ID != "" || len(a.Data) > 0 {
		a.MIMEType = "audio/" + first(audioFormat, "wav")
		out = append(out, a)
	}
	out = append(out, l.images...)
	out = append(out, l.custom...)
	if len(l.reasonings) > 0 {
		if raw, err := json.Marshal(l.reasonings); err == nil {
			out = append(out, providers.Opaque{Provider: provider, Type: typeReasoningDetails, JSON: raw})
		}
	}
	return out
}

// customCall returns the call of a custom tool, whose input is free text.
func customCall(id, name, input string) providers.ToolCall {
	arguments, _ := json.Marshal(input) // a string always encodes
	return providers.ToolCall{ID: id, Name: name, Arguments: string(arguments)}
}

// contentOf returns thinking and text of a content field, which is a string,
// or at Mistral's reasoning models an array of parts.
func contentOf(f respjson.Field, s string) (thinking, text string) {
	raw := f.Raw()
	if raw == "" || raw[0] != '[' {
		return "", s
	}
	type part struct {
		Type     string          `json:"type"`
		Text     string          `json:"text"`
		Thinking json.RawMessage `json:"thinking"`
	}
	var parts []part
	if json.Unmarshal([]byte(raw), &parts) != nil {
		return "", s
	}
	var thought, said strings.Builder
	for _, p := range parts {
		if p.Type != "thinking" {
			said.WriteString(p.Text)
			continue
		}
		var inner []part
		var plain string
		if json.Unmarshal(p.Thinking, &inner) == nil {
			for _, t := range inner {
				thought.WriteString(t.Text)
			}
		} else if json.Unmarshal(p.Thinking, &plain) == nil {
			thought.WriteString(plain)
		}
	}
	return thought.String(), said.String()
}

// thinkingOf returns the thinking that services add to messages and deltas:
// reasoning_content at DeepSeek and its followers, reasoning at OpenRouter and
// Groq. Some send both with the same text.
func thinkingOf(extra map[string]respjson.Field) string {
	for _, name := range []string{"reasoning_content", "reasoning"} {
		var s string
		if f, ok := extra[name]; ok && json.Unmarshal([]byte(f.Raw()), &s) == nil && s != "" {
			return s
		}
	}
	return ""
}

// annotations returns a non-empty array of annotations, or nil.
func annotations(f respjson.Field) json.RawMessage {
	var list []json.RawMessage
	if !present(f) || json.Unmarshal([]byte(f.Raw()), &list) != nil || len(list) == 0 {
		return nil
	}
	return json.RawMessage(f.Raw())
}

// media returns what a data URI holds, or the URI itself.
func media(uri string) providers.Media {
	head, data, ok := strings.Cut(strings.TrimPrefix(uri, "data:"), ";base64,")
	if ok && strings.HasPrefix(uri, "data:") {
		if b, err := base64.StdEncoding.DecodeString(data); err == nil && len(b) > 0 {
			return providers.Media{MIMEType: head, Data: b}
		}
	}
	return providers.Media{URI: uri}
}
