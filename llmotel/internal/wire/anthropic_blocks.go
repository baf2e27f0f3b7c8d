package wire

import (
	"strings"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// antNode is a block of content. Which fields it has tells what it is, so that
// nothing depends on whether its type comes first.
func antNode(id jsonscan.ID) *jsonscan.Node {
	source := jsonscan.Object(antSource,
		jsonscan.At("type", jsonscan.Value(antSourceKind)),
		jsonscan.At("media_type", jsonscan.Value(antSourceType)),
		jsonscan.At("data", jsonscan.Text(antSourceData)),
		jsonscan.At("url", jsonscan.Text(antSourceURL)),
		jsonscan.At("file_id", jsonscan.Text(antSourceFile)),
		jsonscan.At("content", jsonscan.Or(jsonscan.Text(antSourceWords), jsonscan.Array(0, jsonscan.Object(0,
			jsonscan.At("text", jsonscan.Text(antSourceWords)))))))
	result := jsonscan.Object(0,
		jsonscan.At("text", jsonscan.Text(antResultWords)),
		jsonscan.At("title", jsonscan.Text(antResultWords)), // of what a search found
		jsonscan.At("url", jsonscan.Text(antResultWords)),
		jsonscan.At("source", source))
	return jsonscan.Object(id,
		jsonscan.At("type", jsonscan.Value(antKind)),
		jsonscan.At("text", jsonscan.Text(antWords)),
		jsonscan.At("thinking", jsonscan.Text(antThoughts)),
		jsonscan.At("id", jsonscan.Value(antCallID)),
		jsonscan.At("name", jsonscan.Value(antName)),
		jsonscan.At("input", jsonscan.Raw(antInput)),
		jsonscan.At("tool_use_id", jsonscan.Value(antResultOf)),
		jsonscan.At("content", jsonscan.Or(jsonscan.Text(antResult), jsonscan.Array(0, result), jsonscan.Raw(antResultJSON))),
		jsonscan.At("source", source),
		jsonscan.At("file_id", jsonscan.Text(antFile)),
		jsonscan.At("to", jsonscan.Object(0, jsonscan.At("model", jsonscan.Value(antFallback)))))
}

// What is known of the block being read.
const (
	markResult   uint8 = 1 << iota // it is a tool's result
	markImage                      // it is an image
	markWords                      // its source is a text
	markMiddle                     // a text of it is being read
	markObject                     // its result is an object
	markOpened                     // it was opened with an input
	markCompacts                   // of an iteration: it compacts the conversation ...
	markServed                     // ... or tells that a fallback answered
)

func antBlockOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case antBlock, antStart:
		x.piece, x.media, x.mark, x.name = nil, nil, 0, x.name[:0]
	case antSource:
		x.media = x.speaker().Part(content.Blob)
		x.mark &^= markWords
	}
}

func antBlockClose(x *Exchange, id jsonscan.ID) {
	if id != antBlock && id != antStart {
		return
	}
	// What a search found and a summary have their texts where tools' results
	// have them.
	if x.mark&markResult == 0 && x.piece != nil && x.piece.Kind() == content.ToolResult {
		x.piece.SetKind(content.Text)
	}
	if x.mark&markImage != 0 {
		x.media.AppendString(content.Modality, "image")
	}
	x.served()
}

// runs notes the type of a block that a tool of the vendor's stands in: it has run
// there, and nobody else is to run it.
func (x *Exchange) runs(blockType []byte) {
	switch t := string(blockType); { // does not allocate
	case t == "server_tool_use":
		x.name = append(x.name[:0], blockType...)
	case t == "mcp_tool_use":
		x.name = append(x.name[:0], "mcp"...)
	case t == "tool_result":
	case strings.HasSuffix(t, "_tool_result"): // Anthropic
		x.name = append(x.name[:0], t[:len(t)-len("_tool_result")]...)
	case strings.HasSuffix(t, "_result"): // Bedrock
		x.name = append(x.name[:0], t[:len(t)-len("_result")]...)
	}
}

// served makes the call or result that has been read one of the vendor's, if its type
// says so. A call's tool has a name of its own.
func (x *Exchange) served() {
	if len(x.name) == 0 || x.piece == nil {
		return
	}
	switch x.piece.Kind() {
	case content.ToolCall:
		x.piece.SetKind(content.ServerCall)
		if string(x.name) != "server_tool_use" {
			x.piece.Append(content.Type, x.name)
		}
	case content.ToolResult:
		x.piece.SetKind(content.ServerResult)
		x.piece.Append(content.Type, x.name)
	}
	x.name = x.name[:0]
}

