package wire

import "bytes"

// chatQuick recognises the events that most streams consist of: a piece of
// text, and nothing else that matters. Inside a JSON string quotes have a
// backslash before them, so that a name in quotes and a colon cannot be text.
func chatQuick(x *Exchange, event []byte) bool {
	if x.content != nil || x.Answer.Model == "" || x.ID == "" {
		return false
	}
	at := bytes.Index(event, deltaContent)
	if at < 0 {
		return false
	}
	text := event[at+len(deltaContent):]
	end := bytes.IndexByte(text, '"')
	if end <= 0 || bytes.IndexByte(text[:end], '\\') >= 0 {
		return false
	}
	rest := text[end+1:]
	return quiet(rest) && quiet(event[:at]) && x.quickText(end)
}

var (
	deltaContent = []byte(`"content":"`)
	usageName    = []byte(`"usage"`)
	reasonName   = []byte(`"finish_reason"`)
	errorName    = []byte(`"error"`)
	callsName    = []byte(`"tool_calls"`)
	tierName     = []byte(`"service_tier"`)
)

// quiet tells that a part of an event has nothing of interest: no usage, no
// finish reason, no error.
func quiet(p []byte) bool {
	return null(p, reasonName) && null(p, usageName) && bytes.Index(p, errorName) < 0 && bytes.Index(p, callsName) < 0
}

// null tells that a name does not occur, or once with the value null.
func null(p, name []byte) bool {
	at := bytes.Index(p, name)
	if at < 0 {
		return true
	}
	p = p[at+len(name):]
	if !bytes.HasPrefix(p, nullValue) {
		return false
	}
	return bytes.Index(p, name) < 0
}

var nullValue = []byte(`:null`)

func (x *Exchange) quickText(n int) bool {
	x.Chunks++
	x.AnswerBytes += n
	return true
}
