package calllog

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// run is the goroutine of the queue.
func (q *Queue) run(ctx context.Context) {
	defer close(q.done)
	defer q.abort()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	batch := make([]Item, 0, q.cfg.batch)
	for {
		<-q.wake
		if !q.ending() {
			q.linger(timer)
		}
		for {
			if batch = q.peek(batch); len(batch) == 0 {
				break
			}
			q.deliver(ctx, batch)
			clear(batch) // the records are free to go
		}
		if q.finished() {
			q.err = q.closeStore()
			return
		}
	}
}

func (q *Queue) ending() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closing
}

// finished tells whether nothing can come any more.
func (q *Queue) finished() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closing && (q.n > 0 || q.waiting > 0) {
		signal(q.wake) // somebody who waited for a place has got one just now
		return false
	}
	return q.closing
}

// peek copies the next batch. It stays in the queue until it is settled.
func (q *Queue) peek(batch []Item) []Item {
	q.mu.Lock()
	defer q.mu.Unlock()
	batch = batch[:min(q.n, q.cfg.batch)]
	n := copy(batch, q.ring[q.head:])
	copy(batch[n:], q.ring)
	return batch
}

// settle takes n items out of the queue.
func (q *Queue) settle(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for range n {
		q.ring[q.head] = Item{}
		q.head++
		if q.head == len(q.ring) {
			q.head = 0
		}
	}
	q.n -= n
	q.taken += uint64(n) //nolint:gosec // not negative
	q.room.Broadcast()
	q.settled.Broadcast()
}

// deliver writes a batch, however long it takes, and settles it.
func (q *Queue) deliver(ctx context.Context, batch []Item) {
	size := len(batch) // of what is written at once
	pause := q.cfg.retryMin
	for len(batch) > 0 {
		size = min(size, len(batch))
		n, err := q.write(ctx, batch[:size])
		q.stored.Add(int64(n))
		q.settle(n)
		batch = batch[n:]
		switch {
		case err == nil:
			size, pause = len(batch), q.cfg.retryMin
			continue
		case ctx.Err() != nil:
			q.lose(len(batch), err)
			return
		case errors.Is(err, ErrRefused) && size-n <= 1:
			q.lose(1, err)
			batch, size = batch[1:], len(batch)-1
			continue
		case errors.Is(err, ErrRefused):
			size = (size - n) / 2
			continue
		}
		q.retries.Add(1)
		q.reports.tell(err)
		if n > 0 {
			pause = q.cfg.retryMin
		}
		if !sleep(ctx, pause) {
			q.lose(len(batch), err)
			return
		}
		pause = min(2*pause, q.cfg.retryMax)
	}
}

// lose gives up n items.
func (q *Queue) lose(n int, err error) {
	q.settle(n)
	q.reports.drop(int64(n), err)
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// write contains panics of the store, and counts that cannot be.
func (q *Queue) write(ctx context.Context, items []Item) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			n, err = 0, fmt.Errorf("%w: %w", ErrRefused, errBroken)
		}
	}()
	n, err = q.store.WriteBatch(ctx, items)
	switch {
	case n < 0 || n > len(items):
		return 0, fmt.Errorf("%w: %w", ErrRefused, errBroken)
	case n < len(items) && err == nil:
		err = errBroken
	}
	return n, err
}

func (q *Queue) closeStore() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errBroken
		}
	}()
	return q.store.Close()
}
