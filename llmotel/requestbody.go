package llmotel

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// readBuffers are for reading requests.
var readBuffers = sync.Pool{New: func() any { b := make([]byte, 8<<10); return &b }}

// keepBody gives a request that is to be retried, but cannot be sent again, a
// copy of its body in memory, and so a GetBody: AWS's requests have none. req is
// the caller's and stays as it is.
func keepBody(req *http.Request) (*http.Request, error) {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody != nil {
		return req, nil
	}
	all, err := io.ReadAll(req.Body)
	if closed := req.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	kept := req.WithContext(req.Context())
	kept.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(all)), nil }
	kept.Body, err = kept.GetBody()
	return kept, err
}

// readRequest reads what the request asks for and returns the body to send in
// place of the one that it has used up, nil if there is none. A short body is
// kept until it has been sent, in into. A long one that can be had again is read
// whole; of others the rest is read as it is sent.
func (x *exchange) readRequest(req *http.Request, into *sentBody) (io.ReadCloser, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil //nolint:nilnil // no body is no error
	}
	buf := readBuffers.Get().(*[]byte) //nolint:forcetypeassert // there is nothing else in it
	n, err := io.ReadFull(req.Body, *buf)
	x.Request((*buf)[:n])
	if err != nil {
		if err == io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns it as it is
			err = io.EOF
		}
		*into = sentBody{buf: buf, end: int32(n), err: err, src: req.Body} //nolint:gosec // of 8 KiB
		return into, nil
	}
	if req.GetBody == nil {
		x.tee = &requestTee{readBack: readBack{head: append([]byte(nil), *buf...), rest: req.Body}, x: x}
		readBuffers.Put(buf)
		return x.tee, nil
	}
	defer readBuffers.Put(buf)
	for err == nil {
		n, err = req.Body.Read(*buf)
		x.Request((*buf)[:n])
	}
	_ = req.Body.Close() // it was read, and another one is sent
	return req.GetBody()
}

// sentBody is a short body that has been read. Its memory is used again when it
// is closed, as transports have to do when they need it no longer.
type sentBody struct {
	mu       sync.Mutex
	buf      *[]byte // nil once closed
	pos, end int32   // of what has not been sent yet
	err      error
	src      io.Closer
}

// Read reads what was read before.
func (b *sentBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buf == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.pos == b.end {
		return 0, b.err
	}
	n := copy(p, (*b.buf)[b.pos:b.end])
	b.pos += int32(n) //nolint:gosec // of 8 KiB
	return n, nil
}

// Close gives the memory back.
func (b *sentBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buf == nil {
		return nil
	}
	readBuffers.Put(b.buf)
	src := b.src
	b.buf, b.src = nil, nil // the call goes on without the request
	return src.Close()
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
