package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// openAICompletions is the format of OpenAI's first API, which completes a
// text. Answers are those of chats with a text in place of the message, but for
// Mistral's, which fill in the middle of one, and are those of chats.
var openAICompletions = &format{
	request: completionsRequest,
	ask:     own{text: completionsAskText},
	answer:  completionsAnswer,
	event:   completionsAnswer,
	read:    own{open: chatOpen, close: chatClose, value: chatValue, text: completionsText},
	done:    chatDone,
	quick:   chatQuick,
	ledger:  chatLedger,
	header:  openAIHeader,
}

// completionsPrompt is the prompt: a text or several. It may also be tokens,
// of which nothing is kept.
const completionsPrompt = askFormat

var completionsRequest = jsonscan.Object(0, append([]jsonscan.Member{
	jsonscan.At("prompt", jsonscan.Or(jsonscan.Text(completionsPrompt), jsonscan.Array(0, jsonscan.Text(completionsPrompt)))),
}, samplingMembers...)...)

func completionsAskText(x *Exchange, _ jsonscan.ID, piece []byte, last bool) {
	if x.content != nil && x.message == nil {
		x.message = x.content.Input("")
	}
	x.prompt(content.Text, piece, last)
}

var completionsAnswer = jsonscan.Object(0, append(answerMembers,
	jsonscan.At("choices", jsonscan.Array(0, jsonscan.Object(chatChoice,
		jsonscan.At("index", jsonscan.Value(chatIndex)),
		jsonscan.At("finish_reason", jsonscan.Value(chatReason)),
		jsonscan.At("text", jsonscan.Text(chatContent)),
		jsonscan.At("message", filling),
		jsonscan.At("delta", filling)))))...)

var filling = jsonscan.Object(0, jsonscan.At("content", jsonscan.Text(chatFilling)))

// completionsText knows that Together writes each text twice.
func completionsText(x *Exchange, id jsonscan.ID, piece []byte, last bool) {
	if id == chatFilling {
		if x.dialect != mistrals {
			return
		}
		id = chatContent
	}
	chatText(x, id, piece, last)
}
