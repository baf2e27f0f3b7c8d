package replay_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// player serves recordings, one after another.
type player struct {
	server *httptest.Server
	tape   *recording
	size   int // of the pieces in which bodies are sent; 0 is all at once
	served int
	sent   []byte // the last request's body
}

func newPlayer(t *testing.T) *player {
	t.Helper()
	p := &player{}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

// ServeHTTP answers as the recording does.
func (p *player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.served++
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	p.sent = body
	if r.Method != http.MethodPost || r.Host != p.tape.url.Host || r.URL.EscapedPath() != p.tape.url.EscapedPath() {
		http.Error(w, "not the recorded request: "+r.Method+" "+r.Host+r.URL.EscapedPath(), http.StatusTeapot)
		return
	}
	for name, values := range p.tape.header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if w.Header().Get("Date") == "" {
		w.Header()["Date"] = nil // the server's own differs from call to call
	}
	w.WriteHeader(p.tape.status)
	rest := p.tape.body
	for p.size > 0 && len(rest) > p.size {
		if _, err := w.Write(rest[:p.size]); err != nil {
			return
		}
		rest = rest[p.size:]
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
	}
	_, _ = w.Write(rest) // the client may have gone
}

// checkSent compares what the SDK sent last with what was recorded.
func (p *player) checkSent(t *testing.T) {
	t.Helper()
	var want, sent any
	if err := errors.Join(json.Unmarshal(p.tape.request, &want), json.Unmarshal(p.sent, &sent)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent (-recorded +sent):\n%s", diff)
	}
}

// dial returns a transport whose connections all lead to the server, whatever
// host they are for, without TLS.
func dial(t *testing.T, server *httptest.Server) http.RoundTripper {
	t.Helper()
	connect := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
	}
	tr := &http.Transport{DialContext: connect, DialTLSContext: connect}
	t.Cleanup(tr.CloseIdleConnections)
	// AWS's SDK closes the request's body when the response has begun. A server
	// as quick as this one answers before net/http has seen the body's end, which
	// is an error then and closes the connection.
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err := errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
		return tr.RoundTrip(r)
	})
}

// roundTripper is a function that makes requests.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// inPieces lets no Read of a body return more than size bytes.
func inPieces(size int, base http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := base.RoundTrip(r)
		if resp != nil {
			resp.Body = pieces{resp.Body, size}
		}
		return resp, err
	})
}

type pieces struct {
	io.ReadCloser
	size int
}

// Read reads a piece.
func (p pieces) Read(b []byte) (int, error) { return p.ReadCloser.Read(b[:min(len(b), p.size)]) }

// unpacking asks for compressed bodies itself, and unpacks them, so that base
// sees them compressed. net/http does it below all others.
func unpacking(base http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Accept-Encoding", "gzip")
		resp, err := base.RoundTrip(r)
		if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
			return resp, err
		}
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			return nil, errors.Join(err, resp.Body.Close())
		}
		resp.Body = unpacked{z, resp.Body}
		return resp, nil
	})
}

type unpacked struct {
	io.Reader
	io.Closer
}
