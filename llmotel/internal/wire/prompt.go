package wire

import "github.com/llmotel/sdk/llmotel/internal/content"

// prompt passes on a piece of a text of the message being read.
func (x *Exchange) prompt(k content.Kind, piece []byte, last bool) {
	x.PromptBytes += len(piece)
	x.attach(k, piece, last)
}

// attach passes on a piece of a part of the message being read; the last piece
// ends the part.
func (x *Exchange) attach(k content.Kind, piece []byte, last bool) {
	if x.content == nil {
		return
	}
	if x.piece == nil {
		x.piece = x.message.Part(k)
	}
	x.piece.Append(content.Body, piece)
	if last {
		x.piece = nil
	}
}
