package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// The IDs of own fields in answers of chats and completions. Whole answers have
// a message where events have a delta.
const (
	chatChoice jsonscan.ID = ansFormat + iota
	chatIndex
	chatReason
	chatContent
	chatThoughts
	chatRefusal
	chatCall
	chatCallIndex
	chatCallID
	chatFunctionCall
	chatFunction
	chatArguments
	chatTranscript
	chatAudio
	chatImage
	chatUsage
	chatObject
	chatErrorCode
	chatErrorType
	chatFilling
)

var chatRead = own{open: chatOpen, close: chatClose, value: chatValue, text: chatText}

var chatAnswer = func() *jsonscan.Node {
	call := []jsonscan.Member{
		jsonscan.At("name", jsonscan.Value(chatFunction)),
		jsonscan.At("arguments", jsonscan.Text(chatArguments)),
		jsonscan.At("input", jsonscan.Text(chatArguments)), // of custom tools
	}
	message := jsonscan.Object(0,
		jsonscan.At("content", jsonscan.Or(jsonscan.Text(chatContent), jsonscan.Array(0, jsonscan.Object(0, // Mistral's parts
			jsonscan.At("text", jsonscan.Text(chatContent)),
			jsonscan.At("thinking", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(chatThoughts))))))))),
		jsonscan.At("reasoning_content", jsonscan.Text(chatThoughts)), // DeepSeek, xAI
		jsonscan.At("reasoning", jsonscan.Text(chatThoughts)),         // Groq, OpenRouter
		jsonscan.At("refusal", jsonscan.Text(chatRefusal)),
		jsonscan.At("audio", jsonscan.Object(0,
			jsonscan.At("transcript", jsonscan.Text(chatTranscript)),
			jsonscan.At("data", jsonscan.Text(chatAudio)))),
		jsonscan.At("images", jsonscan.Array(0, jsonscan.Object(0, // OpenRouter
			jsonscan.At("image_url", jsonscan.Object(0, jsonscan.At("url", jsonscan.Text(chatImage))))))),
		jsonscan.At("function_call", jsonscan.Object(chatFunctionCall, call...)),
		jsonscan.At("tool_calls", jsonscan.Array(0, jsonscan.Object(chatCall,
			jsonscan.At("index", jsonscan.Value(chatCallIndex)),
			jsonscan.At("id", jsonscan.Value(chatCallID)),
			jsonscan.At("function", jsonscan.Object(0, call...)),
			jsonscan.At("custom", jsonscan.Object(0, call...))))))
	return jsonscan.Object(0, answerMembers...).Add(
		jsonscan.At("choices", jsonscan.Array(0, jsonscan.Object(chatChoice,
			jsonscan.At("index", jsonscan.Value(chatIndex)),
			jsonscan.At("finish_reason", jsonscan.Value(chatReason)),
			jsonscan.At("message", message),
			jsonscan.At("usage", chatUsageSchema),                // Moonshot's streams
			jsonscan.At("delta", message)).Add(openAIError...)))) // OpenRouter
}()

func chatOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case chatChoice:
		x.choice = choiceOf(x.seen)
		x.seen++
		x.word, x.items.text = nil, nil
	case chatCall, chatFunctionCall:
		x.part, x.piece = -1, nil
		x.callID, x.name = x.callID[:0], x.name[:0]
		if id == chatFunctionCall {
			x.part = 0
		}
	case chatUsage:
		x.none() // each set of counts replaces the one before
	}
}

// chatClose files what could not be filed before the index was known, which
// some servers write last.
func chatClose(x *Exchange, id jsonscan.ID) {
	switch id {
	case chatChoice:
		if x.items.text != nil {
			to := x.content.Output(int(x.choice)).PartAt(0, x.items.kind)
			if to != x.items.text {
				x.items.text.Move(to, x.items.from)
			}
			x.items.text = nil
		}
		if x.word != nil {
			x.finish(int(x.choice), *x.word)
		} else {
			x.reason(int(x.choice), "")
		}
	case chatCall, chatFunctionCall:
		x.closeCall()
	}
}

func chatValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case chatIndex:
		if n, ok := integer(t, v); ok && n >= 0 && n < maxChoices {
			x.choice = uint8(n)
		}
	case chatReason:
		if t == jsonscan.String {
			x.word = nameOf(v)
		}
	case chatCallIndex:
		if n, ok := integer(t, v); ok && n >= 0 && n <= maxBlocks {
			x.part = int32(n)
		}
	case chatCallID:
		x.semantic = true
		x.callID = append(x.callID[:0], v...)
	case chatFunction:
		x.semantic = true
		x.name = append(x.name[:0], v...)
	case chatObject:
		x.Failed = x.Failed || string(v) == "error"
	case chatErrorCode:
		if x.ErrorCode == "" {
			x.blame().ErrorCode = providers.CleanID(string(v))
			if n, ok := integer(t, v); ok {
				x.blame().ErrorStatus = int(n)
			}
		}
	case chatErrorType:
		if x.ErrorType == "" {
			x.blame().ErrorType = providers.CleanID(string(v))
		}
	}
}

// call is the tool call that is being read, as far as its place is known.
func (x *Exchange) call() *content.Part {
	if x.content == nil {
		return nil
	}
	m := x.content.Output(int(x.choice))
	switch last := m.Last(); {
	case x.part >= 0:
		return m.PartAt(int(x.part), content.ToolCall)
	case x.framing == plain || len(x.callID)+len(x.name) > 0:
		return m.Part(content.ToolCall)
	case last != nil && last.Kind() == content.ToolCall:
		return last // it goes on, as far as is known
	default:
		return m.PartAt(0, content.ToolCall)
	}
}

// closeCall files a tool call, or a piece of one, that has been read.
func (x *Exchange) closeCall() {
	if x.content == nil {
		return
	}
	p := x.piece
	if p == nil || x.part >= 0 || len(x.callID)+len(x.name) > 0 && x.items.from+p.Len(content.ID)+p.Len(content.Name) > 0 {
		if to := x.call(); to != p {
			p.Move(to, x.items.from)
			p = to
		}
	}
	// Some servers repeat id and name in each piece.
	if p.Len(content.ID) == 0 {
		p.Append(content.ID, x.callID)
	}
	if p.Len(content.Name) == 0 {
		p.Append(content.Name, x.name)
	}
	x.piece = nil
}

func chatText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case chatAudio:
		x.semantic = x.semantic || len(piece) > 0
		x.sound(piece)
		return
	case chatImage:
		x.semantic = x.semantic || len(piece) > 0
		x.picture(piece, last)
		return
	}
	if len(piece) == 0 {
		return
	}
	x.said(piece)
	if x.content == nil {
		x.hear(piece)
		return
	}
	switch id {
	case chatContent:
		x.words(content.Text, piece)
	case chatThoughts:
		x.words(content.Reasoning, piece)
	case chatRefusal:
		x.words(content.Refusal, piece)
	case chatTranscript:
		x.content.Output(int(x.choice)).PartAt(1, content.Text).Append(content.Body, piece)
	case chatArguments:
		x.argue(piece)
	}
}

// argue passes on a piece of the arguments of the tool call being read.
func (x *Exchange) argue(piece []byte) {
	if x.content == nil {
		return
	}
	if x.piece == nil {
		x.piece = x.call()
		x.items.from = x.piece.Len(content.Body)
	}
	x.piece.Append(content.Body, piece)
}

// words passes on a piece of the choice's text.
func (x *Exchange) words(k content.Kind, piece []byte) {
	p := x.content.Output(int(x.choice)).PartAt(0, k)
	if i := &x.items; i.text != p {
		i.text, i.kind, i.from = p, k, p.Len(content.Body)
	}
	p.Append(content.Body, piece)
}

// sound passes on a piece of spoken words.
func (x *Exchange) sound(piece []byte) {
	p := x.content.Output(int(x.choice)).PartAt(2, content.Blob)
	if p.Len(content.Modality) == 0 {
		p.AppendString(content.Modality, "audio")
	}
	p.Append(content.Body, piece)
}

// picture passes on a piece of an image, which is a data URI.
func (x *Exchange) picture(piece []byte, last bool) {
	if x.content == nil {
		return
	}
	if x.media == nil {
		x.media = x.content.Output(int(x.choice)).Part(content.URI)
		x.media.AppendString(content.Modality, "image")
	}
	x.media.Append(content.Body, piece)
	if last {
		x.media = nil
	}
}

func chatDone(x *Exchange) {
	x.learn()
	if x.framing == plain {
		x.Complete = true
	}
}
