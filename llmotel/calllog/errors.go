package calllog

import (
	"errors"
	"fmt"
)

// ErrClosed is why a record that comes after Close is dropped.
var ErrClosed = errors.New("calllog: the log is closed")

// ErrFull is why a record that finds no place in a Queue is dropped.
var ErrFull = errors.New("calllog: the queue is full")

// DroppedError says that records were not written.
type DroppedError struct {
	// Dropped is how many so far.
	Dropped int64
	// Err is why the last one was.
	Err error
}

// Error names the number and the reason.
func (e *DroppedError) Error() string {
	records := "records were"
	if e.Dropped == 1 {
		records = "record was"
	}
	return fmt.Sprintf("calllog: %d %s not written: %v", e.Dropped, records, e.Err)
}

// Unwrap returns the reason.
func (e *DroppedError) Unwrap() error { return e.Err }
