package wire

import (
	"bytes"
	"hash/maphash"
)

// template is an event that has been read in full and said one thing, a text.
// Most events of a stream differ from the one before in the text alone, so that
// reading them again would learn nothing but its length. What stands around the
// text is compared by its hash, which costs less than to keep it.
type template struct {
	state          templateState
	padded         bool // the event ends with padding, which differs
	prefix, suffix uint64
	before, after  int // lengths of what stands around the text
	// Of the event that is being read in full:
	event                        []byte
	bytes, documents, bad, wrong int // what was known before it
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
	if x.content != nil || len(event) == 0 {
		t.state = unusable
		return false
	}
	if n := t.fits(event); n > 0 {
		return x.quickText(n)
	}
	*t = template{
		state: trying, event: event,
		bytes: x.AnswerBytes, documents: x.Documents, bad: x.Malformed, wrong: x.refused,
	}
	return false
}

// fits returns the length of the event's text if the template tells all about
// the rest, else 0.
func (t *template) fits(event []byte) int {
	if t.state != usable || len(event) <= t.before || maphash.Bytes(seed, event[:t.before]) != t.prefix {
		return 0
	}
	n := bytes.IndexByte(event[t.before:], '"')
	if n <= 0 || bytes.IndexByte(event[t.before:t.before+n], '\\') >= 0 {
		return 0
	}
	rest, padded := cutPadding(event[t.before+n:])
	if len(rest) != t.after || padded != t.padded || maphash.Bytes(seed, rest) != t.suffix {
		return 0
	}
	return n
}

// hear notes a text in the event that is being read.
func (t *template) hear(text []byte) {
	switch {
	case len(text) == 0 || t.state == unusable || t.state == usable:
		return
	case t.state == heard:
		t.state, t.event = unusable, nil // more than one
		return
	}
	// A text without escapes is a part of the event.
	at := cap(t.event) - cap(text)
	if at <= 0 || at+len(text) >= len(t.event) || &t.event[at] != &text[0] || t.event[at-1] != '"' || t.event[at+len(text)] != '"' {
		t.state, t.event = unusable, nil
		return
	}
	t.state, t.before, t.after = heard, at, len(text)
}

// forget ends what was begun with an event that has not ended: its bytes are the
// caller's.
func (t *template) forget() {
	if t.event != nil {
		*t = template{}
	}
}

// learn makes a template of the event that has been read, unless that did more
// than reading it again would.
func (t *template) learn(x *Exchange) {
	event := t.event
	t.event = nil
	if t.state != heard || x.AnswerBytes != t.bytes+t.after || x.Documents != t.documents+1 || x.Malformed != t.bad || x.refused != t.wrong {
		t.state = unusable
		return
	}
	rest, padded := cutPadding(event[t.before+t.after:])
	t.state, t.padded, t.after = usable, padded, len(rest)
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
