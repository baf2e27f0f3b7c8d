package llmotel

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/llmotel/sdk/llmotel/internal/wire"
)

// asksForUsage tells whether usage is to be asked for in the caller's stead. It
// takes a body that can be had again and that no signature covers, as those of AWS
// do, and a reply that can be read.
func (w *httpWay) asksForUsage(x *exchange, req *http.Request) bool {
	return w.streamUsage && x.API == wire.OpenAIChat && x.Stream && !x.UsageOnStream &&
		req.GetBody != nil && req.Header.Get("Accept-Encoding") == "" && !strings.HasPrefix(req.Header.Get("Authorization"), "AWS4-")
}

// withUsage makes sent ask for usage, and returns the body that does. It returns
// false, and sent asks for what it asked for, if the caller has said that it wants none,
// or sends no JSON object.
func withUsage(sent *http.Request) (*memoryBody, bool) {
	body, err := io.ReadAll(sent.Body)
	if err != nil {
		return nil, false
	}
	_ = sent.Body.Close() // all of it is here
	again, ok := includeUsage(body)
	if !ok {
		again = body
	}
	kept := &memoryBody{bytes: again}
	sent.GetBody = kept.get
	sent.Body, _ = kept.get() // it is there
	sent.ContentLength = int64(len(again))
	if sent.Header.Get("Content-Length") != "" {
		sent.Header = sent.Header.Clone()
		sent.Header.Del("Content-Length") // net/http sets it from the field
	}
	return kept, ok
}

// includeUsage adds stream_options.include_usage to a request.
func includeUsage(body []byte) ([]byte, bool) {
	const name = `"stream_options"`
	start := bytes.IndexByte(body, '{')
	if start < 0 {
		return nil, false
	}
	if !bytes.Contains(body, []byte(name)) {
		const option = name + `:{"include_usage":true},`
		return append(append(append(make([]byte, 0, len(body)+len(option)), body[:start+1]...), option...), body[start+1:]...), true
	}
	var fields map[string]json.RawMessage
	var options map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || len(fields["stream_options"]) > 0 && json.Unmarshal(fields["stream_options"], &options) != nil {
		return nil, false
	}
	if _, said := options["include_usage"]; said {
		return nil, false
	}
	if options == nil {
		options = map[string]json.RawMessage{}
	}
	options["include_usage"] = json.RawMessage("true")
	var err error
	if fields["stream_options"], err = json.Marshal(options); err != nil {
		return nil, false
	}
	body, err = json.Marshal(fields)
	return body, err == nil
}

// hideUsage hides the event that only tells usage from whoever reads resp, and
// that it makes the body shorter.
func hideUsage(resp *http.Response) {
	if resp.Body == nil || resp.StatusCode == http.StatusSwitchingProtocols || resp.StatusCode >= http.StatusBadRequest || resp.Header.Get("Content-Encoding") != "" {
		return
	}
	resp.Body = &usageHider{src: resp.Body}
	if resp.ContentLength > 0 {
		resp.ContentLength = -1
		resp.Header.Del("Content-Length")
	}
}

// usageHider passes a stream on without the event that only tells usage. It keeps
// nothing between lines; of a line that is not all there it keeps what is.
type usageHider struct {
	src  io.ReadCloser
	held *heldLines // nil between lines
	// long tells that a line is too long to be held back; dropped that the
	// empty line after a dropped one is to be dropped too.
	long, dropped bool
}

// heldLines are what has been read of a stream and not passed on.
type heldLines struct {
	err  error // of the source, after buf
	buf  []byte
	done int // how much of buf has been passed on
	pass int // how much of buf may be passed on
}

var heldLineses = sync.Pool{New: func() any { return &heldLines{buf: make([]byte, 0, 4<<10)} }}

// maxHeld is more than an event has that only tells usage.
const maxHeld = 16 << 10

// Read passes on whole lines, as soon as they are there.
func (h *usageHider) Read(p []byte) (int, error) {
	if h.held == nil {
		h.held = heldLineses.Get().(*heldLines) //nolint:forcetypeassert // there is nothing else in it
	}
	l := h.held
	for l.done == l.pass {
		if l.err != nil {
			if l.pass < len(l.buf) { // a last line without its end
				l.pass = len(l.buf)
				break
			}
			return 0, l.err
		}
		h.fill(l)
	}
	n := copy(p, l.buf[l.done:l.pass])
	if l.done += n; l.done == len(l.buf) && l.err == nil {
		h.giveBack()
	}
	return n, nil
}

// Close closes the stream.
func (h *usageHider) Close() error { return h.src.Close() }

func (h *usageHider) giveBack() {
	l := h.held
	h.held = nil
	if cap(l.buf) <= maxHeld {
		*l = heldLines{buf: l.buf[:0]}
		heldLineses.Put(l)
	}
}

func (h *usageHider) fill(l *heldLines) {
	l.buf = l.buf[:copy(l.buf, l.buf[l.done:])]
	l.done, l.pass = 0, 0
	if cap(l.buf)-len(l.buf) < 512 {
		l.buf = append(make([]byte, 0, 2*cap(l.buf)+4096), l.buf...)
	}
	n, err := h.src.Read(l.buf[len(l.buf):cap(l.buf)])
	l.buf, l.err = l.buf[:len(l.buf)+n], err
	for {
		end := bytes.IndexByte(l.buf[l.pass:], '\n')
		if end < 0 {
			break
		}
		line := l.buf[l.pass : l.pass+end+1]
		if !h.long && h.hidden(line) {
			l.buf = append(l.buf[:l.pass], l.buf[l.pass+end+1:]...)
			continue
		}
		l.pass += end + 1
		h.long = false
	}
	if len(l.buf)-l.pass > maxHeld {
		l.pass, h.long = len(l.buf), true
	}
}

// hidden tells whether a line is kept from the caller.
func (h *usageHider) hidden(line []byte) bool {
	if h.dropped {
		h.dropped = false
		return len(bytes.TrimSpace(line)) == 0
	}
	data, ok := bytes.CutPrefix(line, []byte("data:"))
	if !ok || !bytes.Contains(data, []byte(`"usage"`)) || !noChoices(data) {
		return false
	}
	var event struct {
		Choices *[]json.RawMessage `json:"choices"`
		Usage   map[string]any     `json:"usage"`
	}
	h.dropped = json.Unmarshal(data, &event) == nil && event.Choices != nil && len(*event.Choices) == 0 && event.Usage != nil
	return h.dropped
}

// noChoices tells whether an event may be one without choices. It saves reading
// all of the others, each of which names its usage, which is null.
func noChoices(data []byte) bool {
	const name, space = `"choices"`, " \t"
	for {
		at := bytes.Index(data, []byte(name))
		if at < 0 {
			return false
		}
		data = bytes.TrimLeft(data[at+len(name):], space+":")
		if list, ok := bytes.CutPrefix(data, []byte("[")); ok && bytes.HasPrefix(bytes.TrimLeft(list, space), []byte("]")) {
			return true
		}
	}
}
