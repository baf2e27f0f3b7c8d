package llmotel

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/llmotel/sdk/llmotel/internal/wire"
)

// asksForUsage tells whether usage is to be asked for in the caller's stead. It
// takes a body that can be had again and that no signature covers, as those of AWS
// do, and a reply that can be read.
func (w *httpWay) asksForUsage(x *exchange, req *http.Request) bool {
	return w.streamUsage && x.API == wire.OpenAIChat && x.Stream && !x.UsageOnStream &&
		req.GetBody != nil && req.Header.Get("Accept-Encoding") == "" && !strings.HasPrefix(req.Header.Get("Authorization"), "AWS4-")
}

// withUsage makes sent ask for usage. It returns false, and leaves sent as it
// is, if the caller has said that it wants none, or sends no JSON object.
func withUsage(sent *http.Request) bool {
	body, err := io.ReadAll(sent.Body)
	if err != nil {
		return false
	}
	_ = sent.Body.Close() // all of it is here
	again, ok := includeUsage(body)
	if !ok {
		again = body
	}
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(again)), nil }
	sent.Body, _ = sent.GetBody() // never fails
	sent.ContentLength = int64(len(again))
	if sent.Header.Get("Content-Length") != "" {
		sent.Header = sent.Header.Clone()
		sent.Header.Del("Content-Length") // net/http sets it from the field
	}
	return ok
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
	resp.Body = &usageHider{Closer: resp.Body, src: resp.Body}
	if resp.ContentLength > 0 {
		resp.ContentLength = -1
		resp.Header.Del("Content-Length")
	}
}

// usageHider passes a stream on without the event that only tells usage.
type usageHider struct {
	io.Closer
	src  io.Reader
	err  error
	buf  []byte // what has been read of src
	done int    // how much of buf has been passed on
	pass int    // how much of buf may be passed on
	// long tells that a line is too long to be held back; dropped that the
	// empty line after a dropped one is to be dropped too.
	long, dropped bool
}

// maxHeld is more than an event has that only tells usage.
const maxHeld = 16 << 10

// Read passes on whole lines, as soon as they are there.
func (h *usageHider) Read(p []byte) (int, error) {
	for h.done == h.pass {
		if h.err != nil {
			if h.pass < len(h.buf) { // a last line without its end
				h.pass = len(h.buf)
				break
			}
			return 0, h.err
		}
		h.fill()
	}
	n := copy(p, h.buf[h.done:h.pass])
	h.done += n
	return n, nil
}

func (h *usageHider) fill() {
	h.buf = h.buf[:copy(h.buf, h.buf[h.done:])]
	h.done, h.pass = 0, 0
	if cap(h.buf)-len(h.buf) < 512 {
		h.buf = append(make([]byte, 0, 2*cap(h.buf)+4096), h.buf...)
	}
	n, err := h.src.Read(h.buf[len(h.buf):cap(h.buf)])
	h.buf, h.err = h.buf[:len(h.buf)+n], err
	for {
		end := bytes.IndexByte(h.buf[h.pass:], '\n')
		if end < 0 {
			break
		}
		line := h.buf[h.pass : h.pass+end+1]
		if !h.long && h.hidden(line) {
			h.buf = append(h.buf[:h.pass], h.buf[h.pass+end+1:]...)
			continue
		}
		h.pass += end + 1
		h.long = false
	}
	if len(h.buf)-h.pass > maxHeld {
		h.pass, h.long = len(h.buf), true
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
