package calllog

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/llmotel/sdk/llmotel"
)

// Log writes a line for each record. It is safe for concurrent use.
type Log struct {
	cfg     config
	buffers sync.Pool
	reports reports

	mu     sync.Mutex
	w      io.Writer
	file   *file // nil for another writer
	torn   bool  // what was written last does not end its line
	closed bool
	batch  object // of WriteBatch
	ends   []int  // where its lines end
}

var (
	_ llmotel.Sink = (*Log)(nil)
	_ Store        = (*Log)(nil)
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
	return newLog(w, cfg)
}

func newLog(w io.Writer, cfg config) *Log {
	l := &Log{cfg: cfg, w: w}
	l.reports.start(cfg, "*calllog.Log")
	l.buffers.New = func() any {
		b := make(object, 0, 2048)
		return &b
	}
	return l
}

// maxKept bounds the buffers that are kept for reuse.
const maxKept = 64 << 10

// Record writes one finished call, before it returns.
func (l *Log) Record(_ context.Context, r *llmotel.Record) {
	if r == nil {
		return
	}
	weight, keep := l.cfg.sampler.Keep(r)
	if !keep {
		return
	}
	buf := l.buffers.Get().(*object)
	*buf = append((*buf)[:0], '\n') // for a line after a torn one
	buf.line(r, weight)
	err := l.write(*buf)
	if cap(*buf) <= maxKept {
		l.buffers.Put(buf)
	}
	if err != nil {
		l.reports.drop(1, err)
	}
}

func (l *Log) write(b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if l.file != nil {
		return l.file.write(b[1:])
	}
	if !l.torn {
		b = b[1:]
	}
	n, err := writeAll(l.w, b)
	l.torn = torn(l.torn, b, n)
	return err
}

// writeAll is one Write whose short count is an error.
func writeAll(w io.Writer, b []byte) (int, error) {
	n, err := w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return min(max(n, 0), len(b)), err
}

// torn tells whether the last line has no end, after n bytes of b.
func torn(before bool, b []byte, n int) bool {
	if n == 0 {
		return before
	}
	return b[n-1] != '\n'
}

// WriteBatch makes a Log the Store of a Queue: the lines are written together.
// The Log's own Sampler has no part in it.
func (l *Log) WriteBatch(_ context.Context, items []Item) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, ErrClosed
	}
	b := &l.batch
	*b, l.ends = (*b)[:0], l.ends[:0]
	if l.file == nil && l.torn {
		*b = append(*b, '\n')
	}
	start := len(*b)
	for _, item := range items {
		b.line(item.Record, item.Weight)
		l.ends = append(l.ends, len(*b))
	}
	if cap(*b) > 4<<20 { // a batch of giants
		defer func() { l.batch = nil }()
	}
	if l.file != nil {
		return l.file.writeLines((*b)[start:], l.ends)
	}
	n, err := writeAll(l.w, *b)
	l.torn = torn(l.torn, *b, n)
	return whole(l.ends, n), err
}

// whole counts the lines that end within n bytes.
func whole(ends []int, n int) int {
	count := 0
	for count < len(ends) && ends[count] <= n {
		count++
	}
	return count
}

// Dropped returns how many records could not be written.
func (l *Log) Dropped() int64 { return l.reports.dropped.Load() }

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
	var err error
	if l.file != nil {
		err = l.file.close()
	}
	if n := l.reports.dropped.Load(); n > 0 {
		err = errors.Join(&DroppedError{Dropped: n, Err: cmp.Or(l.reports.last(), ErrClosed)}, err)
	}
	return err
}
