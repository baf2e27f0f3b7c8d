package wire

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
)

// packed undoes the compression of a body that the client asked for itself; of
// others net/http has undone it. The decompressors pull their input, and here it
// is pushed: they run in a goroutine that waits whenever the input is used up,
// and for which write waits, so that only one of the two runs. It is no iter.Pull
// since that ends the process if one of the goroutines that read and close the
// body is locked to its thread and another is not.
type packed struct {
	x        *Exchange
	encoding string
	feed     feed
	more     chan struct{} // there is input, or its end; nil before the first
	waiting  chan bool     // the input is used up; false: no more is wanted
	panicked any
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

// errTooMuch ends the goroutine.
var errTooMuch = errors.New("too much")

// unpack returns nil for encodings that nothing here can read.
func unpack(encoding string, x *Exchange) *packed {
	switch encoding = strings.ToLower(strings.TrimSpace(encoding)); encoding {
	case "gzip", "x-gzip", "deflate":
	default:
		return nil
	}
	return &packed{x: x, encoding: encoding}
}

// write reads a piece of the body.
func (p *packed) write(piece []byte) {
	if p.over || len(piece) == 0 {
		return
	}
	p.in += int64(len(piece))
	p.feed.rest = piece
	p.over = !p.resume()
	p.feed.rest = nil // it is the caller's
}

// close ends the goroutine.
func (p *packed) close() {
	if p.over {
		return
	}
	p.over, p.feed.ended = true, true
	if p.more != nil {
		p.resume() // what the decompressor still holds
	}
}

// resume runs the goroutine until it needs more input, or false if it ends.
func (p *packed) resume() bool {
	if p.more == nil {
		p.more, p.waiting = make(chan struct{}), make(chan bool)
		p.feed.wait = func() {
			p.waiting <- true
			<-p.more
		}
		go p.run()
	} else {
		p.more <- struct{}{}
	}
	waiting := <-p.waiting
	if p.panicked != nil {
		p.over = true
		panic(p.panicked) // where it would have been without the goroutine
	}
	return waiting
}

// run is the goroutine.
func (p *packed) run() {
	defer func() {
		p.panicked = recover()
		p.waiting <- false
	}()
	switch err := p.unpack(); {
	case err == nil:
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
	var z *gzip.Reader
	var err error
	if p.encoding == "deflate" {
		from, err = inflate(in)
	} else {
		z, err = gzip.NewReader(in)
		from = z
	}
	if err != nil {
		return err
	}
	buf := make([]byte, 2<<10)
	for {
		if z != nil {
			z.Multistream(false) // or the end of a member waits for the next one
		}
		n, err := from.Read(buf)
		p.out += int64(n)
		p.x.body(buf[:n])
		switch {
		case err == io.EOF && z != nil:
			if err := z.Reset(in); err != nil {
				return err // io.EOF: there is no other member
			}
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
	wait  func()
	ended bool
}

// Read waits until there is something to read.
func (f *feed) Read(b []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.ended {
			return 0, io.EOF
		}
		f.wait()
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}
