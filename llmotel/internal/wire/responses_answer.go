package wire

import (
	"bytes"
	"strings"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
	"github.com/llmotel/sdk/providers"
)

// The IDs of the Responses API's own fields in answers.
const (
	responsesRoot jsonscan.ID = ansFormat + iota
	responsesEvent
	responsesStatus
	responsesIncomplete
	responsesUsage
	responsesOutputItem // in a list of all items
	responsesItem       // in an event that adds an item or ends it
	responsesItemType
	responsesCallID
	responsesName
	responsesArguments
	responsesWords
	responsesThoughts
	responsesRefusal
	responsesPlace
	responsesSubPlace
	responsesPhase
	responsesDelta
	responsesCode

	// Of the vendor's own tools.
	responsesItemID
	responsesGiven     // an object or a list
	responsesGivenText // code
	responsesMade      // a list
	responsesMadeText
	responsesImage
	responsesImageFormat
)

// responsesAnswer is both a whole answer and an event of a stream, which have
// no names in common but those of the same meaning.
var responsesAnswer = func() *jsonscan.Node {
	item := func(id jsonscan.ID) *jsonscan.Node {
		return jsonscan.Object(id,
			jsonscan.At("type", jsonscan.Value(responsesItemType)),
			jsonscan.At("phase", jsonscan.Value(responsesPhase)),
			jsonscan.At("call_id", jsonscan.Value(responsesCallID)),
			jsonscan.At("name", jsonscan.Value(responsesName)),
			jsonscan.At("arguments", jsonscan.Text(responsesArguments)),
			jsonscan.At("input", jsonscan.Text(responsesArguments)), // of custom tools
			jsonscan.At("id", jsonscan.Value(responsesItemID)),
			jsonscan.At("action", jsonscan.Raw(responsesGiven)),  // of searches of the web, computers, shells
			jsonscan.At("queries", jsonscan.Raw(responsesGiven)), // of searches of files
			jsonscan.At("code", jsonscan.Text(responsesGivenText)),
			jsonscan.At("outputs", jsonscan.Raw(responsesMade)), // of code
			jsonscan.At("results", jsonscan.Raw(responsesMade)), // of searches of files
			jsonscan.At("output", jsonscan.Text(responsesMadeText)),
			jsonscan.At("result", jsonscan.Text(responsesImage)),
			jsonscan.At("output_format", jsonscan.Value(responsesImageFormat)),
			jsonscan.At("content", jsonscan.Array(0, jsonscan.Object(0,
				jsonscan.At("text", jsonscan.Text(responsesWords)),
				jsonscan.At("refusal", jsonscan.Text(responsesRefusal))))),
			jsonscan.At("summary", jsonscan.Array(0, jsonscan.Object(0, jsonscan.At("text", jsonscan.Text(responsesThoughts))))))
	}
	members := append([]jsonscan.Member{
		jsonscan.At("id", jsonscan.Value(ansID)),
		jsonscan.At("model", jsonscan.Value(ansModel)),
		jsonscan.At("service_tier", jsonscan.Value(ansTier)),
		jsonscan.At("status", jsonscan.Value(responsesStatus)),
		jsonscan.At("incomplete_details", jsonscan.Object(0, jsonscan.At("reason", jsonscan.Value(responsesIncomplete)))),
		jsonscan.At("output", jsonscan.Array(0, item(responsesOutputItem))),
		jsonscan.At("usage", jsonscan.Object(responsesUsage,
			jsonscan.At("input_tokens", count(nInput)),
			jsonscan.At("output_tokens", count(nOutput)),
			jsonscan.At("total_tokens", count(nTotal)),
			jsonscan.At("input_tokens_details", jsonscan.Object(0, inputDetails...)),
			jsonscan.At("output_tokens_details", jsonscan.Object(0, outputDetails...)))),
	}, openAIError...)
	return jsonscan.Object(responsesRoot, members...).Add(
		jsonscan.At("type", jsonscan.Value(responsesEvent)),
		jsonscan.At("response", jsonscan.Object(0, members...)),
		jsonscan.At("item", item(responsesItem)),
		jsonscan.At("output_index", jsonscan.Value(responsesPlace)),
		jsonscan.At("content_index", jsonscan.Value(responsesSubPlace)),
		jsonscan.At("summary_index", jsonscan.Value(responsesSubPlace)),
		jsonscan.At("delta", jsonscan.Text(responsesDelta)),
		jsonscan.At("code", jsonscan.Value(responsesCode)),
	)
}()

func (x *Exchange) known() bool { return x.mark&markKnown != 0 }

