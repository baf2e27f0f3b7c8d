package content

import (
	"encoding/base64"

	"github.com/llmotel/sdk/providers"
)

// Request adds what a request asks: instructions, conversation, tools.
func (b *Builder) Request(r *providers.Request) {
	if b == nil || r == nil {
		return
	}
	for i := range r.System {
		b.System().Part(Text).AppendString(Body, r.System[i].Text)
	}
	for i := range r.Messages {
		m := b.Input(string(r.Messages[i].Role))
		m.typed(&r.Messages[i])
	}
	for i := range r.Tools {
		t, tool := &r.Tools[i], b.Tool()
		tool.Set(Name, t.Name)
		if t.Builtin != nil {
			tool.Set(Type, t.Builtin.Type)
			tool.Append(Raw, t.Builtin.JSON)
			continue
		}
		tool.Set(Description, t.Description)
		tool.Append(Body, t.Parameters)
	}
}

// Response adds an answer.
func (b *Builder) Response(r *providers.Response) {
	if b == nil || r == nil {
		return
	}
	for i := range r.Choices {
		c, m := &r.Choices[i], b.Output(i)
		m.SetRoleString(string(c.Message.Role))
		m.typed(&c.Message)
		m.SetFinishReasonString(string(c.FinishReason))
	}
}

// Chunk adds a piece of a streamed answer. A restart forgets what came before.
func (b *Builder) Chunk(c *providers.Chunk) {
	if b == nil || c == nil {
		return
	}
	switch c.Kind {
	case providers.ChunkText:
		b.Output(c.Choice).PartAt(c.Part, Text).AppendString(Body, c.Text)
	case providers.ChunkReasoning:
		b.Output(c.Choice).PartAt(c.Part, Reasoning).AppendString(Body, c.Text)
	case providers.ChunkToolCall:
		if c.ToolCall == nil {
			return
		}
		p := b.Output(c.Choice).PartAt(c.Part, ToolCall)
		if c.ToolCall.ID != "" {
			p.Set(ID, c.ToolCall.ID)
		}
		if c.ToolCall.Name != "" {
			p.Set(Name, c.ToolCall.Name)
		}
		p.AppendString(Body, c.ToolCall.Arguments)
	case providers.ChunkPart:
		b.Output(c.Choice).whole(c.Whole)
	case providers.ChunkFinish:
		if c.Finish == nil {
			return
		}
		for i, reason := range c.Finish.Reasons {
			b.Output(i).SetFinishReasonString(string(reason))
		}
	case providers.ChunkRestart:
		b.ResetOutput()
	case providers.ChunkStart, providers.ChunkUsage:
	}
}

func (m *Message) typed(from *providers.Message) {
	m.SetNameString(from.Name)
	for _, p := range from.Parts {
		m.whole(p)
	}
}

// whole appends a part that does not come in pieces.
func (m *Message) whole(from providers.Part) {
	switch from := from.(type) {
	case providers.Text:
		p := m.Part(Text)
		p.AppendString(Body, from.Text)
		p.AppendString(Phase, from.Phase)
	case providers.Reasoning:
		m.Part(Reasoning).AppendString(Body, from.Text)
	case providers.Refusal:
		m.Part(Refusal).AppendString(Body, from.Text)
	case providers.Image:
		m.media("image", &from.Media)
	case providers.Audio:
		m.media("audio", &from.Media)
		if from.Transcript != "" {
			m.Part(Text).AppendString(Body, from.Transcript)
		}
	case providers.File:
		m.media("", &from.Media)
		m.Last().Set(Name, from.Name)
	case providers.ToolCall:
		p := m.Part(ToolCall)
		p.Set(ID, from.ID)
		p.Set(Name, from.Name)
		p.AppendString(Body, from.Arguments)
	case providers.ToolResult:
		p := m.Part(ToolResult)
		p.Set(ID, from.CallID)
		p.result(from.Parts)
	case providers.Opaque:
		p := m.Part(Generic)
		p.Set(Type, from.Type)
		p.Append(Body, from.JSON)
	}
}

// media appends a picture, sound or document. Nothing is appended for sound
// that only has a transcript.
func (m *Message) media(modality string, from *providers.Media) {
	var p *Part
	switch {
	case len(from.Data) > 0:
		p = m.Part(Blob)
		p.appendBase64(from.Data)
	case from.URI != "":
		p = m.Part(URI)
		p.AppendString(Body, from.URI)
	case from.FileID != "":
		p = m.Part(File)
		p.AppendString(Body, from.FileID)
	default:
		return
	}
	p.Set(MIMEType, from.MIMEType)
	p.Set(Modality, modality)
}

// appendBase64 adds data to a blob, or marks it as cut if it does not fit.
func (p *Part) appendBase64(data []byte) {
	if p == nil {
		return
	}
	n := base64.StdEncoding.EncodedLen(len(data))
	if p.cut || n > p.b.room(p.out) {
		p.cut, p.b.truncated = true, true
		return
	}
	body := &p.f[Body]
	before := cap(*body)
	*body = base64.StdEncoding.AppendEncode(*body, data)
	p.b.grown += cap(*body) - before
	p.b.give(p.out, -n)
}

// result sets what a tool returned: one text as it is, several parts as a list
// of parts.
func (p *Part) result(parts []providers.Part) {
	if p == nil {
		return
	}
	if len(parts) == 0 {
		return
	}
	if t, ok := parts[0].(providers.Text); ok && len(parts) == 1 {
		p.AppendString(Body, t.Text)
		return
	}
	// The parts of a part are encoded by way of a message of their own.
	inner := Get(p.b.limit)
	defer inner.Free()
	m := inner.Input("")
	for _, part := range parts {
		m.whole(part)
	}
	var plain Encoder
	p.Append(Body, plain.parts(nil, inner, m.parts))
	if inner.truncated {
		p.b.truncated = true
	}
}
