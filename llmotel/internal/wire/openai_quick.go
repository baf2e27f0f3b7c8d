package wire

import (
	"bytes"
	"hash/maphash"
	"math"
	"math/bits"
)

// template is an event that has been read in full and said one thing, a text.
// Most events of a stream differ from the one before in the text alone, so that
// reading them again would learn nothing but its length. What stands around the
// text is compared by its hash, which costs less than to keep it.
type template struct {
	around        uint64 // the hashes of what stands around the text, see aroundHash
	before, after uint16 // their lengths
	state         templateState
	padded        bool // the event ends with padding, which differs
}

// trial is an event that is being read in full and may become a template.
type trial struct {
	event          []byte // nil if none is
	bytes, wrong   int    // what was known before it
	documents, bad uint32
}

type templateState uint8

const (
	unusable templateState = iota
	trying                 // an event is being read
	heard                  // and has said a text
	usable
)

// seed makes hashes that nobody can foresee.
var seed = maphash.MakeSeed()

// chatQuick reads an event that differs in its text alone from the one before.
func chatQuick(x *Exchange, event []byte) bool {
	t := &x.template
	if x.content != nil || len(event) == 0 || len(event) > math.MaxUint16 {
		t.state = unusable
		return false
	}
	if n := t.fits(event); n > 0 {
		return x.quickText(n)
	}
	x.borrow()
	x.template = template{state: trying}
	x.trial = trial{event: event, bytes: x.AnswerBytes(), documents: x.Documents, bad: x.Malformed, wrong: x.Refused()}
	return false
}

// fits returns the length of the event's text if the template tells all about
// the rest, else 0.
func (t *template) fits(event []byte) int {
	before := int(t.before)
	if t.state != usable || len(event) <= before {
		return 0
	}
	text := event[before:]
	n := bytes.IndexByte(text, '"')
	if n <= 0 || bytes.IndexByte(text[:n], '\\') >= 0 {
		return 0
	}
	rest, padded := cutPadding(text[n:])
	if len(rest) != int(t.after) || padded != t.padded || aroundHash(event[:before], rest) != t.around {
		return 0
	}
	return n
}

// hear notes a text in the event that is being read.
func (x *Exchange) hear(text []byte) {
	t, event := &x.template, x.trial.event
	if event == nil {
		return
	}
	switch {
	case len(text) == 0 || t.state == unusable || t.state == usable:
		return
	case t.state == heard:
		t.state, x.trial = unusable, trial{} // more than one
		return
	}
	// A text without escapes is a part of the event.
	at := cap(event) - cap(text)
	if at <= 0 || at+len(text) >= len(event) || &event[at] != &text[0] || event[at-1] != '"' || event[at+len(text)] != '"' {
		t.state, x.trial = unusable, trial{}
		return
	}
	t.state, t.before, t.after = heard, uint16(at), uint16(len(text)) //nolint:gosec // see chatQuick
}

// untried ends what was begun with an event that has not ended: its bytes are the
// caller's.
func (x *Exchange) untried() {
	if x.building != nil && x.trial.event != nil {
		x.template, x.trial = template{}, trial{}
	}
}

// learn makes a template of the event that has been read, unless that did more
// than reading it again would.
func (x *Exchange) learn() {
	t, tried := &x.template, x.trial
	event := tried.event
	x.trial = trial{}
	if event == nil || t.state != heard || x.AnswerBytes() != tried.bytes+int(t.after) || x.Documents != tried.documents+1 || x.Malformed != tried.bad || x.Refused() != tried.wrong {
		t.state = unusable
		return
	}
	rest, padded := cutPadding(event[int(t.before)+int(t.after):])
	t.state, t.padded, t.after = usable, padded, uint16(len(rest)) //nolint:gosec // see chatQuick
	t.around = aroundHash(event[:t.before], rest)
}

// aroundHash is one hash of two things, in their order.
func aroundHash(before, after []byte) uint64 {
	return bits.RotateLeft64(maphash.Bytes(seed, before), 1) ^ maphash.Bytes(seed, after)
}

// paddings begin members that some vendors end events with so that lengths tell
// nothing: OpenAI and Mistral.
var paddings = [...][]byte{[]byte(`,"obfuscation":"`), []byte(`,"p":"`)}

// cutPadding cuts the padding off an event's end.
func cutPadding(p []byte) ([]byte, bool) {
	end := len(p) - len(`"}`)
	if end < 0 || p[end] != '"' || p[end+1] != '}' {
		return p, false
	}
	start := end
	for start > 0 && (p[start-1] >= '0' && p[start-1] <= '9' || p[start-1] >= 'A' && p[start-1] <= 'Z' || p[start-1] >= 'a' && p[start-1] <= 'z') {
		start--
	}
	for _, name := range paddings {
		if bytes.HasSuffix(p[:start], name) {
			return p[:start-len(name)], true
		}
	}
	return p, false
}

func (x *Exchange) quickText(n int) bool {
	x.Chunks++
	x.tell(n)
	return true
}
