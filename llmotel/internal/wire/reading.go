package wire

import (
	"sync"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// reading is what formats note of the document being read, in any piece of it.
type reading struct {
	part     int32 // the part of the message being read
	seen     int32 // choices opened in this document
	choice   uint8 // the choice being read
	semantic bool  // this document holds a piece of the answer
	mark     uint8
	event    event  // of the Responses API
	detail   uint32 // a count whose modality may come after it, or noDetail
	word     name   // the role, the finish reason or the modality being read
}

// building is what formats make of the content, and what else need not outlast a
// piece of the body if there is no content. Open streams are many, and those in
// which something is read just now are few: these share it.
type building struct {
	message *content.Message
	piece   *content.Part
	media   *content.Part // an image or a document within piece, or beside it
	tool    *content.Tool
	// callID, name and itemID are of the message being read; their memory is reused.
	callID, name, itemID []byte
	items                items
	trial                trial
}

var buildings = sync.Pool{New: func() any { return new(building) }}

// borrow makes sure that there is a building.
func (x *Exchange) borrow() {
	if x.building == nil {
		x.building = buildings.Get().(*building) //nolint:forcetypeassert // there is nothing else in it
	}
}

// rest forgets and gives back what does not matter any more once a piece has been
// read. With content all of it does, until the end.
func (x *Exchange) rest() {
	if x.content == nil {
		x.giveBack()
	}
}

func (x *Exchange) giveBack() {
	if x.building != nil {
		x.clear()
		buildings.Put(x.building)
		x.building = nil
	}
}

// clear makes b as new.
func (b *building) clear() {
	*b = building{callID: b.callID[:0], name: b.name[:0], itemID: b.itemID[:0]}
}

// read reads a piece of a document.
func (x *Exchange) read(p []byte) {
	x.borrow()
	x.scan.Read(x.schema(), x, p)
}

// endDocument ends what no more bytes come of.
func (x *Exchange) endDocument() {
	if !x.scan.Idle() {
		x.borrow()
		x.scan.End(x.schema(), x)
	}
}

// schema is that of the documents being read.
func (x *Exchange) schema() *jsonscan.Node {
	switch {
	case x.phase == requesting:
		return x.format().request
	case x.framing == plain && (!x.Stream || x.format().event == nil):
		return x.format().answer
	default: // also NDJSON, and a JSON array of events
		return x.format().event
	}
}
