package content

// Encoder writes collected content in the form of the conventions' JSON
// schemas. It holds no state and may be shared.
type Encoder struct {
	// Redactor appends text to dst, with what must not leave the process
	// replaced. It gets whole texts, never JSON, and must not keep them. Nil
	// leaves texts as they are.
	Redactor func(dst, text []byte) []byte
	// Secret reports whether a member of that name in tool arguments, tool
	// results and the like holds a secret, so that its value is masked
	// whatever it looks like. Nil means none does.
	Secret func(name []byte) bool
	// FullTools writes whole tool definitions instead of type and name.
	FullTools bool
}

// Input appends gen_ai.input.messages, nothing if there are none.
func (e *Encoder) Input(dst []byte, b *Builder) []byte { return dst }

// Output appends gen_ai.output.messages, nothing if there was no output.
func (e *Encoder) Output(dst []byte, b *Builder) []byte { return dst }

// System appends gen_ai.system_instructions, nothing if there are none.
func (e *Encoder) System(dst []byte, b *Builder) []byte { return dst }

// Tools appends gen_ai.tool.definitions, nothing if there are none.
func (e *Encoder) Tools(dst []byte, b *Builder) []byte { return dst }