func responsesOpen(x *Exchange, id jsonscan.ID) {
	i := &x.items
	switch id {
	case responsesRoot:
		i.kind, i.sub, i.from, i.text, i.phase = content.Text, 0, 0, nil, ""
		i.whole, i.role, i.placed = false, "", false
		x.event, x.word = noEvent, nil
		if x.mark = 0; x.Chunks > 0 {
			x.mark = markKnown
		}
		x.piece = nil
	case responsesUsage:
		x.none() // each set of counts replaces the one before
	case responsesOutputItem, responsesItem:
		if id == responsesItem && x.event == itemAdded && !i.placed {
			x.part = i.next // as its index will say
		}
		x.piece, x.media, i.text, i.think, i.phase, i.role = nil, nil, nil, false, "", ""
		x.itemID, x.callID, x.name = x.itemID[:0], x.callID[:0], x.name[:0]
		i.listed = id == responsesOutputItem
		i.first = len(x.content.Output(0).Parts())
	}
}

func responsesClose(x *Exchange, id jsonscan.ID) {
	i := &x.items
	if id != responsesOutputItem && id != responsesItem {
		return
	}
	if id == responsesOutputItem {
		x.nameCall(x.answeredCall)
	}
	x.serverItem()
	x.piece, x.media, i.text = nil, nil, nil
	parts := x.content.Output(0).Parts()
	if i.think && i.first < len(parts) {
		for _, p := range parts[i.first:] {
			if p.Kind() == content.Text {
				p.SetKind(content.Reasoning)
			}
		}
	}
	if id == responsesOutputItem && i.phase != "" {
		for _, p := range parts[min(i.first, len(parts)):] {
			setPhase(p, i.phase)
		}
	}
}

// setPhase says of a text what phase of the answer it is of.
func setPhase(p *content.Part, phase string) {
	if p.Kind() == content.Text {
		p.Set(content.Phase, phase)
	}
}

func responsesValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	i := &x.items
	if t == jsonscan.Null {
		return
	}
	switch id {
	case responsesEvent:
		x.event, i.kind = eventOf(v)
		i.whole = i.kind == content.Reasoning && !bytes.Contains(v, []byte("summary"))
	case responsesStatus:
		x.mark = x.mark&^markStatus | statusOf(v)
	case responsesIncomplete:
		x.word = nameOf(v) // why
	case responsesItemType:
		switch string(v) {
		case "function_call", "custom_tool_call":
			x.called = true
			x.semantic = x.semantic || x.event == itemAdded || x.event != itemDone && !x.known()
		case "reasoning":
			i.think = true
		case "web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call", "computer_call", "local_shell_call":
			if x.content != nil {
				i.role = string(v[:len(v)-len("_call")])
			}
		}
	case responsesItemID:
		x.itemID = x.noted(x.itemID, v)
	case responsesImageFormat:
		x.image().AppendString(content.MIMEType, mimeType(v))
	case responsesCallID:
		x.callID = x.noted(x.callID, v)
	case responsesName:
		x.name = x.noted(x.name, v)
	case responsesPlace:
		if n, ok := integer(t, v); ok && n >= 0 && n <= maxBlocks {
			x.part, i.placed = int32(n), true
			i.next = max(i.next, x.part+1)
		}
	case responsesSubPlace:
		if n, ok := integer(t, v); ok && n >= 0 && n <= maxBlocks {
			i.sub = int(n)
		}
	case responsesPhase:
		if x.content != nil {
			i.phase = word(v)
		}
	case responsesCode:
		if x.event == failure { // events of other types have code that the model wrote
			x.Failed = true
			x.blame().ErrorCode = providers.CleanID(string(v))
		}
	}
}

// eventOf says what an event is and what kind of text it holds.
func eventOf(v []byte) (event, content.Kind) {
	switch string(v) {
	case "response.output_text.delta", "response.audio.transcript.delta", "response.output_audio_transcript.delta":
		return textDelta, content.Text
	case "response.refusal.delta":
		return textDelta, content.Refusal
	case "response.reasoning_text.delta", "response.reasoning_summary_text.delta", "response.reasoning_summary.delta", "response.reasoning.delta":
		return textDelta, content.Reasoning
	case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta", "response.mcp_call_arguments.delta":
		return textDelta, content.ToolCall
	case "response.output_item.added":
		return itemAdded, 0
	case "response.output_item.done":
		return itemDone, 0
	case "response.completed", "response.incomplete", "response.failed":
		return terminal, 0
	case "error":
		return failure, 0
	}
	if strings.HasSuffix(string(v), ".delta") { // does not allocate
		return otherDelta, 0
	}
	return noEvent, 0
}

