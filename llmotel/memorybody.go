package llmotel

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// memoryBody is a request's body in memory, which can be had again until the request
// is answered. Then nothing is kept of it: a response leads to its request, and an
// open stream would keep it as long as it is.
type memoryBody struct {
	mu    sync.Mutex
	bytes []byte // nil once forgotten
}

// errAnswered is what is had of a body when the request is answered.
var errAnswered = errors.New("llmotel: the request has been answered, its body is not kept")

// get is the body as http.Request.GetBody returns it.
func (m *memoryBody) get() (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bytes == nil {
		return nil, errAnswered
	}
	return &memoryReader{rest: m.bytes}, nil
}

// forget lets go of the body. It is safe for nil.
func (m *memoryBody) forget() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bytes = nil
}

// memoryReader reads a body from memory, which it lets go of at its end.
type memoryReader struct {
	mu     sync.Mutex
	rest   []byte // nil at the end
	closed bool
}

// Read reads on.
func (r *memoryReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return 0, http.ErrBodyReadAfterClose
	case len(r.rest) == 0:
		r.rest = nil
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	if r.rest = r.rest[n:]; len(r.rest) == 0 {
		r.rest = nil
	}
	return n, nil
}

// Close ends the reading.
func (r *memoryReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest, r.closed = nil, true
	return nil
}
