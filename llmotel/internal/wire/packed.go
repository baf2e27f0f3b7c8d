package wire

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"iter"
	"strings"
)

// packed undoes the compression of a body that the client asked for itself; of
// others net/http has undone it. The decompressors pull their input, and here it
// is pushed: they run in a coroutine that waits whenever the input is used up.
type packed struct {
	x        *Exchange
	encoding string
	feed     feed
	resume   func() (struct{}, bool)
	stop     func()
	over     bool
	in, out  int64
}

// maxUnpacked and maxRatio bound the work that a body can make: as much as this
// comes out of it whatever goes in, and then so many bytes for each that goes in.
// No answer is that repetitive, and of one that is the rest is left unread.
const (
	maxUnpacked = 64 << 20
	maxRatio    = 64
)

// errClosed and errTooMuch end the coroutine.
var (
	errClosed  = errors.New("closed")
	errTooMuch = errors.New("too much")
)

// unpack returns nil for encodings that nothing here can read.
func unpack(encoding string, x *Exchange) *packed {
	switch encoding = strings.ToLower(strings.TrimSpace(encoding)); encoding {
	case "gzip", "x-gzip", "deflate":
	default:
		return nil
	}
	p := &packed{x: x, encoding: encoding}
	p.resume, p.stop = iter.Pull(p.run)
	return p
}

// write reads a piece of the body.
func (p *packed) write(piece []byte) {
	if p.over || len(piece) == 0 {
		return
	}
	p.in += int64(len(piece))
	p.feed.rest = piece
	if _, waiting := p.resume(); !waiting {
		p.over = true
	}
	p.feed.rest = nil // it is the caller's
}

// close ends the coroutine.
func (p *packed) close() {
	if p.over {
		return
	}
	p.over = true
	started := p.in > 0
	p.feed.ended = true
	if started {
		_, _ = p.resume() // what the decompressor still holds
	}
	p.stop()
}

// run is the coroutine. It yields whenever it needs more input.
func (p *packed) run(yield func(struct{}) bool) {
	p.feed.wait = func() bool { return yield(struct{}{}) }
	switch err := p.unpack(); {
	case err == nil, errors.Is(err, errClosed):
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // what has been read tells whether it is whole
	case errors.Is(err, gzip.ErrHeader) && p.out > 0: // after the body
	default:
		p.x.Malformed++
		p.x.framing = opaque
	}
}

func (p *packed) unpack() error {
	in := bufio.NewReaderSize(&p.feed, 512) // or the decompressors make larger ones
	var from io.Reader
	var err error
	if p.encoding == "deflate" {
		from, err = inflate(in)
	} else {
		from, err = gzip.NewReader(in)
	}
	if err != nil {
		return err
	}
	buf := make([]byte, 2<<10)
	for {
		n, err := from.Read(buf)
		p.out += int64(n)
		p.x.body(buf[:n])
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case p.out > maxUnpacked && p.out/maxRatio > p.in:
			return errTooMuch
		}
	}
}

// inflate reads deflate, which some servers send with the header of zlib, as
// the specification of HTTP says, and some without.
func inflate(in *bufio.Reader) (io.Reader, error) {
	head, err := in.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[0]&0x0f == 8 && (uint16(head[0])<<8|uint16(head[1]))%31 == 0 {
		return zlib.NewReader(in)
	}
	return flate.NewReader(in), nil
}

// feed is the input: one piece at a time.
type feed struct {
	rest  []byte
	wait  func() bool
	ended bool
}

// Read waits until there is something to read.
func (f *feed) Read(b []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.ended {
			return 0, io.EOF
		}
		if !f.wait() {
			return 0, errClosed
		}
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}
