package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// converseBlock is a block of content, or a piece of one.
func converseBlock(id jsonscan.ID) *jsonscan.Node {
	words := jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(conWords)))
	found := jsonscan.Object(0, jsonscan.At("content", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(conResultWords))))))
	media := []jsonscan.Member{
		jsonscan.At("image", converseMedia(conImage)),
		jsonscan.At("document", converseMedia(conDocument)),
		jsonscan.At("video", converseMedia(conVideo)),
		jsonscan.At("audio", converseMedia(conAudio)),
	}
	result := jsonscan.Object(0,
		jsonscan.At("text", jsonscan.Text(conResultWords)),
		jsonscan.At("json", jsonscan.Raw(conResultJSON)),
		jsonscan.At("searchResult", found),
	).Add(media...)
	return jsonscan.Object(id,
		jsonscan.At("text", jsonscan.Text(conWords)),
		jsonscan.At("toolUse", jsonscan.Object(0,
			jsonscan.At("toolUseId", jsonscan.Value(conCallID)),
			jsonscan.At("type", jsonscan.Value(conServed)),
			jsonscan.At("name", jsonscan.Value(conName)),
			jsonscan.At("input", jsonscan.Or(jsonscan.Text(conInputPiece), jsonscan.Raw(conInput))))),
		jsonscan.At("toolResult", jsonscan.Or(jsonscan.Array(0, result), jsonscan.Object(0, // a list in events
			jsonscan.At("toolUseId", jsonscan.Value(conResultOf)),
			jsonscan.At("type", jsonscan.Value(conServed)),
			jsonscan.At("content", jsonscan.Array(0, result))))),
		jsonscan.At("reasoningContent", jsonscan.Object(0,
			jsonscan.At("text", jsonscan.Text(conThoughts)), // in events
			jsonscan.At("reasoningText", jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(conThoughts)))))),
		jsonscan.At("guardContent", jsonscan.Object(0, jsonscan.At("text", words))),
		jsonscan.At("citationsContent", jsonscan.Object(0, jsonscan.At("content", jsonscan.Array(0, words)))),
		jsonscan.At("searchResult", jsonscan.Object(0, jsonscan.At("content", jsonscan.Array(0, words)))),
	).Add(media...)
}

func converseMedia(id jsonscan.ID) *jsonscan.Node {
	return jsonscan.Object(id,
		jsonscan.At("format", jsonscan.Value(conFormat)),
		jsonscan.At("source", jsonscan.Object(0,
			jsonscan.At("bytes", jsonscan.Text(conData)),
			jsonscan.At("text", jsonscan.Text(conSourceWords)),
			jsonscan.At("content", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(conSourceWords))))),
			jsonscan.At("s3Location", jsonscan.Object(0, jsonscan.At("uri", jsonscan.Text(conURI)))))))
}

func converseBlockOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case conBlock, conDelta:
		x.piece, x.media, x.mark, x.name = nil, nil, 0, x.name[:0]
	case conImage, conDocument, conVideo, conAudio:
		x.media = x.speaker().Part(content.Blob)
		x.media.AppendString(content.Modality, modalities[id-conImage])
	}
}

var modalities = [...]string{"image", "document", "video", "audio"}

func converseBlockValue(x *Exchange, id jsonscan.ID, v []byte) {
	switch id {
	case conCallID:
		x.block(content.ToolCall).Append(content.ID, v)
	case conName:
		x.semantic = x.phase == responding
		x.block(content.ToolCall).Append(content.Name, v)
	case conServed:
		x.runs(v)
	case conResultOf:
		x.block(content.ToolResult).Append(content.ID, v)
	case conFormat:
		if x.media.Len(content.MIMEType) > 0 {
			return
		}
		x.media.AppendString(content.MIMEType, mimeType(v))
	}
}

// mimeType is the media type of what Bedrock calls a format; empty for those
// whose types are long.
func mimeType(format []byte) string {
	switch string(format) {
	case "png":
		return "image/png"
	case "jpeg":
		return "image/jpeg"
	case "gif":
		return "image/gif"
	case "webp":
		return "image/webp"
	case "pdf":
		return "application/pdf"
	case "csv":
		return "text/csv"
	case "html":
		return "text/html"
	case "md":
		return "text/markdown"
	case "txt":
		return "text/plain"
	case "mp4":
		return "video/mp4"
	case "mov":
		return "video/quicktime"
	case "webm":
		return "video/webm"
	case "mp3":
		return "audio/mpeg"
	case "wav":
		return "audio/wav"
	case "ogg":
		return "audio/ogg"
	case "flac":
		return "audio/flac"
	}
	return ""
}

func converseText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case conWords:
		x.express(content.Text, piece)
	case conThoughts:
		x.express(content.Reasoning, piece)
	case conInputPiece:
		x.express(content.ToolCall, piece)
	case conResultWords:
		x.result(piece, last)
	case conData:
		x.media.Append(content.Body, piece)
	case conSourceWords:
		x.prompted(piece)
		x.media.SetKind(content.Text)
		x.media.Append(content.Body, piece)
	case conURI:
		x.media.SetKind(content.URI)
		x.media.Append(content.Body, piece)
	}
}

func converseRaw(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case conInput:
		x.express(content.ToolCall, piece)
	case conResultJSON:
		x.result(piece, last)
	}
}
