package llmotel

import (
	"io"
	"net/http"
	"sync"
)

// readBuffer is for reading requests, and for sending what has been read.
type readBuffer struct {
	bytes []byte
	rest  []byte // what of it has not been sent yet
	err   error  // after it
	src   io.Closer
}

var readBuffers = sync.Pool{New: func() any { return &readBuffer{bytes: make([]byte, 8<<10)} }}

// close closes what b was read from and makes b available to other requests.
func (b *readBuffer) close() error {
	src := b.src
	b.free()
	return src.Close()
}

// free makes b available to other requests.
func (b *readBuffer) free() {
	b.rest, b.err, b.src = nil, nil, nil
	readBuffers.Put(b)
}

// keepBody gives a request that is to be retried, but cannot be sent again, a
// copy of its body in memory, and so a GetBody: AWS's requests have none. req is
// the caller's and stays as it is.
func keepBody(req *http.Request) (*http.Request, *memoryBody, error) {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody != nil {
		return req, nil, nil
	}
	all, err := io.ReadAll(req.Body)
	if closed := req.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, nil, err
	}
	body := &memoryBody{bytes: all}
	kept := req.WithContext(req.Context())
	kept.GetBody = body.get
	kept.Body, err = body.get()
	return kept, body, err
}

// readRequest reads what the request asks for and returns the body to send in
// place of the one that it has used up, nil if there is none. A short body is
// kept until it has been sent, in into. A long one that can be had again is read
// whole; of others the rest is read as it is sent.
func (x *exchange) readRequest(req *http.Request, into *sentBody) (io.ReadCloser, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil //nolint:nilnil // no body is no error
	}
	buf := readBuffers.Get().(*readBuffer) //nolint:forcetypeassert // there is nothing else in it
	n, err := io.ReadFull(req.Body, buf.bytes)
	x.Request(buf.bytes[:n])
	if err != nil {
		if err == io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns it as it is
			err = io.EOF
		}
		buf.rest, buf.err, buf.src = buf.bytes[:n], err, req.Body
		into.buf = buf
		return into, nil
	}
	if req.GetBody == nil {
		buf.rest = buf.bytes
		return &requestTee{rest: req.Body, buf: buf, x: x}, nil
	}
	defer buf.free()
	for err == nil {
		n, err = req.Body.Read(buf.bytes)
		x.Request(buf.bytes[:n])
	}
	_ = req.Body.Close() // it was read, and another one is sent
	return req.GetBody()
}

// sentBody is a short body that has been read. Its memory is used again once all of
// it has been sent: transports need it no longer then, but HTTP/2's closes it, as
// it has to, only when the response has ended, which takes a stream as long as it is.
type sentBody struct {
	mu  sync.Mutex
	buf *readBuffer // sentWhole once all has been sent, nil once closed
}

// sentWhole stands for a body of which nothing is left. It is only read.
var sentWhole = &readBuffer{err: io.EOF}

// Read reads what was read before.
func (b *sentBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	buf := b.buf
	if buf == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	if len(buf.rest) == 0 && (buf.err != io.EOF || buf == sentWhole) { //nolint:errorlint // readers return it as it is
		return 0, buf.err
	}
	n := copy(p, buf.rest)
	if buf.rest = buf.rest[n:]; len(buf.rest) > 0 || buf.err != io.EOF { //nolint:errorlint // as above
		return n, nil
	}
	b.buf = sentWhole
	err := buf.close()
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// Close gives the memory back.
func (b *sentBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	buf := b.buf
	if b.buf = nil; buf == nil || buf == sentWhole {
		return nil
	}
	return buf.close()
}

// requestTee is a long body that cannot be had again. What follows its
// beginning is read along as it is sent, until the response comes.
type requestTee struct {
	rest io.ReadCloser

	mu  sync.Mutex
	buf *readBuffer // the beginning; nil once that has been sent
	x   *exchange   // nil when the response is there
}

// Read reads on.
func (t *requestTee) Read(p []byte) (int, error) {
	if n := t.begin(p); n > 0 {
		return n, nil
	}
	n, err := t.rest.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.x != nil {
		t.x.Request(p[:n])
	}
	return n, err
}

// begin reads on in the beginning. It returns 0 after it.
func (t *requestTee) begin(p []byte) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.buf == nil {
		return 0
	}
	n := copy(p, t.buf.rest)
	if t.buf.rest = t.buf.rest[n:]; len(t.buf.rest) == 0 {
		t.free()
	}
	return n
}

func (t *requestTee) free() {
	if t.buf != nil {
		t.buf.free()
		t.buf = nil
	}
}

// Close closes what it is read from.
func (t *requestTee) Close() error {
	t.mu.Lock()
	t.free()
	t.mu.Unlock()
	return t.rest.Close()
}

// detach ends the reading along.
func (t *requestTee) detach() {
	if t != nil {
		t.mu.Lock()
		t.x = nil
		t.mu.Unlock()
	}
}
