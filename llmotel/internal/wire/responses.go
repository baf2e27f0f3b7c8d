package wire

import (
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// openAIResponses is the format of OpenAI's Responses API. A conversation, and
// an answer, is a list of items there: messages, tool calls, their results,
// reasoning.
var openAIResponses = &format{
	request: responsesRequest,
	ask:     own{open: responsesAskOpen, close: responsesAskClose, value: responsesAskValue, text: responsesAskText, raw: responsesAskRaw},
	answer:  responsesAnswer,
	event:   responsesAnswer,
	read:    own{open: responsesOpen, close: responsesClose, value: responsesValue, text: responsesText, raw: responsesServed},
	done:    responsesDone,
	quick:   responsesQuick,
	ledger:  chatLedger,
	header:  openAIHeader,
}

// items is what is known of the items being read.
type items struct {
	// What the type of the item being read says.
	role   string // of an answer's item: the vendor's tool that it is of
	result bool   // it is a tool's result
	think  bool   // it is reasoning
	phase  string
	first  int // how many parts the message had before the item

	// Of the answer.
	next   int32         // the place of the item that a stream adds next
	placed bool          // the event has told its place already
	listed bool          // the item is of a whole answer's list
	sub    int           // the place within the item
	from   int           // how long the part was before this event
	text   *content.Part // the text being read
	kind   content.Kind  // of the event's text
	whole  bool          // the event's text is thinking, and no summary of it
}

// What is known of a document.
const (
	markKnown      uint8 = 1 << iota // the stream has told its items already
	markCompleted                    // the answer's status
	markIncomplete                   // likewise
	markFailed                       // likewise

	markStatus = markCompleted | markIncomplete | markFailed
)

func statusOf(v []byte) uint8 {
	switch string(v) {
	case "completed":
		return markCompleted
	case "incomplete":
		return markIncomplete
	case "failed":
		return markFailed
	}
	return 0
}

// event says what an event of a stream is.
type event uint8

const (
	noEvent event = iota // of no interest, or not known yet
	itemAdded
	itemDone
	textDelta
	otherDelta // of which nothing is kept
	terminal
	failure
)

// The IDs of the Responses API's own fields in requests.
const (
	responsesAskInstructions jsonscan.ID = askFormat + iota
	responsesAskInput
	responsesAskItem
	responsesAskType
	responsesAskRole
	responsesAskContent
	responsesAskPart
	responsesAskWords
	responsesAskRefusal
	responsesAskImage
	responsesAskURL
	responsesAskFile
	responsesAskData
	responsesAskCallID
	responsesAskName
	responsesAskArguments
	responsesAskOutput
	responsesAskTool
	responsesAskPhase
)
