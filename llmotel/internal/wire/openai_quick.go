package wire

import (
	"bytes"
	"hash/maphash"
	"math"
)

// template is an event that has been read in full and said one thing, a text.
// Most events of a stream differ from the one before in the text alone, so that
// reading them again would learn nothing but its length. What stands around the
// text is compared by its hash, which costs less than to keep it.
type template struct {
	prefix, suffix uint64
	before, after  int32 // lengths of what stands around the text
	state          templateState
	padded         bool // the event ends with padding, which differs
}

// trial is an event that is being read in full and may become a template, or has
// more to note than most.
type trial struct {
	event          []byte
	bytes, wrong   int // what was known before it
	documents, bad uint32

	iteration *iteration // of a message of Anthropic's; nil unless it tells of any
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
	if x.content != nil || len(event) == 0 || len(event) > math.MaxInt32 {
		t.state = unusable
		return false
	}
	if n := t.fits(event); n > 0 {
		return x.quickText(n)
	}
	x.borrow()
	x.template = template{state: trying}
	if x.trial == nil {
		x.trial = trials.Get().(*trial) //nolint:forcetypeassert // there is nothing else in it
	}
	*x.trial = trial{event: event, bytes: x.AnswerBytes, documents: x.Documents, bad: x.Malformed, wrong: x.Refused()}
	return false
}

// fits returns the length of the event's text if the template tells all about
// the rest, else 0.
func (t *template) fits(event []byte) int {
	before := int(t.before)
	if t.state != usable || len(event) <= before || maphash.Bytes(seed, event[:before]) != t.prefix {
		return 0
	}
	text := event[before:]
	n := bytes.IndexByte(text, '"')
	if n <= 0 || bytes.IndexByte(text[:n], '\\') >= 0 {
		return 0
	}
	rest, padded := cutPadding(text[n:])
	if len(rest) != int(t.after) || padded != t.padded || maphash.Bytes(seed, rest) != t.suffix {
		return 0
	}
	return n
}

// hear notes a text in the event that is being read.
func (x *Exchange) hear(text []byte) {
	if x.trial == nil {
		return
	}
	t, event := &x.template, x.trial.event
	switch {
	case len(text) == 0 || t.state == unusable || t.state == usable:
		return
	case t.state == heard:
		t.state, x.trial.event = unusable, nil // more than one
		return
	}
	// A text without escapes is a part of the event.
	at := cap(event) - cap(text)
	if at <= 0 || at+len(text) >= len(event) || &event[at] != &text[0] || event[at-1] != '"' || event[at+len(text)] != '"' {
		t.state, x.trial.event = unusable, nil
		return
	}
	t.state, t.before, t.after = heard, int32(at), int32(len(text)) //nolint:gosec // see chatQuick
}

// untried ends what was begun with an event that has not ended: its bytes are the
// caller's.
func (x *Exchange) untried() {
	if x.reading != nil && x.trial != nil && x.trial.iteration == nil {
		x.template = template{}
		x.untry()
	}
}

// learn makes a template of the event that has been read, unless that did more
// than reading it again would.
func (x *Exchange) learn() {
	if x.trial == nil {
		x.template.state = unusable // what was read may have told other things
		return
	}
	t, tried := &x.template, *x.trial
	event := tried.event
	x.untry()
	if t.state != heard || x.AnswerBytes != tried.bytes+int(t.after) || x.Documents != tried.documents+1 || x.Malformed != tried.bad || x.Refused() != tried.wrong {
		t.state = unusable
		return
	}
	rest, padded := cutPadding(event[t.before+t.after:])
	t.state, t.padded, t.after = usable, padded, int32(len(rest)) //nolint:gosec // see chatQuick
	t.prefix, t.suffix = maphash.Bytes(seed, event[:t.before]), maphash.Bytes(seed, rest)
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
	x.AnswerBytes += n
	return true
}
