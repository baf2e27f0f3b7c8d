package content

import "slices"

// Kind says what a part is.
type Kind uint8

// The kinds of part. Body is, in this order: text, thinking, arguments as JSON
// text, the tool's response (JSON or text), base64 data, a URI, a file id, the
// text of a refusal, the part as the vendor's JSON object, and arguments and
// response of a tool that the vendor runs itself, whose Type says which.
const (
	Text Kind = iota
	Reasoning
	ToolCall
	ToolResult
	Blob
	URI // of data URIs the encoder makes blobs
	File
	Refusal
	Generic
	ServerCall
	ServerResult
)

// Field is a field of a part or a tool.
type Field uint8

// The fields. Of a part: Body, ID, Name, MIMEType, Modality, Type (the last one
// for Generic parts: their type, if the JSON does not tell it; and for tools of the
// vendor's). Of a tool: Type
// ("function" by default), Name, Description, Body (the schema of its
// parameters) and Raw (the whole definition as the vendor's JSON, for tools
// that are no functions and for readers that do not take functions apart).
const (
	Body Field = iota
	ID
	Name
	MIMEType
	Modality
	Type
	numPartFields

	// Phase is what OpenAI says of a text: "commentary" on the way, or the
	// "final_answer".
	Phase = Type

	Description = MIMEType
	Raw         = Modality
)

// Message is a message that is being collected.
type Message struct {
	b            *Builder
	out          bool
	choice       int
	role         []byte
	name         []byte
	finishReason []byte
	parts        []*Part
}

// SetRole sets who wrote the message. Roles of vendors are mapped to those of
// the conventions where one corresponds.
func (m *Message) SetRole(role []byte) {
	if m != nil {
		set(m.b, m.out, &m.role, role)
	}
}

// SetRoleString is SetRole.
func (m *Message) SetRoleString(role string) {
	if m != nil {
		set(m.b, m.out, &m.role, role)
	}
}

// SetName sets the name of the participant.
func (m *Message) SetName(name []byte) {
	if m != nil {
		set(m.b, m.out, &m.name, name)
	}
}

// SetNameString is SetName.
func (m *Message) SetNameString(name string) {
	if m != nil {
		set(m.b, m.out, &m.name, name)
	}
}

// SetFinishReason sets why the answer ended, in the words of the conventions.
// Without it the encoder writes "error": the answer ended without a reason.
func (m *Message) SetFinishReason(reason []byte) {
	if m != nil {
		set(m.b, m.out, &m.finishReason, reason)
	}
}

// SetFinishReasonString is SetFinishReason.
func (m *Message) SetFinishReasonString(reason string) {
	if m != nil {
		set(m.b, m.out, &m.finishReason, reason)
	}
}

// Part appends a part.
func (m *Message) Part(k Kind) *Part { return m.add(-1, k) }

// PartAt returns the part of that kind with the vendor's index, or appends it:
// the pieces of several parts may come interleaved.
func (m *Message) PartAt(index int, k Kind) *Part {
	if p := m.Find(index, k); p != nil {
		return p
	}
	return m.add(index, k)
}

// Find returns the part of that kind with the vendor's index, nil if there is none.
func (m *Message) Find(index int, k Kind) *Part {
	if m == nil {
		return nil
	}
	for _, p := range slices.Backward(m.parts) {
		if p.index == index && p.kind == k {
			return p
		}
	}
	return nil
}

// Last returns the newest part, nil if there is none.
func (m *Message) Last() *Part {
	if m == nil || len(m.parts) == 0 {
		return nil
	}
	return m.parts[len(m.parts)-1]
}

func (m *Message) add(index int, k Kind) *Part {
	if m == nil || !m.b.another(m.out) {
		return nil
	}
	var p *Part
	m.parts, p = next(m.parts)
	p.reset()
	p.b, p.out, p.index, p.kind = m.b, m.out, index, k
	return p
}

func (m *Message) reset() {
	m.out, m.choice = false, 0
	m.role, m.name, m.finishReason, m.parts = m.role[:0], m.name[:0], m.finishReason[:0], m.parts[:0]
}

// set replaces a short value of a message.
func set[T []byte | string](b *Builder, out bool, dst *[]byte, v T) {
	b.give(out, len(*dst))
	*dst = (*dst)[:0]
	keep(b, out, dst, v)
}