// place is where the part of the answer being read stands in its message. Thinking
// and its summary, in one item, each have numbers of their own.
func (x *Exchange) place() int {
	place := int(x.part)<<8 | x.items.sub&0x7f
	if x.items.whole {
		place |= 0x80
	}
	return place
}

// answeredCall is the tool call that an item of a whole answer becomes. Streams
// have told of it before.
func (x *Exchange) answeredCall() *content.Part {
	if x.content == nil || !x.items.listed || x.known() {
		return nil
	}
	if x.piece == nil {
		x.piece = x.content.Output(0).Part(content.ToolCall)
	}
	return x.piece
}

// noted is a copy of what names an item, in the memory of another: only content tells.
func (x *Exchange) noted(memory, v []byte) []byte {
	if x.content == nil {
		return memory[:0]
	}
	return append(memory[:0], v...)
}

// addedCall is the tool call that an event adds, whose place is known at its end.
func (x *Exchange) addedCall() *content.Part {
	if x.content == nil {
		return nil
	}
	return x.content.Output(0).PartAt(int(x.part)<<8, content.ToolCall)
}

// nameCall says of a call what it is, if the item that was read is one.
func (x *Exchange) nameCall(call func() *content.Part) {
	if len(x.callID)+len(x.name) == 0 && x.items.role != "computer" && x.items.role != "local_shell" {
		return
	}
	p := call()
	p.Append(content.ID, x.callID)
	if len(x.name) > 0 {
		p.Append(content.Name, x.name)
	} else {
		p.AppendString(content.Name, x.items.role) // which the caller runs
	}
}

func responsesText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case responsesDelta:
		responsesPiece(x, piece)
		return
	case responsesGivenText, responsesMadeText, responsesImage:
		responsesServed(x, id, piece, last)
		return
	}
	if x.known() || x.event == itemAdded || x.event == itemDone {
		return // deltas have told it
	}
	x.said(piece)
	if x.content == nil {
		return
	}
	switch id {
	case responsesArguments:
		x.answeredCall().Append(content.Body, piece)
	case responsesWords:
		x.outputText(content.Text, piece, last)
	case responsesThoughts:
		x.outputText(content.Reasoning, piece, last)
	case responsesRefusal:
		x.outputText(content.Refusal, piece, last)
	}
}

// outputText passes on a piece of a text in a whole answer.
func (x *Exchange) outputText(k content.Kind, piece []byte, last bool) {
	i := &x.items
	if i.text == nil {
		i.text = x.content.Output(0).Part(k)
	}
	i.text.Append(content.Body, piece)
	if last {
		i.text = nil
	}
}

// responsesPiece passes on a piece of an event's text. Its place in the message
// comes after it.
func responsesPiece(x *Exchange, piece []byte) {
	i := &x.items
	if len(piece) == 0 {
		return
	}
	if x.event == otherDelta { // audio, code for a tool of OpenAI's own
		x.semantic = true
		return
	}
	x.said(piece)
	if x.content == nil {
		return
	}
	if x.piece == nil {
		x.piece = x.content.Output(0).PartAt(x.place(), i.kind)
		i.from = x.piece.Len(content.Body)
	}
	x.piece.Append(content.Body, piece)
}

// responsesDone knows that a finish reason is what status, incomplete_details
// and the items say together.
func responsesDone(x *Exchange) {
	i := &x.items
	if x.piece != nil { // an event's text
		if x.event == otherDelta || x.event == noEvent {
			x.piece.Move(nil, i.from)
		} else if to := x.content.Output(0).PartAt(x.place(), i.kind); to != x.piece {
			x.piece.Move(to, i.from)
		}
		x.piece = nil
	}
	if x.event == itemAdded {
		x.nameCall(x.addedCall)
	}
	if x.event == itemDone && i.role == "mcp" { // a stream has told its call before
		x.serve(x.content.Output(0).Find(int(x.part)<<8, content.ToolCall))
	}
	if x.event == itemDone && i.phase != "" {
		for _, p := range x.content.Output(0).Parts() {
			if p.Index()>>8 == int(x.part) {
				setPhase(p, i.phase)
			}
		}
	}
	if x.event == failure {
		x.Failed = true
	}
	if x.event != terminal && (x.event != noEvent || x.framing != plain) {
		return
	}
	x.Complete = true
	switch x.mark & markStatus {
	case markCompleted:
		if x.called {
			x.finish(0, "tool_calls")
		} else {
			x.finish(0, "stop")
		}
	case markIncomplete:
		if why := text(x.word); why == "max_output_tokens" {
			x.finish(0, "length")
		} else {
			x.finish(0, why)
		}
	case markFailed:
		x.Failed = true
	}
}
