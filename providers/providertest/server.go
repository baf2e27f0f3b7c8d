package providertest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// Server is a fake HTTP service on a loopback address that counts its calls.
type Server struct {
	// URL is the base address, without a slash at its end.
	URL string

	server *httptest.Server
	calls  atomic.Int64
	active atomic.Int64
}

// NewServer starts a server that answers with the handler. Request bodies are
// read to their end before the handler runs, so that the end of the client's
// connection ends the request's context. The server and its client's idle
// connections are closed by t.Cleanup.
func NewServer(t testing.TB, handler http.HandlerFunc) *Server {
	t.Helper()
	s := &Server{}
	closing := t.Context() // stalled handlers return, else Close would wait for them
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
		if err != nil {
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(closing, cancel)()
		r = r.WithContext(ctx) //nolint:contextcheck // derived from the request's own
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.active.Add(1)
		defer s.active.Add(-1)
		s.calls.Add(1)
		handler(w, r)
	}))
	s.URL = s.server.URL
	t.Cleanup(func() {
		s.server.CloseClientConnections()
		s.server.Close()
	})
	return s
}

// Client returns an HTTP client whose connections are closed with the server.
func (s *Server) Client() *http.Client { return s.server.Client() }

// Calls counts the requests received so far.
func (s *Server) Calls() int { return int(s.calls.Load()) }

// Active counts the requests whose handler is running.
func (s *Server) Active() int { return int(s.active.Load()) }

// Flush sends what the handler has written so far.
func Flush(w http.ResponseWriter) {
	_ = http.NewResponseController(w).Flush() // a client that left shows in the next write
}

// Wait blocks until the client has left or the test is over: a service that
// stalls. What was written before must be flushed.
func Wait(r *http.Request) { <-r.Context().Done() }

// Cut ends the handler and breaks the connection: what was flushed arrives,
// and then the client sees an error.
func Cut(w http.ResponseWriter) {
	Flush(w)
	panic(http.ErrAbortHandler)
}
