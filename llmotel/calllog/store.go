package calllog

import (
	"context"
	"errors"

	"github.com/llmotel/sdk/llmotel"
)

// Item is a record on its way to a Store.
type Item struct {
	Record *llmotel.Record
	// Weight is how many calls it stands for, at least 1.
	Weight float64
}

// AppendJSON appends the record as JSON, in the schema of this version, without
// the end of a line.
func (i Item) AppendJSON(b []byte) []byte {
	o := object(b)
	o.line(i.Record, i.Weight)
	return o[:len(o)-1]
}

// Store keeps records, in a file or a database. A Queue is in front of it.
type Store interface {
	// WriteBatch stores items and returns how many, from the first on, it
	// stored and need not be given again; those behind them come again after
	// an error. A Store that cannot tell whether it stored some, since a
	// connection broke, must recognise them by call id when they come again.
	// Its error wraps ErrRefused if trying again is of no use. It is called
	// by one goroutine at a time, and must return when ctx ends.
	WriteBatch(ctx context.Context, items []Item) (int, error)
	// Close is called once, after the last batch.
	Close() error
}

// ErrRefused is wrapped by a Store's error about a batch that it will never
// take. The Queue then gives it smaller batches, and drops those of one item.
var ErrRefused = errors.New("calllog: record refused")

// errBroken stands for a Store that panicked or counted wrongly.
var errBroken = errors.New("calllog: the store is broken")
