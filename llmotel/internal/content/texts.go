package content

// Texts is the text of a call without its structure.
type Texts struct {
	Messages             int // of the prompt, with the system's
	Media                int // parts without text
	Input, Tools, Output []string
}

// TextsOf returns the texts that b has collected; b may be nil.
func TextsOf(b *Builder) (t Texts) {
	if b == nil {
		return t
	}
	if len(b.system.parts) > 0 {
		t.Messages++
		t.Input = t.of(t.Input, &b.system)
	}
	for _, m := range b.input {
		t.Messages++
		t.Input = t.of(t.Input, m)
	}
	for _, tool := range b.tools {
		for _, field := range tool.f {
			if len(field) > 0 {
				t.Tools = append(t.Tools, string(field))
			}
		}
	}
	for _, m := range b.output {
		t.Output = t.of(t.Output, m)
	}
	return t
}

func (t *Texts) of(to []string, m *Message) []string {
	for _, p := range m.parts {
		switch p.kind {
		case Blob, URI, File:
			t.Media++
			continue
		case ToolCall:
			to = append(to, string(p.f[Name]))
		case Text, Reasoning, ToolResult, Refusal, Generic, ServerCall, ServerResult:
		}
		if len(p.f[Body]) > 0 {
			to = append(to, string(p.f[Body]))
		}
	}
	return to
}
