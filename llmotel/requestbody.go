package llmotel

import (
	"io"
	"net/http"
	"sync"
)

// readBuffers are for reading requests.
var readBuffers = sync.Pool{New: func() any { b := make([]byte, 8<<10); return &b }}

// readRequest reads what the request asks for and returns the body to send in
// place of the one that it has used up, nil if there is none. A body that can be
// had again is read whole; of others the beginning is read and put back, and
// the rest is read as it is sent.
func (x *exchange) readRequest(req *http.Request) (io.ReadCloser, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil //nolint:nilnil // no body is no error
	}
	buf := readBuffers.Get().(*[]byte) //nolint:forcetypeassert // there is nothing else in it
	defer readBuffers.Put(buf)
	if req.GetBody != nil {
		for {
			n, err := req.Body.Read(*buf)
			x.Request((*buf)[:n])
			if err != nil {
				break // what is wrong with it shows when it is sent
			}
		}
		_ = req.Body.Close() // it was read, and another one is sent
		return req.GetBody()
	}
	n, err := io.ReadFull(req.Body, *buf)
	x.Request((*buf)[:n])
	head := append([]byte(nil), (*buf)[:n]...)
	if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns them as they are
		return &readBack{head: head, err: io.EOF, rest: req.Body}, nil
	}
	if err != nil {
		return &readBack{head: head, err: err, rest: req.Body}, nil
	}
	x.tee = &requestTee{readBack: readBack{head: head, rest: req.Body}, x: x}
	return x.tee, nil
}

// requestTee is a long body that cannot be had again. What follows its
// beginning is read along as it is sent, until the response comes.
type requestTee struct {
	readBack
	mu sync.Mutex
	x  *exchange // nil when the response is there
}

// Read reads on.
func (t *requestTee) Read(p []byte) (int, error) {
	fresh := len(t.head) == 0
	n, err := t.readBack.Read(p)
	if fresh {
		t.mu.Lock()
		if t.x != nil {
			t.x.Request(p[:n])
		}
		t.mu.Unlock()
	}
	return n, err
}

// detach ends the reading along.
func (t *requestTee) detach() {
	if t != nil {
		t.mu.Lock()
		t.x = nil
		t.mu.Unlock()
	}
}