// served kinds are what tools' calls and results become.
var servedKinds = [...]struct{ kind, served content.Kind }{
	{content.ToolCall, content.ServerCall}, {content.ToolResult, content.ServerResult},
}

func antBlockValue(x *Exchange, id jsonscan.ID, v []byte) {
	switch id {
	case antKind:
		switch string(v) {
		case "image":
			x.mark |= markImage
		case "redacted_thinking":
			x.block(content.Generic).Append(content.Type, v)
		case "compaction":
			x.Compacted = x.Compacted || x.phase == responding
		default:
			x.runs(v)
		}
	case antFallback:
		if x.phase == responding { // a stream began with the model that declined
			x.Answer.model = nameOr(v, x.Answer.model)
		}
	case antCallID:
		x.block(content.ToolCall).Append(content.ID, v)
	case antName:
		x.semantic = x.phase == responding
		x.block(content.ToolCall).Append(content.Name, v)
	case antResultOf:
		x.mark |= markResult
		x.block(content.ToolResult).Append(content.ID, v)
	case antSourceKind:
		if string(v) == "text" {
			x.mark |= markWords
			x.media.SetKind(content.Text)
		}
	case antSourceType:
		x.media.Append(content.MIMEType, v)
	}
}

func antBlockText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case antWords:
		x.express(content.Text, piece)
	case antThoughts:
		x.express(content.Reasoning, piece)
	case antResult, antResultWords:
		x.result(piece, last)
	case antSourceData:
		if x.mark&markWords != 0 {
			x.prompted(piece)
		}
		x.media.Append(content.Body, piece)
	case antSourceWords:
		x.prompted(piece)
		x.media.SetKind(content.Text)
		x.media.Append(content.Body, piece)
	case antSourceURL:
		x.media.SetKind(content.URI)
		x.media.Append(content.Body, piece)
	case antSourceFile:
		x.media.SetKind(content.File)
		x.media.Append(content.Body, piece)
	case antFile:
		x.block(content.File).Append(content.Body, piece)
	}
}

func antBlockRaw(x *Exchange, id jsonscan.ID, piece []byte, _ bool) {
	switch id {
	case antInput:
		x.mark |= markOpened
		switch {
		case x.phase == requesting:
			x.prompted(piece)
		case x.framing == plain: // in streams an empty object stands in for it
			x.said(piece)
		}
		x.block(content.ToolCall).Append(content.Body, piece)
	case antResultJSON:
		// A result may also be null.
		if x.mark&markObject == 0 && (len(piece) == 0 || piece[0] != '{') {
			return
		}
		x.mark |= markObject
		x.block(content.ToolResult).Append(content.Body, piece)
	}
}

// speaker is the message being read.
func (x *Exchange) speaker() *content.Message {
	if x.phase == requesting {
		return x.message
	}
	return x.content.Output(0)
}

// block is the part that the block of content being read becomes.
func (x *Exchange) block(k content.Kind) *content.Part {
	if x.content == nil {
		return nil
	}
	if x.piece != nil && x.piece.Kind() == k {
		return x.piece
	}
	if x.phase == requesting {
		x.piece = x.message.Part(k)
		return x.piece
	}
	m := x.content.Output(0)
	for _, s := range servedKinds { // a stream goes on with what it has begun
		if s.kind == k {
			if x.piece = m.Find(int(x.part), s.served); x.piece != nil {
				return x.piece
			}
		}
	}
	x.piece = m.PartAt(int(x.part), k)
	return x.piece
}

// express passes on a piece of the block being read.
func (x *Exchange) express(k content.Kind, piece []byte) {
	if x.phase == requesting {
		x.prompted(piece)
	} else {
		x.said(piece)
	}
	if len(piece) > 0 {
		x.block(k).Append(content.Body, piece)
	}
}

// result passes on a piece of a text of a tool's result, which may have several
// of them. It is not the model's, in whosever message it is.
func (x *Exchange) result(piece []byte, last bool) {
	if x.phase == requesting {
		x.prompted(piece)
	}
	p := x.block(content.ToolResult)
	if x.mark&markMiddle == 0 && p.Len(content.Body) > 0 {
		p.AppendString(content.Body, "\n")
	}
	p.Append(content.Body, piece)
	x.mark |= markMiddle
	if last {
		x.mark &^= markMiddle
	}
}
