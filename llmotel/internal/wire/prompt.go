package wire

import "github.com/llmotel/sdk/llmotel/internal/content"

// prompt passes on a piece of a text of the message being read.
func (x *Exchange) prompt(k content.Kind, piece []byte, last bool) {
	x.prompted(piece)
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

// instruct passes on a piece of the system instructions.
func (x *Exchange) instruct(piece []byte) {
	if x.content != nil {
		x.content.System().PartAt(0, content.Text).Append(content.Body, piece)
	}
}

// results makes the texts of a message what they turn out to be when its role
// is read: results of a tool.
func (x *Exchange) results() {
	for _, p := range x.message.Parts() {
		if p.Kind() == content.Text {
			p.SetKind(content.ToolResult)
			p.Append(content.ID, x.callID)
			p.Append(content.Name, x.name)
		}
	}
}
