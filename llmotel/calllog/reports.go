package calllog

import (
	"sync"
	"sync/atomic"
	"time"
)

// reports counts what is dropped, and tells the user's function at most once
// in a while.
type reports struct {
	config
	dropped atomic.Int64

	mu   sync.Mutex
	err  error // the last one
	told time.Time
}

// drop counts n records that are lost.
func (r *reports) drop(n int64, err error) {
	total := r.dropped.Add(n)
	if r.note(err) {
		r.call(&DroppedError{Dropped: total, Err: err})
	}
}

// tell reports an error that has cost no record yet.
func (r *reports) tell(err error) {
	if r.note(err) {
		r.call(err)
	}
}

// note remembers the error and says whether it is to be reported now.
func (r *reports) note(err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	now := time.Now()
	if r.onError == nil || !r.told.IsZero() && now.Sub(r.told) < r.every {
		return false
	}
	r.told = now
	return true
}

func (r *reports) call(err error) {
	defer func() { _ = recover() }() // the user's function must not fail the call
	r.onError(err)
}

func (r *reports) last() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
