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

// Queue holds records in memory until its Store has them, so that a call pays
// for neither a disk nor a network. A store that is away is tried until it is
// back: that costs memory up to the bound of WithCapacity, and what happens
// then is the user's choice, WithBlock or, by default, dropping and counting.
// What stands in a queue dies with its process.
//
// It is a sink of the recorder and safe for concurrent use.
type Queue struct {
	store   Store
	cfg     queueConfig
	reports reports

	mu      sync.Mutex
	room    sync.Cond // for those who wait for a place
	settled sync.Cond // for those who wait for the store
	ring    []Item
	head, n int
	put     uint64 // how many were ever put
	taken   uint64 // how many of them the store has, or were dropped
	waiting int    // how many wait for a place
	closing bool   // no new records
	given   bool   // Close no longer waits

	wake   chan struct{} // something is in the empty queue
	urgent chan struct{} // a batch is full, or somebody waits
	abort  context.CancelFunc
	done   chan struct{}
	err    error // of the store's Close, once done

	stored, retries atomic.Int64
}

var (
	_ llmotel.Sink = (*Queue)(nil)
	_ io.Closer    = (*Queue)(nil)
)

// NewQueue returns a Queue in front of store, and starts the goroutine that
// writes to it. Close ends both.
func NewQueue(store Store, opts ...QueueOption) (*Queue, error) {
	cfg := queueDefaults()
	for _, o := range opts {
		if o != nil {
			cfg = o.applyQueue(cfg)
		}
	}
	if store == nil {
		return nil, errors.New("calllog: a Queue needs a Store")
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	q := &Queue{
		store: store, cfg: cfg, ring: make([]Item, cfg.capacity), abort: cancel,
		wake: make(chan struct{}, 1), urgent: make(chan struct{}, 1), done: make(chan struct{}),
	}
	q.reports.start(cfg.config, "*calllog.Queue")
	q.room.L, q.settled.L = &q.mu, &q.mu
	go q.run(ctx)
	return q, nil
}

// Record puts one finished call into the queue. It keeps r, which nobody may
// change.
func (q *Queue) Record(_ context.Context, r *llmotel.Record) {
	if r == nil {
		return
	}
	weight, keep := q.cfg.sampler.Keep(r)
	if !keep {
		return
	}
	q.mu.Lock()
	if err := q.place(); err != nil {
		q.mu.Unlock()
		q.reports.drop(1, err)
		return
	}
	at := q.head + q.n
	if at >= len(q.ring) {
		at -= len(q.ring)
	}
	q.ring[at] = Item{r, weight}
	q.n++
	q.put++
	first, full := q.n == 1, q.n == q.cfg.batch
	q.mu.Unlock()
	if first {
		signal(q.wake)
	}
	if full {
		signal(q.urgent)
	}
}

// place waits for a place, if that is the policy. The lock is held.
func (q *Queue) place() error {
	if q.closing {
		return ErrClosed
	}
	if q.n < len(q.ring) {
		return nil
	}
	if !q.cfg.block {
		return ErrFull
	}
	q.waiting++
	for q.n == len(q.ring) && !q.given {
		signal(q.urgent)
		q.room.Wait()
	}
	q.waiting--
	if q.given {
		return ErrClosed
	}
	return nil
}

// signal never blocks; one signal that waits is enough.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Flush waits until the store has all records that were put before, or ctx
// ends, whose error it returns then.
func (q *Queue) Flush(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.settled.Broadcast()
	})
	defer stop()
	signal(q.urgent)
	q.mu.Lock()
	defer q.mu.Unlock()
	for want := q.put; q.taken < want; {
		if err := ctx.Err(); err != nil {
			return err
		}
		q.settled.Wait()
	}
	return nil
}

// QueueStats are the figures of a Queue since it was made.
type QueueStats struct {
	// Waiting is how many records are in the queue now, of Capacity.
	Waiting, Capacity int
	// Stored records are in the store, Dropped ones are lost.
	Stored, Dropped int64
	// Retries counts batches that had to be written again.
	Retries int64
}

// Stats returns the figures.
func (q *Queue) Stats() QueueStats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return QueueStats{
		Waiting: q.n, Capacity: len(q.ring),
		Stored: q.stored.Load(), Dropped: q.reports.dropped.Load(), Retries: q.retries.Load(),
	}
}

// Dropped returns how many records were lost.
func (q *Queue) Dropped() int64 { return q.reports.dropped.Load() }

// Close writes what is in the queue, for at most the time of WithCloseTimeout,
// and closes the store. Its error holds a *DroppedError if records were lost.
// Later records are dropped; a second Close returns what the first did.
func (q *Queue) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), q.cfg.closeTimeout)
	defer cancel()
	return q.Shutdown(ctx)
}

// Shutdown is Close with a limit of the caller's: when ctx ends, what the store
// does not have yet is dropped and counted.
func (q *Queue) Shutdown(ctx context.Context) error {
	q.mu.Lock()
	q.closing = true
	q.mu.Unlock()
	signal(q.wake)
	signal(q.urgent)
	select {
	case <-q.done:
	case <-ctx.Done():
		q.mu.Lock()
		q.given = true
		q.room.Broadcast()
		q.mu.Unlock()
		q.abort()
		<-q.done
	}
	if n := q.reports.dropped.Load(); n > 0 {
		return errors.Join(&DroppedError{Dropped: n, Err: cmp.Or(q.reports.last(), ErrClosed)}, q.err)
	}
	return q.err
}

// linger waits until a batch is worth writing: it is full, its first record has
// waited long enough, or somebody waits for it.
func (q *Queue) linger(timer *time.Timer) {
	timer.Reset(q.cfg.linger)
	select {
	case <-timer.C:
	case <-q.urgent:
	}
	timer.Stop()
}
