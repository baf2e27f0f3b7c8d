package calllog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// MaxLine is the longest line that a Reader takes. No Log writes one as long.
const MaxLine = 4 << 20

// maxBad bounds the bad lines that a Reader remembers; all are counted.
const maxBad = 100

// Reader reads the lines of a log, of this version of the schema and of older
// ones. It is for one goroutine.
type Reader struct {
	r        *bufio.Reader
	line     int
	buf      []byte
	bad      []BadLine
	badCount int
	parser   parser
}

// BadLine is a line that holds no record.
type BadLine struct {
	// Line is its number, from 1.
	Line int
	// Err is what is wrong with it; it holds none of its text.
	Err error
}

// Errors of bad lines.
var (
	ErrSchema     = errors.New("calllog: not a record of a known schema")
	ErrTooLong    = errors.New("calllog: line too long")
	ErrNotARecord = errors.New("calllog: not a JSON record")
)

// NewReader returns a Reader on r.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, 64<<10)} }

// All yields the records in order. Bad lines are passed over; Bad and BadCount
// tell of them afterwards. An error of the underlying reader comes last, with
// a nil entry. Nothing is read until ranging starts.
func (r *Reader) All() iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		for {
			line, err := r.next()
			if len(line) > 0 {
				if e := r.parse(line); e != nil && !yield(e, nil) {
					return
				}
			}
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(nil, fmt.Errorf("calllog: after line %d: %w", r.line, err))
				return
			}
		}
	}
}

// Bad returns the first bad lines, at most 100.
func (r *Reader) Bad() []BadLine { return r.bad }

// BadCount returns how many lines were bad.
func (r *Reader) BadCount() int { return r.badCount }

// next returns the next line without its end; empty for blank and for too long
// ones. The bytes are valid until the next call.
func (r *Reader) next() ([]byte, error) {
	r.buf = r.buf[:0]
	tooLong := false
	for {
		part, err := r.r.ReadSlice('\n')
		if len(r.buf)+len(part) > MaxLine {
			tooLong = true
		} else {
			r.buf = append(r.buf, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if len(r.buf) > 0 || tooLong {
			r.line++
		}
		if tooLong {
			r.addBad(ErrTooLong)
			r.buf = r.buf[:0]
		}
		return bytes.TrimSpace(r.buf), err
	}
}

func (r *Reader) parse(line []byte) *Entry {
	e := new(Entry)
	if err := r.Parse(line, e); err != nil {
		r.addBad(err)
		return nil
	}
	return e
}

// Parse reads one line into e, whose former content is lost. It is for lines
// that come from elsewhere than the Reader's own source, such as a database.
// The error is ErrNotARecord or ErrSchema.
func (r *Reader) Parse(line []byte, e *Entry) error {
	if !r.parser.entry(line, e) {
		*e = Entry{}
		if err := json.Unmarshal(line, e); err != nil {
			return ErrNotARecord
		}
	}
	switch e.Schema {
	case schema1, Schema:
	default:
		return ErrSchema
	}
	if !(e.Weight >= 1) {
		e.Weight = 1 // version 1 has none
	}
	return nil
}

func (r *Reader) addBad(err error) {
	r.badCount++
	if len(r.bad) < maxBad {
		r.bad = append(r.bad, BadLine{Line: r.line, Err: err})
	}
}
