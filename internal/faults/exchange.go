package faults

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Exchange is one request, and what a [Fault] does with it. Its methods write
// to the connection at once. The connection is closed after the fault returns
// unless the reply was completed.
type Exchange struct {
	// Wire is the protocol that the request speaks.
	Wire *Wire
	// Stream tells whether it asks for a stream.
	Stream bool
	// Path, Header and Body are the request's.
	Path   string
	Header http.Header
	Body   []byte

	raw, conn net.Conn
	in        *bufio.Reader
	chunked   bool
	keep      bool
}

// Credential is the key that the request was made with; for Bedrock its id, in
// the scope of the signature.
func (x *Exchange) Credential() string {
	for _, name := range []string{"X-Api-Key", "X-Goog-Api-Key", "Authorization"} {
		if v := x.Header.Get(name); v != "" {
			v = strings.TrimPrefix(strings.TrimPrefix(v, "Bearer "), "AWS4-HMAC-SHA256 Credential=")
			v, _, _ = strings.Cut(v, "/")
			return v
		}
	}
	return ""
}

// Head writes the status line and the headers. A length below 0 announces
// chunks.
func (x *Exchange) Head(status int, contentType string, length int, headers ...string) {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n", status, http.StatusText(status), contentType)
	if x.chunked = length < 0; x.chunked {
		b.WriteString("Transfer-Encoding: chunked\r\n")
	} else {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", length)
	}
	fmt.Fprintf(&b, "%s: %s\r\n", x.Wire.requestID, "req_1")
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	x.Write(b.String() + "\r\n")
}

// Begin writes the head of a good reply. It announces length bytes, or chunks
// if the reply is a stream.
func (x *Exchange) Begin(length int) {
	if x.Stream {
		x.Head(http.StatusOK, x.Wire.Media(), -1)
		return
	}
	x.Head(http.StatusOK, "application/json", length)
}

// Piece writes a piece of the body, as a chunk if chunks were announced.
func (x *Exchange) Piece(s string) {
	if x.chunked {
		s = fmt.Sprintf("%x\r\n%s\r\n", len(s), s)
	}
	x.Write(s)
}

// End completes the body; the connection takes another request.
func (x *Exchange) End() {
	if x.chunked {
		x.Write("0\r\n\r\n")
	}
	x.keep = true
}

// Reply writes a whole reply.
func (x *Exchange) Reply(status int, contentType, body string, headers ...string) {
	x.Head(status, contentType, len(body), headers...)
	x.Piece(body)
	x.End()
}

// Write writes bytes as they are. That the client has left shows nowhere else
// than in its own result.
func (x *Exchange) Write(s string) { _, _ = io.WriteString(x.conn, s) }

// Wait waits until the client has left, or the server is closed.
func (x *Exchange) Wait() { _, _ = x.in.ReadByte() }

// Pause waits for d, or less if the client leaves.
func (x *Exchange) Pause(d time.Duration) (stayed bool) {
	_ = x.conn.SetReadDeadline(time.Now().Add(d))
	_, err := x.in.Peek(1)
	_ = x.conn.SetReadDeadline(time.Time{})
	timeout, ok := err.(net.Error) //nolint:errorlint // as it came from the connection
	return err == nil || ok && timeout.Timeout()
}

// Reset closes the connection with a TCP reset.
func (x *Exchange) Reset() {
	raw := x.raw
	if t, ok := raw.(*tls.Conn); ok {
		raw = t.NetConn()
	}
	if t, ok := raw.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = raw.Close()
}
