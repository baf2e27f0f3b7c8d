package content

import "github.com/llmotel/sdk/providers"

// Request adds what a request asks: system instructions, conversation, tools.
func (b *Builder) Request(r *providers.Request) {}

// Response adds an answer.
func (b *Builder) Response(r *providers.Response) {}

// Chunk adds a piece of a streamed answer.
func (b *Builder) Chunk(c *providers.Chunk) {}
