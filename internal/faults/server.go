package faults

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Server is a provider that does to each request what its script says. It is
// safe for concurrent use.
type Server struct {
	// URL is the server's address without a path.
	URL string

	t    testing.TB
	tls  *tls.Config
	addr string

	mu       sync.Mutex
	listener net.Listener
	script   []Fault
	arrivals []time.Time
	conns    map[net.Conn]struct{}
	accepted int
	closed   bool
	running  sync.WaitGroup
}

// NewServer returns a server on a free port of the loopback interface that
// answers every request until [Server.Script] says otherwise. It is closed when
// the test ends.
func NewServer(t testing.TB) *Server {
	t.Helper()
	return Serve(t, listen(t, "127.0.0.1:0"))
}

// Serve returns a server on a listener of the caller's.
func Serve(t testing.TB, listener net.Listener) *Server {
	t.Helper()
	return serve(t, listener, nil)
}

func serve(t testing.TB, listener net.Listener, secret *tls.Config) *Server {
	t.Helper()
	s := &Server{
		URL: "http://" + listener.Addr().String(), t: t, tls: secret, addr: listener.Addr().String(),
		conns: map[net.Conn]struct{}{}, script: []Fault{Answer},
	}
	if secret != nil {
		s.URL = "https://" + s.addr
	}
	s.start(listener)
	t.Cleanup(s.Close)
	return s
}

func listen(t testing.TB, addr string) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// Script sets what happens to the requests from now on: each takes the next
// fault, and the last one stays.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append([]Fault(nil), faults...)
}

// Refuse stops listening: connections are refused by the operating system. Open
// ones are closed.
func (s *Server) Refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.listener.Close()
	for c := range s.conns {
		_ = c.Close()
	}
}

// Accept listens again after Refuse, on the same port.
func (s *Server) Accept() {
	s.t.Helper()
	s.start(listen(s.t, s.addr))
}

// Requests counts the requests that have arrived.
func (s *Server) Requests() int { return len(s.Arrivals()) }

// Arrivals returns when each request arrived.
func (s *Server) Arrivals() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), s.arrivals...)
}

// Connections counts the connections accepted so far, and those of them that
// are open. One is open until the client, or the script, has closed it.
func (s *Server) Connections() (accepted, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted, len(s.conns)
}

// Close closes listener and connections and waits for what runs.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	_ = s.listener.Close()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

func (s *Server) start(listener net.Listener) {
	s.mu.Lock()
	s.listener = listener
	s.mu.Unlock()
	s.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if s.open(conn) {
				s.running.Go(func() { s.serve(conn) })
			}
		}
	})
}

func (s *Server) open(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close()
		return false
	}
	s.accepted++
	s.conns[conn] = struct{}{}
	return true
}

// serve answers the requests of one connection until one of them ends it.
func (s *Server) serve(raw net.Conn) {
	defer func() {
		_ = raw.Close()
		s.mu.Lock()
		delete(s.conns, raw)
		s.mu.Unlock()
	}()
	conn := raw
	if s.tls != nil {
		conn = tls.Server(raw, s.tls)
	}
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		x := &Exchange{Header: req.Header, Path: req.URL.Path, Body: body, raw: raw, conn: conn, in: in}
		x.Wire, x.Stream = Asked(x.Path, body)
		s.next()(x)
		if !x.keep {
			return
		}
	}
}

// next takes a request in and returns its fault.
func (s *Server) next() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrivals = append(s.arrivals, time.Now())
	f := s.script[0]
	if len(s.script) > 1 {
		s.script = s.script[1:]
	}
	return f
}
