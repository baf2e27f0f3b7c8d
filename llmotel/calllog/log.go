package calllog

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/llmotel/sdk/llmotel"
)

// Log writes a line for each record. It is safe for concurrent use.
type Log struct {
	cfg     config
	buffers sync.Pool
	dropped atomic.Int64

	mu       sync.Mutex
	w        io.Writer
	tail     *tail // of a file; nil for another writer
	torn     bool  // what was written last does not end its line
	closed   bool
	lastErr  error
	reported time.Time
	close    func() error
}

var (
	_ llmotel.Sink = (*Log)(nil)
	_ io.Closer    = (*Log)(nil)
)

// New returns a Log on w, to which each line is one Write, one at a time. Close
// does not close w.
func New(w io.Writer, opts ...Option) *Log {
	cfg := defaults()
	for _, o := range opts {
		if o != nil {
			cfg = o.apply(cfg)
		}
	}
	return newLog(w, cfg, func() error { return nil })
}

func newLog(w io.Writer, cfg config, closer func() error) *Log {
	l := &Log{cfg: cfg, w: w, close: closer}
	l.buffers.New = func() any {
		b := make([]byte, 0, 2048)
		return &b
	}
	return l
}

// maxKept bounds the buffers that are kept for reuse.
const maxKept = 64 << 10

// Record writes one finished call.
func (l *Log) Record(_ context.Context, r *llmotel.Record) {
	if r == nil {
		return
	}
	buf := l.buffers.Get().(*[]byte)
	// The newline in front is for a line after a torn one.
	*buf = appendLine(append((*buf)[:0], '\n'), r)
	err := l.write(*buf)
	if cap(*buf) <= maxKept {
		l.buffers.Put(buf)
	}
	if err != nil {
		l.drop(err)
	}
}

func (l *Log) write(b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	switch {
	case l.tail != nil:
		b = l.tail.place(b[1:], l.torn)
	case !l.torn:
		b = b[1:]
	}
	before := l.torn
	l.torn = true // until it is known that the line ended
	n, err := l.w.Write(b)
	switch {
	case err == nil && n < len(b):
		err = io.ErrShortWrite
	case err == nil:
		l.torn = false
		if l.tail != nil {
			l.tail.wrote(n)
		}
		return nil
	}
	if n <= 0 {
		l.torn = before
	} else if n <= len(b) {
		l.torn = b[n-1] != '\n'
	}
	return err
}

func (l *Log) drop(err error) {
	n := l.dropped.Add(1)
	l.mu.Lock()
	l.lastErr = err
	now := time.Now()
	due := l.cfg.onError != nil && (l.reported.IsZero() || now.Sub(l.reported) >= l.cfg.every)
	if due {
		l.reported = now
	}
	l.mu.Unlock()
	if due {
		defer func() { _ = recover() }() // the user's function must not fail the call
		l.cfg.onError(&DroppedError{Dropped: n, Err: err})
	}
}

// Dropped returns how many records could not be written.
func (l *Log) Dropped() int64 { return l.dropped.Load() }

// Close waits for the line that is being written, and syncs and closes the
// file if there is one. Its error holds a *DroppedError if records were
// dropped. Later records are dropped, and a second Close does nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	err := l.close()
	if n := l.dropped.Load(); n > 0 {
		err = errors.Join(&DroppedError{Dropped: n, Err: cmp.Or(l.lastErr, ErrClosed)}, err)
	}
	return err
}
