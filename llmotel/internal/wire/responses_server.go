package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// tells reports whether the item being read is told here: a stream says what the
// vendor's own tools did when an item is done, and a whole answer once.
func (x *Exchange) tells() bool {
	return x.content != nil && (x.event == itemDone || x.items.listed && !x.known())
}

// responsesServed passes on a piece of what a tool of the vendor's was given or made.
func responsesServed(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	if !x.tells() || len(piece) == 0 {
		return
	}
	switch id {
	case responsesGiven, responsesGivenText:
		if x.items.role == "computer" || x.items.role == "local_shell" {
			if x.answeredCall() == nil {
				return // its call was told before
			}
		}
		if x.piece == nil {
			if id == responsesGiven && piece[0] != '{' && piece[0] != '[' {
				return // null
			}
			x.piece = x.content.Output(0).Part(content.ServerCall)
		}
		x.piece.Append(content.Body, piece)
	case responsesMade, responsesMadeText:
		if x.media == nil {
			if piece[0] != '[' && id == responsesMade {
				return // null
			}
			x.media = x.content.Output(0).Part(content.ServerResult)
		}
		x.media.Append(content.Body, piece)
	case responsesImage:
		x.image().Append(content.Body, piece)
	}
}

// image is the image that the item being read has made, nil if it is told elsewhere.
func (x *Exchange) image() *content.Part {
	if x.tells() && x.media == nil {
		x.media = x.content.Output(0).Part(content.Blob)
		x.media.AppendString(content.Modality, "image")
	}
	return x.media
}

// serverItem names what the item was of, now that its type is known.
func (x *Exchange) serverItem() {
	tool, call := x.items.role, x.piece
	switch {
	case tool == "" || !x.tells(), tool == "computer", tool == "local_shell": // the caller runs these
		return
	case x.media != nil && x.media.Kind() == content.ServerResult:
		x.media.AppendString(content.Type, tool)
		x.media.Append(content.ID, x.itemID)
	case call == nil && x.media == nil && tool != "mcp":
		call = x.content.Output(0).Part(content.ServerCall)
	}
	x.serve(call)
}

// serve makes a call one of the vendor's tool that the item is of.
func (x *Exchange) serve(call *content.Part) {
	call.SetKind(content.ServerCall)
	call.AppendString(content.Type, x.items.role)
	call.Append(content.ID, x.itemID)
}
