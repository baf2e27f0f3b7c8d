package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

var responsesRequest = func() *jsonscan.Node {
	parts := func(text jsonscan.ID) *jsonscan.Node {
		return jsonscan.Or(jsonscan.Text(text), jsonscan.Array(0, jsonscan.Object(responsesAskPart,
			jsonscan.At("text", jsonscan.Text(text)),
			jsonscan.At("refusal", jsonscan.Text(responsesAskRefusal)),
			jsonscan.At("image_url", jsonscan.Text(responsesAskImage)),
			jsonscan.At("file_url", jsonscan.Text(responsesAskURL)),
			jsonscan.At("file_data", jsonscan.Text(responsesAskURL)), // a data URI
			jsonscan.At("file_id", jsonscan.Text(responsesAskFile)),
			jsonscan.At("input_audio", jsonscan.Object(0, jsonscan.At("data", jsonscan.Text(responsesAskData)))))))
	}
	return jsonscan.Object(0,
		jsonscan.At("model", jsonscan.Value(askModel)),
		jsonscan.At("stream", jsonscan.Value(askStream)),
		jsonscan.At("max_output_tokens", jsonscan.Value(askMaxTokens)),
		jsonscan.At("temperature", jsonscan.Value(askTemperature)),
		jsonscan.At("top_p", jsonscan.Value(askTopP)),
		jsonscan.At("service_tier", jsonscan.Value(askTier)),
		jsonscan.At("reasoning", jsonscan.Object(0, jsonscan.At("effort", jsonscan.Value(askReasoning)))),
		jsonscan.At("text", jsonscan.Object(0, jsonscan.At("format", jsonscan.Object(0, jsonscan.At("type", jsonscan.Value(askOutputType)))))),
		jsonscan.At("previous_response_id", jsonscan.Value(askPreviousResponse)),
		jsonscan.At("conversation", jsonscan.Or(jsonscan.Value(askConversation), jsonscan.Object(0, jsonscan.At("id", jsonscan.Value(askConversation))))),
		jsonscan.At("instructions", jsonscan.Text(responsesAskInstructions)),
		jsonscan.At("input", jsonscan.Or(jsonscan.Text(responsesAskInput), jsonscan.Array(0, jsonscan.Object(responsesAskItem,
			jsonscan.At("type", jsonscan.Value(responsesAskType)),
			jsonscan.At("role", jsonscan.Value(responsesAskRole)),
			jsonscan.At("phase", jsonscan.Value(responsesAskPhase)),
			jsonscan.At("content", parts(responsesAskContent)),
			jsonscan.At("summary", parts(responsesAskContent)),
			jsonscan.At("call_id", jsonscan.Value(responsesAskCallID)),
			jsonscan.At("name", jsonscan.Value(responsesAskName)),
			jsonscan.At("arguments", jsonscan.Text(responsesAskArguments)),
			jsonscan.At("input", jsonscan.Text(responsesAskArguments)), // of custom tools
			jsonscan.At("output", parts(responsesAskOutput)))))),
		jsonscan.At("tools", jsonscan.Array(0, jsonscan.Raw(responsesAskTool))),
	)
}()

func responsesAskOpen(x *Exchange, id jsonscan.ID) {
	switch id {
	case responsesAskItem:
		// Items of kinds that say nothing get no message.
		x.items, x.message, x.piece, x.callID = items{}, nil, nil, x.callID[:0]
	case responsesAskPart:
		x.items.text = nil
	}
}

func responsesAskClose(x *Exchange, id jsonscan.ID) {
	if id != responsesAskItem || x.message == nil {
		return
	}
	i := &x.items
	if i.role == "" && i.result {
		i.role = "tool"
	}
	if i.role != "" {
		x.message.SetRoleString(i.role)
	}
	for _, p := range x.message.Parts() {
		switch {
		case p.Kind() == content.Text && i.think:
			p.SetKind(content.Reasoning)
		case p.Kind() == content.Text && i.result:
			p.SetKind(content.ToolResult)
		}
		if i.phase != "" {
			setPhase(p, i.phase)
		}
		if p.Kind() == content.ToolCall || p.Kind() == content.ToolResult {
			p.Append(content.ID, x.callID)
		}
	}
}

func responsesAskValue(x *Exchange, id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.Null {
		return
	}
	switch id {
	case responsesAskType:
		switch string(v) {
		case "reasoning":
			x.items.think, x.items.role = true, "assistant"
		case "function_call", "custom_tool_call", "mcp_call":
			x.items.role = "assistant"
		case "function_call_output", "custom_tool_call_output":
			x.items.result, x.items.role = true, "tool"
		}
	case responsesAskRole:
		if x.content != nil {
			x.items.role = word(v)
		}
	case responsesAskPhase:
		if x.content != nil {
			x.items.phase = word(v)
		}
	case responsesAskCallID:
		x.callID = append(x.callID[:0], v...)
	case responsesAskName:
		x.askedCall().Append(content.Name, v)
	}
}

// item is the message that the item being read becomes.
func (x *Exchange) item() *content.Message {
	if x.message == nil {
		x.message = x.content.Input("")
	}
	return x.message
}

// askedCall is the tool call that the item being read becomes.
func (x *Exchange) askedCall() *content.Part {
	if x.content != nil && x.piece == nil {
		x.piece = x.item().Part(content.ToolCall)
	}
	return x.piece
}

func responsesAskText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	switch id {
	case responsesAskInstructions:
		x.prompted(piece)
		x.instruct(piece)
	case responsesAskInput:
		x.prompted(piece)
		if x.content != nil {
			x.item().PartAt(0, content.Text).Append(content.Body, piece)
		}
		if last {
			x.message = nil
		}
	case responsesAskContent:
		x.itemText(content.Text, piece, last, true)
	case responsesAskRefusal:
		x.itemText(content.Refusal, piece, last, true)
	case responsesAskOutput:
		x.items.result = true
		x.itemText(content.Text, piece, last, true)
	case responsesAskImage:
		x.itemText(content.URI, piece, false, false)
		x.items.text.Set(content.Modality, "image")
		if last {
			x.items.text = nil
		}
	case responsesAskURL:
		x.itemText(content.URI, piece, last, false)
	case responsesAskFile:
		x.itemText(content.File, piece, last, false)
	case responsesAskData:
		x.itemText(content.Blob, piece, last, false)
	case responsesAskArguments:
		x.prompted(piece)
		x.askedCall().Append(content.Body, piece)
	}
}

// itemText passes on a piece of a part of the item being read.
func (x *Exchange) itemText(k content.Kind, piece []byte, last, counts bool) {
	if counts {
		x.prompted(piece)
	}
	if x.content == nil {
		return
	}
	if x.items.text == nil {
		x.items.text = x.item().Part(k)
	}
	x.items.text.Append(content.Body, piece)
	if last {
		x.items.text = nil
	}
}

func responsesAskRaw(x *Exchange, _ jsonscan.ID, piece []byte, last bool) { x.define(piece, last) }
